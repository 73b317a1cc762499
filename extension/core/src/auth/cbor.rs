//! As much of CBOR (RFC 8949) as authenticators write: definite lengths, the core types, little nesting.
//!
//! Used only to read what the library has verified already, or what rows hold; anything odd is refused.

/// Deepest nesting.
const DEPTH: u8 = 8;
/// Most items of an array or a map.
const ITEMS: u64 = 256;

/// A decoded item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item<'a> {
    Int(i128),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// false, true, null, floats: their bits are not looked at.
    Simple,
}

impl<'a> Item<'a> {
    /// The value of a key of a map.
    #[must_use]
    pub fn get(&self, key: &Item<'_>) -> Option<&Item<'a>> {
        match self {
            Self::Map(pairs) => pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The bytes under a key.
    #[must_use]
    pub fn bytes(&self, key: &Item<'_>) -> Option<&'a [u8]> {
        match self.get(key)? {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The integer under a key.
    #[must_use]
    pub fn int(&self, key: &Item<'_>) -> Option<i128> {
        match self.get(key)? {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }
}

/// The first item of `input`, and what follows it. `None` if there is none that may be read.
#[must_use]
pub fn decode(input: &[u8]) -> Option<(Item<'_>, &[u8])> {
    item(input, 0)
}

fn item(input: &[u8], depth: u8) -> Option<(Item<'_>, &[u8])> {
    if depth > DEPTH {
        return None;
    }
    let (head, rest) = input.split_first()?;
    let (major, low) = (head >> 5, head & 31);
    let (argument, rest) = argument(low, rest)?;
    match major {
        0 => Some((Item::Int(i128::from(argument)), rest)),
        1 => Some((Item::Int(-1 - i128::from(argument)), rest)),
        2 => {
            let (bytes, rest) = rest.split_at_checked(usize::try_from(argument).ok()?)?;
            Some((Item::Bytes(bytes), rest))
        }
        3 => {
            let (bytes, rest) = rest.split_at_checked(usize::try_from(argument).ok()?)?;
            Some((Item::Text(std::str::from_utf8(bytes).ok()?), rest))
        }
        4 => {
            let (mut items, mut rest) = (Vec::new(), rest);
            for _ in 0..counted(argument)? {
                let (next, after) = item(rest, depth + 1)?;
                items.push(next);
                rest = after;
            }
            Some((Item::Array(items), rest))
        }
        5 => {
            let (mut pairs, mut rest) = (Vec::new(), rest);
            for _ in 0..counted(argument)? {
                let (key, after) = item(rest, depth + 1)?;
                let (value, after) = item(after, depth + 1)?;
                pairs.push((key, value));
                rest = after;
            }
            Some((Item::Map(pairs), rest))
        }
        7 => Some((Item::Simple, rest)),
        _ => None,
    }
}

fn argument(low: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let width = match low {
        0..=23 => return Some((u64::from(low), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (bytes, rest) = rest.split_at_checked(width)?;
    Some((bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)), rest))
}

fn counted(argument: u64) -> Option<u64> {
    (argument <= ITEMS).then_some(argument)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_authenticators_write() {
        // {1: 2, 3: -7, "fmt": "none", -2: h'0102', "a": [1000, null]}
        let bytes = [
            0xa5, 0x01, 0x02, 0x03, 0x26, 0x63, b'f', b'm', b't', 0x64, b'n', b'o', b'n', b'e',
            0x21, 0x42, 1, 2, 0x61, b'a', 0x82, 0x19, 0x03, 0xe8, 0xf6, 0xff,
        ];
        let (read, rest) = decode(&bytes).unwrap();
        assert_eq!(rest, [0xff]);
        assert_eq!(read.int(&Item::Int(3)), Some(-7));
        assert_eq!(read.get(&Item::Text("fmt")), Some(&Item::Text("none")));
        assert_eq!(read.bytes(&Item::Int(-2)), Some(&[1, 2][..]));
        assert_eq!(
            read.get(&Item::Text("a")),
            Some(&Item::Array(vec![Item::Int(1000), Item::Simple]))
        );
        assert_eq!(read.int(&Item::Int(9)), None);
    }

    #[test]
    fn refuses_the_rest() {
        let deep = [0x81; 4000];
        for bytes in [
            &[][..],
            &[0x42, 1],                                                 // truncated
            &[0x5f, 0x41, 1, 0xff],                                     // indefinite length
            &[0x9a, 0xff, 0xff, 0xff, 0xff], // array of four thousand millions
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], // bytes beyond the address space
            &[0x62, 0xff, 0xfe],                                        // no UTF-8
            &[0xc0, 0x01],                                              // a tag
            &deep,
        ] {
            assert_eq!(decode(bytes), None);
        }
    }
}
