//! Templates: both spellings, escaping against a corpus, bounds.

use super::{KINDS, LAYOUT, Parts, VARIABLES, check, kind, kinds::sample, render};
use crate::template::Form;
use serde_json::{Value, json};

fn render_part(
    source: &str,
    layout: &str,
    form: Form,
    variables: &Value,
) -> Result<String, String> {
    crate::template::render_part(source, layout, form, VARIABLES, variables)
}

fn html(source: &str, variables: serde_json::Value) -> String {
    render_part(source, LAYOUT, Form::Html, &variables).unwrap()
}

fn text(source: &str, variables: serde_json::Value) -> String {
    render_part(source, LAYOUT, Form::Text, &variables).unwrap()
}

fn parts(kind: &super::Kind) -> Parts {
    Parts {
        subject: kind.subject.map(Into::into),
        html: kind.html.map(Into::into),
        text: kind.text.map(Into::into),
    }
}

#[test]
fn reads_what_gotrue_templates_are_written_in() {
    let variables = json!({"Email": "a@b.c", "Token": "123456", "ConfirmationURL": "https://x/?a=1&b=2", "SiteURL": "https://s",
        "Data": {"name": "Ada", "lang": "de", "age": 36, "list": ["x", "y"], "first.name": "dot"}});
    for (source, made) in [
        ("{{ .Email }}", "a@b.c"),
        ("{{.Email}}", "a@b.c"),
        ("{{Email}}", "a@b.c"),
        ("<{{- .Email -}}>", "<a@b.c>"),
        ("a {{- .Email -}} b", "aa@b.cb"),
        ("a {{ .Email -}} b", "a a@b.cb"),
        ("{{ .Data.name }} {{ .Data.none }}{{ .Data.none.deeper }}", "Ada "),
        (
            "{{ .SiteURL }}/auth/confirm?token_hash={{ .Token }}&type=email",
            "https://s/auth/confirm?token_hash=123456&type=email",
        ),
        ("{{ if .Data.name }}yes{{ end }}", "yes"),
        ("{{if .Data.none}}yes{{else}}no{{end}}", "no"),
        (
            "{{ if eq .Data.lang \"en\" }}Hi{{ else if eq .Data.lang \"de\" }}Hallo{{ else }}Salut{{ end }}",
            "Hallo",
        ),
        ("{{ if eq .Data.lang \"en\" \"de\" }}1{{ end }}", "1"),
        ("{{ if and .Data.name (eq .Data.lang \"de\") }}1{{ end }}", "1"),
        ("{{ if or .Data.none (not .Data.none) }}1{{ end }}", "1"),
        ("{{ if gt .Data.age 35 }}1{{ end }}{{ if lt .Data.age 35 }}2{{ end }}", "1"),
        ("{{ if ne .Data.lang `fr` }}1{{ end }}", "1"),
        ("{{ index .Data \"first.name\" }}", "dot"),
        ("{{ .Data.list | len }}", "2"),
        ("{{ .ConfirmationURL | urlquery }}", "https%3A%2F%2Fx%2F%3Fa%3D1%26b%3D2"),
        ("{{/* a comment }} */}}x", "x"),
        ("{{- /* trimmed */ -}}x", "x"),
        ("{% if Data.name %}{{ .Data.name }}{% endif %}", "Ada"),
        ("{% for x in Data.list %}{{ x }}{% endfor %}", "xy"),
        ("{{ Data.name|upper }}", "ADA"),
        ("{{ Data.name|default(\"you\") }}{{ Data.none|default(\"you\") }}", "Adayou"),
        ("{{ \"}}\" }}", "}}"),
        ("{{ if eq .Data.name \"}}\" }}a{{ else }}b{{ end }}", "b"),
        ("no action at all { } }} {", "no action at all { } }} {"),
        ("{{ Nothing }}", ""),
    ] {
        assert_eq!(text(source, variables.clone()), made, "{source}");
    }
}

#[test]
fn says_what_is_wrong_with_a_template_and_where() {
    for (source, says) in [
        ("{{ .Mail }}", "there is no variable .Mail; there are .SiteURL, .ConfirmationURL"),
        ("a\nb\n{{ .Mail }}", "(line 3)"),
        ("{{ .Email", "{{ without }}"),
        ("{{ if .Email }}x", "{{ if }} without {{ end }}"),
        ("x{{ end }}", "{{ end }} without {{ if }}"),
        ("x{{ else }}", "{{ else }} without {{ if }}"),
        ("{{ range .Data }}{{ end }}", "{% for %}"),
        ("{{ template \"x\" . }}", "not supported"),
        ("{{ .Data..x }}", "a dot too many"),
        ("{{ printf \"%s\" .Email }}", "there is no function printf"),
        ("{{ if eq .Email }}{{ end }}", "eq takes two operands"),
        ("{{ .Email | .Token }}", "only a function"),
        ("{{ if (eq .Email \"x\" }}{{ end }}", "( without )"),
        ("{{ .Email $x }}", "cannot read"),
        ("{% if %}", "line 1"),
        ("{{ Email|safe }}", "there are e, default"),
        ("{{ range(10) }}", "function"),
        ("{% include \"/etc/passwd\" %}", "passwd"),
    ] {
        let problem = render_part(source, LAYOUT, Form::Html, &sample()).expect_err(source);
        assert!(problem.contains(says), "{source}: {problem}");
    }
    let deep = format!("{{{{ if {}.Email{} }}}}x{{{{ end }}}}", "(".repeat(99), ")".repeat(99));
    assert!(render_part(&deep, "", Form::Text, &sample()).unwrap_err().contains("too deeply"));
}

/// What people put into their names. Each must come out as text, whatever template shows it.
const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<!--<script>",
    "--><script>alert(1)</script>",
    "<a href=\"https://evil.example\">click</a>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<form action=https://evil.example><input>",
    "<style>*{display:none}</style>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "x\" style=\"background:url(https://evil.example)",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "&\u{0}lt;script",
    "{{ 7*7 }}",
    "{{ .Token }}",
    "{% for a in b %}",
    "{# #}",
    "${7*7}",
    "#{7*7}",
    "{{ self }}",
    "{% raw %}",
    "<\u{0}script>",
    "\u{2028}<b>",
    "＜script＞",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<x/onclick=alert(1)>",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "javascript:alert(1)",
    "]]><script>",
    "<?php echo 1 ?>",
];

#[test]
fn values_are_never_markup_and_never_templates() {
    let sources = [
        "<p>{{ .Data.name }}</p>",
        "<p title=\"{{ Data.name }}\">x</p>",
        "<p title='{{ Data.name }}'>x</p>",
        "{% autoescape false %}<p>{{ Data.name }}</p>{% endautoescape %}",
        "<p>{{ Data.name|upper }}</p>",
        "<p>{{ Data.name|trim|lower }}</p>",
        "{% set n = Data.name %}<p>{{ n }}</p>",
        "<p>{{ \"<b>\" ~ Data.name }}</p>",
        "{% macro m(x) %}{{ x }}{% endmacro %}<p>{{ m(Data.name) }}</p>",
        "{% set n %}{{ Data.name }}{% endset %}<p>{{ n }}</p>",
        "<p>{{ Data.name|replace('x', 'y') }}</p>",
        "<p>{{ [Data.name]|join(',') }}</p>",
        "<p>{{ Data.name|e }}</p>",
        "<p>{{ Data }}</p>",
        "<p>{% if Data.name %}{{ .Data.name }}{% endif %}</p>",
        "<p>{{ Data.missing|default(Data.name) }}</p>",
    ];
    for payload in PAYLOADS {
        let payload = payload.replace('\u{0}', "");
        for source in sources {
            let made = html(source, json!({"Data": {"name": payload}, "Token": "SECRET"}));
            // The only markup is the template's own.
            let inner =
                made.replacen("<p>", "", 1).replacen("<p title=", "", 1).replacen("</p>", "", 1);
            assert!(!inner.contains('<'), "{payload:?} in {source}: {made}");
            if source.contains("title=") {
                assert_eq!(
                    inner.matches(['"', '\'']).count(),
                    2,
                    "{payload:?} in {source}: {made}"
                );
            }
            assert!(
                !made.contains("SECRET") && !made.contains("49"),
                "{payload:?} in {source}: {made}"
            );
        }
        for kind in KINDS {
            let hostile = json!({"Email": payload, "NewEmail": payload, "OldEmail": payload, "SiteURL": payload, "ConfirmationURL": payload,
                "RedirectTo": payload, "Token": payload, "Phone": payload, "OldPhone": payload, "Provider": payload, "FactorType": payload,
                "Agent": payload, "Address": payload, "At": payload, "Code": payload, "Locale": payload, "Type": payload, "Action": payload,
                "Hidden": {"token": payload}, "Data": {"name": payload}});
            let made = render(&parts(kind), LAYOUT, kind.is_sms(), &hostile).unwrap();
            let tame = render(&parts(kind), LAYOUT, kind.is_sms(), &sample_of(&hostile)).unwrap();
            if let (Some(made), Some(tame)) = (made.html, tame.html) {
                for mark in ["<", ">", "\"", "'"] {
                    assert_eq!(
                        made.matches(mark).count(),
                        tame.matches(mark).count(),
                        "{} {payload:?} {mark}",
                        kind.name
                    );
                }
            }
            assert!(made.subject.is_none_or(|s| !s.contains(['\n', '\r', '\u{2028}'])));
        }
    }
    assert!(PAYLOADS.len() >= 40);
}

/// The same variables with a harmless word in each.
fn sample_of(variables: &serde_json::Value) -> serde_json::Value {
    let mut tame = variables.clone();
    for (name, value) in tame.as_object_mut().unwrap() {
        *value = match name.as_str() {
            "Hidden" => json!({"token": "word"}),
            "Data" => json!({"name": "word"}),
            _ => json!("word"),
        };
    }
    tame
}

#[test]
fn a_subject_is_one_line() {
    for name in [
        "a\r\nBcc: eve@evil.example",
        "a\nBcc: eve@evil.example",
        "a\rBcc: x",
        "a\r\n\r\n<html>",
        "a\u{85}b",
        "a\u{2028}b",
        "a\u{2029}b",
        "a\u{b}b",
        "a\u{c}b",
        "a\u{0}b",
        "a\tb",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{1b}[2Jb",
        "\r\n\r\n",
    ] {
        let name = name.replace('\u{0}', "");
        let made = render_part(
            "Hi {{ .Data.name }}!",
            "",
            Form::Subject,
            &json!({"Data": {"name": name}}),
        )
        .unwrap();
        assert!(made.starts_with("Hi ") && made.ends_with('!'), "{made:?}");
        assert!(
            !made.chars().any(|c| c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c)),
            "{made:?}"
        );
        // Not escaped: it is no HTML.
    }
    let long = json!({"Data": {"name": "ä".repeat(100_000)}});
    assert_eq!(
        render_part("{{ .Data.name }}", "", Form::Subject, &long).unwrap().chars().count(),
        200
    );
    assert_eq!(
        render_part(
            "{{ Data.name }}",
            "",
            Form::Subject,
            &json!({"Data": {"name": "O'Brien & <Co>"}})
        )
        .unwrap(),
        "O'Brien & <Co>"
    );
    assert_eq!(
        render_part(
            "{{ Data.name }}",
            "",
            Form::Text,
            &json!({"Data": {"name": "a\r\nb\u{1b}c\u{7}"}})
        )
        .unwrap(),
        "a\nbc"
    );
}

#[test]
fn what_a_template_may_cost_is_bounded() {
    let many: Vec<u32> = (0..2000).collect();
    let variables = json!({"Data": {"l": many, "s": "x".repeat(60_000)}});
    for source in [
        "{% for a in Data.l %}{% for b in Data.l %}{% for c in Data.l %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in Data.l %}{{ Data.s }}{% endfor %}",
        "{{ Data.s * 100000 }}",
        "{% set x = Data.s ~ Data.s %}{% set y = x ~ x ~ x ~ x %}{% set z = y ~ y ~ y ~ y %}{{ z ~ z ~ z ~ z }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ [Data.l, Data.l]|join(Data.s) * 100 }}",
        "{% for a in Data.l %}{{ Data.s|replace('x', 'yyyyyyyyyy') }}{% endfor %}",
    ] {
        let before = std::time::Instant::now();
        assert!(render_part(source, "", Form::Html, &variables).is_err(), "{source}");
        assert!(before.elapsed().as_secs() < 3, "{source}: {:?}", before.elapsed());
    }
    assert!(
        render_part(&"x".repeat(65_537), "", Form::Text, &json!({})).unwrap_err().contains("65536")
    );
    let nested = format!("{}x{}", "{% if 1 %}".repeat(500), "{% endif %}".repeat(500));
    assert!(render_part(&nested, "", Form::Text, &json!({})).is_err());
    let around = "{% extends \"layout\" %}";
    assert!(render_part(around, around, Form::Html, &json!({})).is_err());
}

#[test]
fn what_is_shipped_renders_and_says_what_it_must() {
    for kind in KINDS {
        check(&parts(kind), LAYOUT, kind.is_sms()).unwrap_or_else(|e| panic!("{}: {e}", kind.name));
        let made = render(&parts(kind), LAYOUT, kind.is_sms(), &sample()).unwrap();
        let asks = ["confirmation", "invite", "magic_link", "recovery", "email_change"]
            .contains(&kind.name);
        if asks {
            let (html, text) = (made.html.unwrap(), made.text.unwrap());
            assert!(html.contains("href=\"https:&#x2f;&#x2f;api.example.com&#x2f;auth&#x2f;v1&#x2f;confirm?token=pkce_0a1b&amp;type=signup"), "{html}");
            assert!(html.contains("123456") && text.contains("123456"));
            assert!(
                text.contains(
                    "https://api.example.com/auth/v1/confirm?token=pkce_0a1b&type=signup"
                )
            );
            assert!(!html.contains("{{") && !html.contains("{%"));
        } else if kind.name.ends_with("_notification") {
            // A notice asks for nothing: no link that one may be taught to follow, no code.
            let mut without = sample();
            without.as_object_mut().unwrap().retain(|name, _| {
                !["ConfirmationURL", "Token", "TokenHash"].contains(&name.as_str())
            });
            let html = render(&parts(kind), LAYOUT, false, &without).unwrap().html.unwrap();
            assert!(!html.contains("href") && !html.contains("123456"), "{html}");
        }
    }
    assert_eq!(KINDS.len(), 17);
    assert!(kind("recovery").is_some() && kind("nope").is_none());
    let sms = kind("sms").unwrap();
    assert_eq!(
        render(&parts(sms), LAYOUT, true, &sample()).unwrap().text.as_deref(),
        Some("Your code is 123456")
    );
    let bare = Parts { text: Some("{% if Nothing %}x{% endif %}".into()), ..Parts::default() };
    assert!(check(&bare, LAYOUT, false).unwrap_err().starts_with("text: is empty"));
}
