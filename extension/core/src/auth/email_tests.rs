//! The corpus of e-mail forms: 120 and more.

use super::email::{domain, normalize};

/// What is typed, and what is stored.
const KEPT: &[(&str, &str)] = &[
    ("ada@example.com", "ada@example.com"),
    ("Ada@Example.Com", "ada@example.com"),
    ("ADA@EXAMPLE.COM", "ada@example.com"),
    ("ada.lovelace@example.com", "ada.lovelace@example.com"),
    ("ada+tag@example.com", "ada+tag@example.com"),
    ("a@b.co", "a@b.co"),
    ("a@b", "a@b"),
    ("admin@localhost", "admin@localhost"),
    ("1@example.com", "1@example.com"),
    ("1234567890@example.com", "1234567890@example.com"),
    ("_@example.com", "_@example.com"),
    ("-a@example.com", "-a@example.com"),
    ("o'brien@example.com", "o'brien@example.com"),
    ("a!#$%&'*+-/=?^_`{|}~z@example.com", "a!#$%&'*+-/=?^_`{|}~z@example.com"),
    ("{{7*7}}@example.com", "{{7*7}}@example.com"),
    ("ada@sub.sub.example.com", "ada@sub.sub.example.com"),
    ("ada@ex-ample.com", "ada@ex-ample.com"),
    ("ada@123.example.com", "ada@123.example.com"),
    ("ada@1example.com", "ada@1example.com"),
    ("ada@example.museum", "ada@example.museum"),
    ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
    ("ada@bu\u{308}cher.example", "ada@xn--bcher-kva.example"),
    ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
    ("ada@XN--BCHER-KVA.example", "ada@xn--bcher-kva.example"),
    ("ada@почта.рф", "ada@xn--80a1acny.xn--p1ai"),
    ("ada@例え.テスト", "ada@xn--r8jz45g.xn--zckzah"),
    ("ada@straße.example", "ada@xn--strae-oqa.example"),
    // A look-alike of example.com with a Cyrillic а: an address of its own, and it shows.
    ("ada@ex\u{430}mple.com", "ada@xn--exmple-4nf.com"),
];

const REFUSED: &[&str] = &[
    // No address at all.
    "",
    " ",
    "@",
    "ada",
    "ada@",
    "@example.com",
    "example.com",
    "ada@@example.com",
    "ada@eve@example.com",
    "ada@example.com@",
    "ada@example.com@evil.example",
    "ada at example.com",
    "ada@example,com",
    "ada@example.com,eve@example.com",
    "ada@example.com;eve@example.com",
    "ada@example.com eve@example.com",
    "mailto:ada@example.com",
    // Display names, brackets, comments, quotes, routes, literals.
    "Ada <ada@example.com>",
    "<ada@example.com>",
    "\"Ada\" <ada@example.com>",
    "ada@example.com (Ada)",
    "(Ada)ada@example.com",
    "ada(comment)@example.com",
    "ada@(comment)example.com",
    "\"ada\"@example.com",
    "\"ada lovelace\"@example.com",
    "\"ada@home\"@example.com",
    "\"ada\\\"\"@example.com",
    "\"\"@example.com",
    "\"ada@evil.example\"@example.com",
    "ada.\"b\".c@example.com",
    "@relay.example:ada@example.com",
    "ada%evil.example@[192.0.2.1]",
    "ada@[192.0.2.1]",
    "ada@[IPv6:2001:db8::1]",
    "ada@[IPv6:::1]",
    "ada@192.0.2.1",
    "ada@127.1",
    "ada@2130706433",
    "ada@0x7f.1",
    "ada@1.2.3",
    // White space, controls, line breaks.
    " ada@example.com",
    "ada@example.com ",
    "ada @example.com",
    "ada@ example.com",
    "a da@example.com",
    "ada@exam ple.com",
    "\tada@example.com",
    "ada\t@example.com",
    "ada@example.com\t",
    "ada@example.com\r",
    "ada@example.com\n",
    "ada@example.com\r\n",
    "\r\nada@example.com",
    "ada\r\n@example.com",
    "ada@\r\nexample.com",
    "ada@example.com\r\nBcc: eve@evil.example",
    "ada@example.com\nBcc:eve@evil.example",
    "ada@example.com%0d%0aBcc:eve@evil.example",
    "ada@example.com%0a",
    "ada\r\nDATA\r\n@example.com",
    "ada>\r\nRCPT TO:<eve@evil.example",
    "ada\u{0}@example.com",
    "ada@example.com\u{0}",
    "ada@exa\u{0}mple.com",
    "\u{0}",
    "ada\u{7f}@example.com",
    "ada\u{b}@example.com",
    "ada\u{c}@example.com",
    "ada\u{1b}[0m@example.com",
    "ada\u{85}@example.com",
    "ada\u{a0}@example.com",
    "ada@example.com\u{a0}",
    "ada\u{2028}@example.com",
    "ada@example.com\u{2029}",
    "ada\u{200b}@example.com",
    "ada@exam\u{200b}ple.com",
    "ada@exam\u{ad}ple.com",
    "ada\u{202e}@example.com",
    "\u{feff}ada@example.com",
    // Dots and hyphens out of place.
    ".ada@example.com",
    "ada.@example.com",
    "ada..l@example.com",
    "ada@.example.com",
    "ada@example..com",
    "ada@example.com.",
    "ada@.",
    "ada@-example.com",
    "ada@example-.com",
    "ada@example.-com",
    "ada@_example.com",
    "ada@exam_ple.com",
    "ada@exam!ple.com",
    "ada@example.com/x",
    "ada@example.com:25",
    "ada@example.com?x=1",
    "ada@example.com#x",
    "ada@example.com%2eevil.example",
    "ada@example%2ecom",
    "ada@*.example.com",
    "ada@exam\\ple.com",
    "ada\\@example.com",
    "ada@<script>.example.com",
    "<script>alert(1)</script>@example.com",
    "ada:x@example.com",
    "ada;x@example.com",
    "ada,x@example.com",
    "ada[x]@example.com",
    // Other scripts before the at sign, and ASCII written in other letters.
    "adä@example.com",
    "аda@example.com",
    "ａｄａ@example.com",
    "ada\u{301}@example.com",
    "ada＠example.com",
    "ada@ｅｘａｍｐｌｅ.com",
    "ada@example。com",
    "ada@example．com",
    "ada@e\u{212b}xample.ｃom",
    "ada@\u{212a}elvin.example",
    "ada@ﬁsh.example",
    "ada@①.example",
    "ada@Ⅷ.example",
    "ada@xn--a.example",
    "ada@xn--.example",
    "ada@xn--bcher-kva-.example",
    "ada@xn--example-.com",
    "ada@\u{301}example.com",
    "ad\u{131}@example.com",
];

#[test]
fn the_corpus_of_forms() {
    let wrong: Vec<_> = REFUSED.iter().filter_map(|text| Some((text, normalize(text)?))).collect();
    assert!(wrong.is_empty(), "taken for addresses: {wrong:#?}");
    for (text, stored) in KEPT {
        assert_eq!(normalize(text).as_deref(), Some(*stored), "{text:?}");
    }
    assert!(REFUSED.len() + KEPT.len() >= 120, "{}", REFUSED.len() + KEPT.len());
    let mut all: Vec<_> = REFUSED.iter().chain(KEPT.iter().map(|(text, _)| text)).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), REFUSED.len() + KEPT.len(), "a form is there twice");
}

#[test]
fn lengths_are_bounded_at_each_part() {
    let host = |octets: usize| {
        let mut host = "a".repeat(60);
        while host.len() + 61 <= octets {
            host.push('.');
            host.push_str(&"b".repeat(60));
        }
        host.push('.');
        let rest = octets - host.len();
        host.push_str(&"c".repeat(rest));
        host
    };
    let local = "l".repeat(64);
    assert!(normalize(&format!("{local}@example.com")).is_some());
    assert_eq!(normalize(&format!("{local}l@example.com")), None);
    let longest = format!("{local}@{}", host(254 - 65));
    assert_eq!(longest.len(), 254);
    assert!(normalize(&longest).is_some());
    assert_eq!(normalize(&format!("{local}@{}", host(254 - 64))), None);
    assert!(normalize(&format!("a@{}.com", "x".repeat(63))).is_some());
    assert_eq!(normalize(&format!("a@{}.com", "x".repeat(64))), None);
    assert_eq!(normalize(&"a".repeat(1 << 20)), None);
    assert_eq!(normalize(&format!("a@{}", "ü".repeat(120))), None);
}

/// The normal form is a fixed point, so that comparing stored bytes is comparing addresses.
#[test]
fn normal_forms_are_their_own_normal_form() {
    for (_, stored) in KEPT {
        assert_eq!(normalize(stored).as_deref(), Some(*stored));
        assert!(stored.is_ascii() && stored.to_lowercase() == **stored);
    }
    assert_eq!(domain("ada@example.com"), "example.com");
    assert_eq!(domain("none"), "");
}

/// E10: no variant of a stored address in other letters, cases or compositions is taken for another account's address: each
/// either is that address itself, byte for byte, or an address that cannot be confused with it, or none.
#[test]
fn variants_in_other_letters_are_no_second_address() {
    let stored = "ada.k@kelvin.example";
    let letters: [(char, &[&str]); 5] = [
        ('a', &["A", "а", "ａ", "á", "a\u{301}", "ª", "𝐚", "Ａ", "å", "\u{212b}"]),
        ('k', &["K", "\u{212a}", "к", "ｋ", "ķ", "𝐤", "Ｋ"]),
        ('i', &["I", "ı", "İ", "і", "ｉ", "í", "ⅰ"]),
        ('.', &["。", "．", "｡", "\u{2024}"]),
        ('@', &["＠", "﹫"]),
    ];
    let mut tried = 0;
    for (letter, others) in letters {
        for other in others {
            for (at, _) in stored.match_indices(letter) {
                let mut variant = stored.to_owned();
                variant.replace_range(at..at + letter.len_utf8(), other);
                tried += 1;
                if let Some(normal) = normalize(&variant) {
                    assert!(normal == stored || normal.contains("xn--"), "{variant:?} → {normal}");
                    assert!(variant.is_ascii() == (normal == stored), "{variant:?} → {normal}");
                }
            }
        }
    }
    assert!(tried >= 60, "{tried}");
}
