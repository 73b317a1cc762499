//! JSON written straight to text, in the order of the calls: a document of thousands of tables is never a tree in memory.

use crate::json::push_string;

/// A document being written. Members and items are separated by themselves.
#[derive(Debug, Default)]
pub struct Json {
    out: Vec<u8>,
    /// Nothing stands before the next member or item.
    fresh: bool,
}

impl Json {
    pub fn new() -> Self {
        Self { out: Vec::with_capacity(16 << 10), fresh: true }
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    fn separate(&mut self) {
        if !self.fresh {
            self.out.push(b',');
        }
        self.fresh = false;
    }

    fn nest(&mut self, open: u8, close: u8, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(open);
        self.fresh = true;
        fill(self);
        self.out.push(close);
        self.fresh = false;
    }

    /// An object as the next value.
    pub fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nest(b'{', b'}', fill);
    }

    /// An array as the next value.
    pub fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nest(b'[', b']', fill);
    }

    /// The name of the member whose value comes next.
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.separate();
        push_string(&mut self.out, name.as_bytes());
        self.out.push(b':');
        self.fresh = true;
        self
    }

    pub fn string(&mut self, text: &str) {
        self.separate();
        push_string(&mut self.out, text.as_bytes());
    }

    /// A value that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.separate();
        self.out.extend_from_slice(json.as_bytes());
    }

    pub fn strings<'s>(&mut self, texts: impl IntoIterator<Item = &'s str>) {
        self.array(|json| texts.into_iter().for_each(|text| json.string(text)));
    }

    /// A member that is a string.
    pub fn text(&mut self, name: &str, text: &str) {
        self.key(name).string(text);
    }

    /// The same, if there is one.
    pub fn some(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    pub fn number(&mut self, name: &str, number: i64) {
        self.key(name).raw(&number.to_string());
    }

    pub fn flag(&mut self, name: &str, value: bool) {
        self.key(name).raw(if value { "true" } else { "false" });
    }

    /// `"name": {"$ref": "…"}`
    pub fn link(&mut self, name: &str, to: &str) {
        self.key(name).reference(to);
    }

    /// `{"$ref": "…"}`
    pub fn reference(&mut self, to: &str) {
        self.object(|json| json.text("$ref", to));
    }
}

/// The pointer of a part of the document: `/` and `~` as RFC 6901 writes them, the rest as a URI fragment has it.
pub fn pointer(parts: &[&str]) -> String {
    let mut out = String::from("#");
    for part in parts {
        out.push('/');
        for c in part.chars() {
            match c {
                '~' => out.push_str("~0"),
                '/' => out.push_str("~1"),
                c if c.is_ascii_alphanumeric() || "-._!$&'()*+,;=:@".contains(c) => out.push(c),
                c => {
                    let mut bytes = [0; 4];
                    for byte in c.encode_utf8(&mut bytes).bytes() {
                        out.push_str(&format!("%{byte:02X}"));
                    }
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_by_itself() {
        let mut json = Json::new();
        json.object(|json| {
            json.text("a", "\"");
            json.key("b").array(|json| {
                json.raw("1");
                json.object(|_| ());
                json.strings(["x", "y"]);
            });
            json.some("c", None);
            json.flag("d", true);
            json.number("e", -1);
            json.link("f", "#/x");
        });
        let text = String::from_utf8(json.into_bytes()).unwrap();
        assert_eq!(text, r##"{"a":"\"","b":[1,{},["x","y"]],"d":true,"e":-1,"f":{"$ref":"#/x"}}"##);
    }

    #[test]
    fn points_past_odd_names() {
        assert_eq!(pointer(&["definitions", "a/b~c d%é"]), "#/definitions/a~1b~0c%20d%25%C3%A9");
    }
}
