//! Why a token is refused, in the words of the PostgREST dialect.

use crate::error::{ApiError, Code};

/// Why a token is refused. Every one answers 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    Empty,
    /// Parts between dots.
    Parts(usize),
    /// Not readable as a JWS, or longer than [`crate::limits::TOKEN`].
    Malformed,
    /// `alg` is `none`.
    Unsecured,
    /// The header asks for something that could change what the signature means.
    Header,
    /// `typ` or `cty` of another kind of token.
    Type,
    /// No key for the token's `kid` and `alg`, or the signature is not that key's.
    Key,
    /// The payload is no object, or a name is given twice in it.
    Claims,
    /// `exp`, `nbf` or `iat` is not a whole number, or is missing though required.
    NotNumber(&'static str),
    AudienceType,
    RoleType,
    Expired,
    NotYetValid,
    IssuedInFuture,
    Audience,
}

impl TokenError {
    /// The dialect's code: PGRST301 if the token cannot be trusted, PGRST303 if its claims forbid it.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::Empty
            | Self::Parts(_)
            | Self::Malformed
            | Self::Unsecured
            | Self::Header
            | Self::Type
            | Self::Key => Code::TokenUnreadable,
            _ => Code::TokenClaims,
        }
    }

    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::Empty => "Empty JWT is sent in Authorization header".to_owned(),
            Self::Parts(n) => format!("Expected 3 parts in JWT; got {n}"),
            Self::Malformed | Self::Header => "JWT cryptographic operation failed".to_owned(),
            Self::Unsecured => "Wrong or unsupported encoding algorithm".to_owned(),
            Self::Type => "Unsupported token type".to_owned(),
            Self::Key => "No suitable key or wrong key type".to_owned(),
            Self::Claims | Self::RoleType => "Parsing claims failed".to_owned(),
            Self::NotNumber(claim) => format!("The JWT '{claim}' claim must be a number"),
            Self::AudienceType => {
                "The JWT 'aud' claim must be a string or an array of strings".to_owned()
            }
            Self::Expired => "JWT expired".to_owned(),
            Self::NotYetValid => "JWT not yet valid".to_owned(),
            Self::IssuedInFuture => "JWT issued at future".to_owned(),
            Self::Audience => "JWT not in audience".to_owned(),
        }
    }

    #[must_use]
    pub fn details(self) -> Option<&'static str> {
        match self {
            Self::Unsecured => Some("JWT is unsecured but expected 'alg' was not 'none'"),
            Self::Key => Some("None of the keys was able to decode the JWT"),
            Self::Header => {
                Some("The JWT header may not have jku, jwk, x5u, x5c, x5t, crit, zip, b64 or enc")
            }
            Self::NotNumber(_) => Some("Whole seconds since 1970-01-01 are expected"),
            Self::RoleType => Some("The role claim must be a string"),
            _ => None,
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        let answer = Self::new(error.code(), &[&error.message()]);
        match error.details() {
            Some(details) => answer.details(details),
            None => answer,
        }
    }
}
