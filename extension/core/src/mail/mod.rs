//! E-mail: what a message may hold, how it is written down (MIME), signed (DKIM), and what comes back about it.
//!
//! Whatever a sender gives is checked before it becomes a row ([`accept`]); what is written is made of checked parts alone, so
//! that no text can end a header, begin another, or end the message.

pub mod address;
pub mod bounce;
pub mod dkim;
pub mod dkim_key;
pub mod dsn;
pub mod header;
pub mod intake;
pub mod message;
mod mime;
pub mod provider;
mod sigv4;

pub use address::Mailbox;
pub use message::{Mail, accept};
