//! `Accept`: which media type the answer is made in, as far as the header alone decides it.
//!
//! Most requests want JSON and are settled here. What a handler in SQL may make, or make otherwise than we do, is left
//! to the plan as a list of offers ([`Wanted`]), best first.

use super::media::Media;
use crate::error::ApiError;
use crate::http::Headers;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What the plan has to settle about the answer's media type; empty for a plain request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Wanted {
    /// Best first; the first that can be made is. Empty: the form of the shape stands.
    pub offers: Vec<Offer>,
    /// The statement's plan is wanted in place of its rows.
    pub explain: Option<Explain>,
}

/// A media type that would do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Offer {
    /// In lower case, without parameters.
    pub name: String,
    /// What we make of it ourselves, unless a handler in SQL does.
    pub builtin: Option<Media>,
    /// A handler may take its place.
    pub open: bool,
}

/// `application/vnd.pgrst.plan`: options of EXPLAIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Explain {
    pub json: bool,
    pub analyze: bool,
    pub verbose: bool,
    pub settings: bool,
    pub buffers: bool,
    pub wal: bool,
}

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Final if nothing is left to the plan.
    pub media: Media,
    pub wanted: Wanted,
    /// The Content-Type of a plan.
    pub explained: Option<String>,
}

impl From<Media> for Choice {
    fn from(media: Media) -> Self {
        Self { media, wanted: Wanted::default(), explained: None }
    }
}

/// What decides besides the header; asked only if it matters.
pub trait Circumstances {
    /// JSON may have a handler of somebody else's.
    fn json_is_open(&self) -> bool;
    fn may_explain(&self) -> bool;
}

/// No handler can have a longer name (RFC 6838, 4.2), and more names than this no client sends.
const NAME_MAX: usize = 127;
const OFFERS_MAX: usize = 32;

/// Chooses by the best `q`, then the more exact name, then the first. No Accept header accepts anything.
///
/// `raw`: text, xml and octets can be made of a scalar (functions).
///
/// # Errors
/// PGRST107 (406) naming what was accepted, if that is nothing at all.
pub fn negotiate(
    headers: Headers<'_>,
    raw: bool,
    circumstances: &dyn Circumstances,
) -> Result<Choice, ApiError> {
    let mut values = headers.all("accept");
    let first = values.next().unwrap_or("*/*");
    if values.next().is_none() {
        // By far the most frequent ones need no parsing.
        match first {
            "*/*" | "application/json" if !circumstances.json_is_open() => {
                return Ok(Media::Json.into());
            }
            "application/vnd.pgrst.object+json" => {
                return Ok(Media::Object { strip_nulls: false }.into());
            }
            _ => {}
        }
    }
    let mut items: Vec<Item<'_>> = headers
        .all("accept")
        .flat_map(|value| split(value, ','))
        .filter(|item| !item.is_empty())
        .map(Item::parse)
        .collect();
    if items.is_empty() {
        items.push(Item::parse("*/*"));
    }
    items.retain(|item| item.quality > 0);
    items.sort_by_key(|item| std::cmp::Reverse((item.quality, item.exact)));
    let mut offers: Vec<Offer> = Vec::new();
    for item in &items {
        if let Some((explain, inner)) = item.explain() {
            if circumstances.may_explain() {
                return Ok(explained(explain, inner.offer(raw, circumstances)));
            }
            continue;
        }
        let Some(offer) = item.offer(raw, circumstances) else {
            continue;
        };
        let last = offer.builtin.is_some() && !offer.open;
        offers.push(offer);
        if last || offers.len() == OFFERS_MAX {
            break;
        }
    }
    settle(offers).ok_or_else(|| not_acceptable(headers))
}

/// A choice of several offers; `None` of none.
fn settle(offers: Vec<Offer>) -> Option<Choice> {
    let only = match offers.as_slice() {
        [] => return None,
        [Offer { builtin: Some(media), open: false, .. }] => Some(*media),
        _ => None,
    };
    Some(match only {
        Some(media) => media.into(),
        None => {
            Choice { media: Media::Json, wanted: Wanted { offers, explain: None }, explained: None }
        }
    })
}

fn explained(explain: Explain, offer: Option<Offer>) -> Choice {
    let offer = offer.unwrap_or(Offer {
        name: "application/json".to_owned(),
        builtin: Some(Media::Json),
        open: false,
    });
    let inner = match offer.builtin {
        Some(media) => media.name().to_owned(),
        None => offer.name.clone(),
    };
    let mut choice = settle(vec![offer]).unwrap_or_else(|| Media::Json.into());
    choice.wanted.explain = Some(explain);
    choice.explained = Some(format!("{}; charset=utf-8", explain.name(&inner)));
    choice
}

impl Explain {
    /// `application/vnd.pgrst.plan+json; for="application/json"; options=analyze|verbose`
    fn name(self, inner: &str) -> String {
        let suffix = if self.json { "json" } else { "text" };
        let mut name = format!("application/vnd.pgrst.plan+{suffix}; for=\"{inner}\"");
        let mut word = "; options=";
        for (option, on) in self.options() {
            if on {
                // Writing into a String cannot fail.
                let _ = write!(name, "{word}{option}");
                word = "|";
            }
        }
        name
    }

    pub fn options(self) -> [(&'static str, bool); 5] {
        [
            ("analyze", self.analyze),
            ("verbose", self.verbose),
            ("settings", self.settings),
            ("buffers", self.buffers),
            ("wal", self.wal),
        ]
    }
}

/// PGRST107: none of the accepted types can be made.
pub fn not_acceptable(headers: Headers<'_>) -> ApiError {
    let mut out = String::new();
    for item in headers.all("accept").flat_map(|value| split(value, ',')) {
        let item = Item::parse(item);
        if item.name.is_empty() {
            continue;
        }
        out.push_str(if out.is_empty() { "" } else { ", " });
        match item.explain() {
            Some((explain, inner)) => {
                let inner = inner.offer(false, &Nothing).and_then(|offer| offer.builtin);
                out.push_str(&explain.name(inner.unwrap_or(Media::Json).name()));
            }
            None => out.push_str(item.raw),
        }
    }
    ApiError::not_acceptable(&out)
}

struct Nothing;

impl Circumstances for Nothing {
    fn json_is_open(&self) -> bool {
        false
    }

    fn may_explain(&self) -> bool {
        false
    }
}

/// One item of Accept.
struct Item<'h> {
    /// The name as sent, and in lower case.
    raw: &'h str,
    name: Cow<'h, str>,
    parameters: Vec<&'h str>,
    /// Thousandths.
    quality: u16,
    /// How exact the name is.
    exact: u8,
}

impl<'h> Item<'h> {
    fn parse(item: &'h str) -> Self {
        let mut parts = split(item, ';');
        let raw = parts.next().unwrap_or_default();
        let mut quality = 1000;
        let mut parameters = Vec::new();
        for parameter in parts {
            match parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")) {
                Some(q) => quality = thousandths(q),
                None => parameters.push(parameter),
            }
        }
        let name = match raw.bytes().any(|b| b.is_ascii_uppercase()) {
            true => Cow::Owned(raw.to_ascii_lowercase()),
            false => Cow::Borrowed(raw),
        };
        let exact = match name.as_ref() {
            "*/*" => 0,
            name if name.ends_with("/*") => 1,
            _ => 2,
        };
        Self { raw, name, parameters, quality, exact }
    }

    /// The options of EXPLAIN, and the media type whose statement is explained.
    fn explain(&self) -> Option<(Explain, Item<'h>)> {
        let json = match self.name.as_ref() {
            "application/vnd.pgrst.plan" | "application/vnd.pgrst.plan+text" => false,
            "application/vnd.pgrst.plan+json" => true,
            _ => return None,
        };
        let find = |name: &str| self.parameters.iter().find_map(|p| p.strip_prefix(name));
        let asked = find("options=").unwrap_or_default().trim_matches('"');
        let on = |option: &str| asked.split('|').any(|asked| asked == option);
        let explain = Explain {
            json,
            analyze: on("analyze"),
            verbose: on("verbose"),
            settings: on("settings"),
            buffers: on("buffers"),
            wal: on("wal"),
        };
        let inner = find("for=").map_or("application/json", |inner| inner.trim_matches('"'));
        Some((explain, Item::parse(inner)))
    }

    /// What can be made of it; `None` if nothing, whatever the catalog has.
    fn offer(&self, raw: bool, circumstances: &dyn Circumstances) -> Option<Offer> {
        let strip_nulls = self.parameters.contains(&"nulls=stripped");
        let json = |name: &str| {
            let open = circumstances.json_is_open();
            Some(Offer { name: name.to_owned(), builtin: Some(Media::Json), open })
        };
        let fixed = |media: Media| {
            Some(Offer { name: media.name().to_owned(), builtin: Some(media), open: false })
        };
        let builtin = match self.name.as_ref() {
            "*/*" => return json("*/*"),
            "application/json" | "application/*" => return json("application/json"),
            "application/vnd.pgrst.array+json" | "application/vnd.pgrst.array" => {
                return if strip_nulls {
                    fixed(Media::StrippedArray)
                } else {
                    json("application/json")
                };
            }
            "application/vnd.pgrst.object+json" | "application/vnd.pgrst.object" => {
                return fixed(Media::Object { strip_nulls });
            }
            "application/geo+json" => Some(Media::GeoJson),
            "text/csv" => Some(Media::Csv),
            "text/*" if !raw => Some(Media::Csv),
            "text/plain" | "text/*" if raw => Some(Media::Text),
            "text/xml" if raw => Some(Media::Xml),
            "application/octet-stream" if raw => Some(Media::Octets),
            name if name.len() > NAME_MAX || !name.contains('/') => return None,
            _ => None,
        };
        Some(Offer { name: self.name.clone().into_owned(), builtin, open: true })
    }
}

/// Splits at `separator` outside quotes; the parts without white space around them.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .map(|part| part.trim_matches([' ', '\t']))
}

/// `0.25` → 250 (RFC 9110, 12.4.2: at most three decimals). What is no quality counts as 1.
pub(super) fn thousandths(q: &str) -> u16 {
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.is_empty() {
        return 1000;
    }
    if whole.trim_start_matches('0').is_empty() {
        let mut value = 0;
        for digit in fraction.bytes().chain(std::iter::repeat(b'0')).take(3) {
            value = value * 10 + u16::from(digit - b'0');
        }
        value
    } else {
        1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Server {
        open: bool,
        explains: bool,
    }

    impl Circumstances for Server {
        fn json_is_open(&self) -> bool {
            self.open
        }

        fn may_explain(&self) -> bool {
            self.explains
        }
    }

    const PLAIN: Server = Server { open: false, explains: false };

    fn ask(accept: &str, raw: bool, server: &Server) -> Result<Choice, ApiError> {
        let block = format!("host: x\naccept: {accept}\n");
        negotiate(Headers(&block), raw, server)
    }

    fn settled(accept: &str) -> Media {
        let choice = ask(accept, false, &PLAIN).unwrap();
        assert_eq!(choice.wanted, Wanted::default(), "{accept}");
        choice.media
    }

    /// What is left to the plan: names, with what we make of them.
    fn left(accept: &str, raw: bool) -> Vec<(String, Option<Media>)> {
        let offers = ask(accept, raw, &PLAIN).unwrap().wanted.offers;
        offers.into_iter().map(|offer| (offer.name, offer.builtin)).collect()
    }

    #[test]
    fn anything_is_json() {
        assert_eq!(negotiate(Headers("host: x\n"), false, &PLAIN), Ok(Media::Json.into()));
        for accept in ["*/*", "", "application/json", "application/json; charset=utf-8", " , "] {
            assert_eq!(settled(accept), Media::Json, "{accept}");
        }
    }

    #[test]
    fn vendor_types_carry_their_parameter() {
        for (accept, media) in [
            ("application/vnd.pgrst.object+json", Media::Object { strip_nulls: false }),
            ("application/vnd.pgrst.object", Media::Object { strip_nulls: false }),
            (
                "application/vnd.pgrst.object+json;nulls=stripped",
                Media::Object { strip_nulls: true },
            ),
            ("application/vnd.pgrst.array+json", Media::Json),
            ("APPLICATION/vnd.pgrst.array+json; nulls=stripped", Media::StrippedArray),
        ] {
            assert_eq!(settled(accept), media, "{accept}");
        }
    }

    #[test]
    fn offers_end_with_the_first_that_is_certain() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let names: Vec<_> = left(browser, false).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["text/html", "application/xhtml+xml", "application/xml", "*/*"]);
        assert_eq!(settled("*/*;q=0.1, application/json, text/html;q=0.9"), Media::Json);
        assert_eq!(settled("text/csv;q=0, */*;q=0.1"), Media::Json);
        assert_eq!(settled("text/csv;q=0.0000, application/json;q=0.001"), Media::Json);
        assert_eq!(settled("text/csv;q=0.999, application/json;q=1.0"), Media::Json);
        assert_eq!(left("TEXT/CSV", false), [("text/csv".to_owned(), Some(Media::Csv))]);
        let both = left("application/json;q=0.5, text/csv", false);
        assert_eq!(both.first().unwrap().1, Some(Media::Csv));
        assert_eq!(both.last().unwrap().1, Some(Media::Json));
    }

    #[test]
    fn json_is_left_to_the_plan_where_it_may_have_a_handler() {
        let server = Server { open: true, explains: false };
        for (accept, name) in [("*/*", "*/*"), ("application/json", "application/json")] {
            let choice = ask(accept, false, &server).unwrap();
            let offer = Offer { name: name.to_owned(), builtin: Some(Media::Json), open: true };
            assert_eq!(choice.wanted.offers, [offer]);
        }
        let choice = ask("application/vnd.pgrst.object", false, &server).unwrap();
        assert_eq!(choice, Media::Object { strip_nulls: false }.into());
    }

    #[test]
    fn repeated_headers_are_one_list() {
        let headers = Headers("accept: application/x-unknown\naccept: application/json\n");
        let choice = negotiate(headers, false, &PLAIN).unwrap();
        assert_eq!(choice.wanted.offers.len(), 2);
    }

    #[test]
    fn refuses_what_nothing_can_make() {
        for accept in ["application/json;q=0", "application/vnd.pgrst.plan+json", "nonsense"] {
            let error = ask(accept, false, &PLAIN).unwrap_err();
            assert_eq!((error.status, error.code.as_str()), (406, "PGRST107"), "{accept}");
        }
        let long = format!("text/{}", "x".repeat(200));
        assert!(ask(&long, false, &PLAIN).is_err());
    }

    #[test]
    fn names_all_that_was_accepted() {
        for (accept, named) in [
            ("application/unknown;a=b, image/PNG;q=1", "application/unknown, image/PNG"),
            (
                "application/vnd.pgrst.plan; for=\"text/csv\"; options=wal|analyze",
                "application/vnd.pgrst.plan+text; for=\"text/csv\"; options=analyze|wal",
            ),
        ] {
            let block = format!("accept: {accept}\n");
            let message = not_acceptable(Headers(&block)).message;
            assert_eq!(message, format!("None of these media types are available: {named}"));
        }
    }

    #[test]
    fn raw_forms_are_for_functions() {
        for (accept, media) in [
            ("text/plain", Media::Text),
            ("text/xml", Media::Xml),
            ("application/octet-stream", Media::Octets),
        ] {
            assert_eq!(left(accept, true), [(accept.to_owned(), Some(media))]);
            assert_eq!(left(accept, false), [(accept.to_owned(), None)]);
        }
    }

    #[test]
    fn plans_carry_their_options() {
        let server = Server { open: false, explains: true };
        for (accept, content_type) in [
            (
                "application/vnd.pgrst.plan",
                "application/vnd.pgrst.plan+text; for=\"application/json\"; charset=utf-8",
            ),
            (
                "application/vnd.pgrst.plan+json; for=\"application/vnd.pgrst.array+json;nulls=stripped\"",
                "application/vnd.pgrst.plan+json; for=\"application/vnd.pgrst.array+json;nulls=stripped\"; charset=utf-8",
            ),
            (
                "application/vnd.pgrst.plan+json;for=\"application/vnd.pgrst.object\";options=verbose|analyze|nope",
                "application/vnd.pgrst.plan+json; for=\"application/vnd.pgrst.object+json\"; options=analyze|verbose; charset=utf-8",
            ),
        ] {
            let choice = ask(accept, false, &server).unwrap();
            assert_eq!(choice.explained.as_deref(), Some(content_type), "{accept}");
            assert_eq!(choice.wanted.explain.unwrap().json, accept.contains("+json;"));
        }
        let csv = ask("application/vnd.pgrst.plan; for=\"text/csv\"", false, &server).unwrap();
        assert_eq!(csv.wanted.offers.first().unwrap().builtin, Some(Media::Csv));
    }
}
