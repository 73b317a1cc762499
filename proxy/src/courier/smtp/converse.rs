//! One message on a connection: MAIL, RCPT for each recipient, DATA.

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};

use super::outcome::{Failure, Refusal, Sent};

/// The conversation has come to its end without an answer that settles the message.
pub struct Broken {
    pub failure: Failure,
    /// Whether the server had answered anything of it: else nothing was sent.
    pub started: bool,
}

/// Sends; the connection is of use afterwards if the answer is `Ok`.
pub async fn send(
    connection: &mut AsyncSmtpConnection,
    from: &str,
    to: &[&str],
    message: &[u8],
) -> Result<Sent, Broken> {
    let started = |failure| Broken { failure, started: true };
    let from = address(from).ok_or_else(|| started(Failure::word("bad_address")))?;
    if let Err(error) = connection.command(Mail::new(Some(from), Vec::new())).await {
        return match Failure::of(&error, "refused") {
            failure if error.status().is_some() && !failure.is_farewell() => {
                reset(connection).await.map_err(started)?;
                Ok(Sent::Failed(failure))
            }
            // Closed meanwhile, with a word or without one.
            failure => Err(Broken { failure, started: false }),
        };
    }
    let mut refused = Vec::new();
    for recipient in to {
        let Some(parsed) = address(recipient) else {
            return Err(started(Failure::word("bad_address")));
        };
        if let Err(error) = connection.command(Rcpt::new(parsed, Vec::new())).await {
            let failure = Failure::of(&error, "refused");
            if error.status().is_none() || failure.is_farewell() {
                return Err(started(failure));
            }
            refused.push(Refusal { address: (*recipient).to_owned(), failure });
        }
    }
    if refused.len() == to.len() {
        reset(connection).await.map_err(started)?;
        return Ok(Sent::AllRefused(refused));
    }
    // The end of the last line is the one before the dot.
    let message = message.strip_suffix(b"\r\n").unwrap_or(message);
    let said = match connection.command(Data).await {
        Ok(_) => connection.message(message).await,
        Err(error) => Err(error),
    };
    match said {
        Ok(response) => {
            let text: Vec<&str> = response.message().collect();
            Ok(Sent::Taken { response: format!("{} {}", response.code(), text.join(" ")), refused })
        }
        Err(error) => given_up(connection, &error).await,
    }
}

async fn given_up(connection: &mut AsyncSmtpConnection, error: &Error) -> Result<Sent, Broken> {
    let failure = Failure::of(error, "refused");
    if error.status().is_none() || failure.is_farewell() {
        return Err(Broken { failure, started: true });
    }
    reset(connection).await.map_err(|failure| Broken { failure, started: true })?;
    Ok(Sent::Failed(failure))
}

async fn reset(connection: &mut AsyncSmtpConnection) -> Result<(), Failure> {
    connection.command(Rset).await.map(drop).map_err(|error| Failure::of(&error, "failed"))
}

fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    Address::new(local, domain).ok()
}
