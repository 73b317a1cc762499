//! AWS Signature Version 4, for SES.

use crate::auth::seal::mac;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What is to be signed.
pub struct Signed<'a> {
    pub method: &'a str,
    pub host: &'a str,
    /// Of plain characters and slashes.
    pub path: &'a str,
    /// Encoded, in order of the names.
    pub query: &'a str,
    /// Names in lower case, in order, without host and x-amz-date.
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
    pub region: &'a str,
    pub service: &'a str,
    /// `20150830T123600Z`
    pub at: &'a str,
}

impl Signed<'_> {
    /// The header `Authorization`.
    #[must_use]
    pub fn authorization(&self, key_id: &str, secret: &str) -> String {
        let day = self.at.get(..8).unwrap_or_default();
        let mut headers: Vec<(&str, &str)> = self.headers.to_vec();
        headers.extend([("host", self.host), ("x-amz-date", self.at)]);
        headers.sort_unstable();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let lines: String =
            headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let request = format!(
            "{}\n{}\n{}\n{lines}\n{names}\n{}",
            self.method,
            self.path,
            self.query,
            hex(&Sha256::digest(self.body))
        );
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text =
            format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", self.at, hex(&Sha256::digest(request)));
        let mut key = mac(format!("AWS4{secret}").as_bytes(), day.as_bytes());
        for part in [self.region, self.service, "aws4_request"] {
            key = mac(&key, part.as_bytes());
        }
        let signature = hex(&mac(&key, text.as_bytes()));
        format!(
            "AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: (&str, &str) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

    fn signed(change: impl FnOnce(&mut Signed<'static>)) -> String {
        let mut signed = Signed {
            method: "GET",
            host: "example.amazonaws.com",
            path: "/",
            query: "",
            headers: &[],
            body: b"",
            region: "us-east-1",
            service: "service",
            at: "20150830T123600Z",
        };
        change(&mut signed);
        signed.authorization(KEY.0, KEY.1)
    }

    /// Of AWS's published test suite, and of its documentation (ListUsers).
    #[test]
    fn signs_as_the_published_vectors_do() {
        assert_eq!(
            signed(|_| ()),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
        let post = signed(|s| s.method = "POST");
        assert!(
            post.ends_with("=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            "{post}"
        );
        let list = signed(|s| {
            s.host = "iam.amazonaws.com";
            s.query = "Action=ListUsers&Version=2010-05-08";
            s.headers = &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
            s.service = "iam";
        });
        assert!(
            list.ends_with(
                "SignedHeaders=content-type;host;x-amz-date, \
                 Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
            ),
            "{list}"
        );
    }
}
