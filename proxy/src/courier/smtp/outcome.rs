//! What came of a message, in the words that the outbox knows.

use howdah_core::mail::bounce;
use lettre::transport::smtp::Error;
use serde_json::{Value, json};

/// Bytes of an answer that are kept.
const KEPT: usize = 4 * 1024;

/// Why it was not taken.
#[derive(Debug, Clone)]
pub struct Failure {
    word: &'static str,
    /// No further attempt is of use.
    permanent: bool,
    /// The server is not to be had.
    down: bool,
    status: Option<u16>,
    text: String,
}

impl Failure {
    /// Something of ours is wrong, or time is up.
    pub fn word(word: &'static str) -> Self {
        let permanent = word == "bad_address";
        Self { word, permanent, down: word == "timeout", status: None, text: String::new() }
    }

    /// The row holds no message that may be sent.
    pub fn message(text: String) -> Self {
        Self { word: "bad_message", permanent: true, down: false, status: None, text }
    }

    pub fn unreached(word: &'static str, text: &str) -> Self {
        Self { word, permanent: false, down: true, status: None, text: kept(text) }
    }

    /// Of the library's error: an answer, or that there was none. `word`: of what was refused.
    pub fn of(error: &Error, word: &'static str) -> Self {
        let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        let Some(code) = error.status() else {
            let word = if error.is_timeout() { "timeout" } else { "failed" };
            let text = if source.is_empty() { error.to_string() } else { source };
            return Self::unreached(word, &text);
        };
        let status = code.to_string().parse().unwrap_or_default();
        // Whom we are not to be for is a matter of the transport, not of the message.
        let ours = matches!(word, "auth" | "greeting");
        Self {
            word,
            permanent: error.is_permanent() && !ours,
            down: ours || status == 421,
            status: Some(status),
            text: kept(&source),
        }
    }

    /// 421: the server closes the connection.
    pub fn is_farewell(&self) -> bool {
        self.status == Some(421)
    }

    pub fn outcome(self) -> Value {
        let mut outcome =
            json!({"error": self.word, "permanent": self.permanent, "lane_down": self.down});
        if let Some(status) = self.status {
            outcome["status"] = status.into();
        }
        if !self.text.is_empty() {
            outcome["response"] = self.text.into();
        }
        outcome
    }
}

/// NUL has no place in the database's text.
fn kept(text: &str) -> String {
    let mut text = text.replace('\0', "\u{fffd}");
    let end = (0..=KEPT.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or(0));
    text
}

/// A recipient that the server does not take.
#[derive(Debug)]
pub struct Refusal {
    pub address: String,
    pub failure: Failure,
}

impl Refusal {
    /// `hard`: there is no such recipient, and none is to be asked for again.
    fn told(&self) -> Value {
        let Failure { permanent, status, text, .. } = &self.failure;
        json!({"address": self.address, "permanent": permanent, "status": status, "response": text,
               "hard": bounce::is_hard(status.unwrap_or(0), text)})
    }
}

/// The server's answers.
#[derive(Debug)]
pub enum Sent {
    Taken { response: String, refused: Vec<Refusal> },
    AllRefused(Vec<Refusal>),
    Failed(Failure),
}

impl Sent {
    pub fn outcome(self) -> Result<Value, Failure> {
        let told = |refused: &[Refusal]| refused.iter().map(Refusal::told).collect::<Vec<_>>();
        match self {
            Self::Failed(failure) => Err(failure),
            Self::Taken { response, refused } => {
                let mut outcome =
                    json!({"delivered": true, "status": 250, "response": kept(&response)});
                if !refused.is_empty() {
                    outcome["refused"] = told(&refused).into();
                }
                Ok(outcome)
            }
            Self::AllRefused(refused) => {
                let all = refused.iter().all(|one| one.failure.permanent);
                let Some(first) =
                    refused.iter().find(|one| !one.failure.permanent).or(refused.first())
                else {
                    return Err(Failure::word("bad_address"));
                };
                let mut failure = first.failure.clone();
                failure.permanent = all;
                let mut outcome = failure.outcome();
                outcome["refused"] = told(&refused).into();
                Ok(outcome)
            }
        }
    }
}
