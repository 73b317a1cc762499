//! Mail, from howdah.send_email to the bytes on a server's wire. THREATS H2, H3, I1, I4, D2, D26.

use howdah_tests::database::literal;
use howdah_tests::drill::closing;
use howdah_tests::server::Howdah;
use howdah_tests::smtp::SmtpSink;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::process::Command;
use std::time::{Duration, Instant};

/// A Howdah whose mails go to these sinks, the first of them first.
fn start(sinks: &[&SmtpSink]) -> Howdah {
    let howdah = Howdah::start(&[]);
    howdah.sql("SELECT howdah.set('courier.allowed_hosts', '127.0.0.1:*'), howdah.set('mail.from', 'Shop <shop@example.com>')");
    for (priority, sink) in sinks.iter().enumerate() {
        let settings = json!({"host": "127.0.0.1", "port": sink.port, "tls": "none", "user": "u"});
        howdah.sql(&format!(
            "SELECT howdah.set_email_transport('sink{priority}', 'smtp', {}, 'pass', priority => {priority})",
            literal(&settings.to_string())
        ));
    }
    howdah
}

fn send(howdah: &Howdah, arguments: &str) -> i64 {
    howdah.value(&format!("SELECT howdah.send_email({arguments})")).parse().expect("an id")
}

#[track_caller]
fn wait(howdah: &Howdah, what: &str, wanted: &str) {
    let end = Instant::now() + Duration::from_secs(60);
    // There may be no row yet.
    let what = format!("SELECT (SELECT q.a::text FROM ({what}) AS q (a) LIMIT 1)");
    loop {
        let found = howdah.value(&what);
        if found == wanted {
            return;
        }
        assert!(Instant::now() < end, "{found} and not {wanted}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn courier(howdah: &Howdah) -> String {
    let name = howdah.value("SELECT name FROM howdah.couriers ORDER BY seen_at DESC LIMIT 1");
    name.rsplit('/').next().expect("host/pid").to_owned()
}

#[test]
fn a_mail_leaves_with_its_transaction_and_is_told_of() {
    let sink = SmtpSink::start();
    let howdah = start(&[&sink]);
    let id = send(
        &howdah,
        "'Ada <ada@example.net>', 'Grüße', text => E'Hi\\n.\\nBye', html => '<p>Hi</p>'",
    );
    let mail = sink.wait_for("ada@example.net");
    assert_eq!((&*mail.from, &*mail.to), ("shop@example.com", &["ada@example.net".to_owned()][..]));
    let message_id = mail.header("Message-ID").expect("one");
    assert!(
        message_id.starts_with(&format!("<{id}.")) && message_id.ends_with("@example.com>"),
        "{message_id}"
    );
    assert!(mail.data.contains("Hi\r\n=2E\r\nBye\r\n"), "{}", mail.data);
    wait(
        &howdah,
        &format!(
            "SELECT state || ' ' || transport || ' ' || status || ' ' || response FROM howdah.deliveries WHERE outbox_id = {id}"
        ),
        "delivered sink0 250 250 2.0.0 taken",
    );
    wait(&howdah, &format!("SELECT state FROM howdah.outbox WHERE id = {id}"), "delivered");
    assert!(sink.commands().iter().any(|line| line.starts_with("AUTH PLAIN ")));

    howdah.sql("BEGIN; SELECT howdah.send_email('b@example.net', 'x', text => 'y'); ROLLBACK");
    let again = send(&howdah, "'c@example.net', 'x', text => 'y', dedup_key => 'once'");
    assert_eq!(send(&howdah, "'c@example.net', 'x', text => 'y', dedup_key => 'once'"), again);
    sink.wait_for("c@example.net");
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(sink.count(), 2, "what was rolled back or asked for twice is not sent");
    assert_eq!(sink.connections(), 1, "a connection is used again");
    // A dump holds no password.
    assert_eq!(
        howdah.value("SELECT count(*) FROM howdah.email_transports WHERE secret LIKE '%pass%'"),
        "0"
    );
}

#[test]
fn every_attempt_is_the_same_message_and_a_failing_server_is_left_for_another() {
    let (first, second) = (SmtpSink::start(), SmtpSink::start());
    let howdah = start(&[&first, &second]);
    howdah.sql("SELECT howdah.send_email('late@example.net', 'x', text => 'y')");
    let end = Instant::now() + Duration::from_secs(60);
    while first.count() + second.count() == 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(
        howdah.value("SELECT string_agg(transport, ' ' ORDER BY attempt) FROM howdah.deliveries"),
        "sink0 sink1 sink0",
        "each of them puts it off once"
    );
    first.set_down(true);
    howdah.sql("SELECT howdah.send_email('d@example.net', 'x', text => 'y')");
    assert_eq!(second.wait_for("d@example.net").header("Subject").as_deref(), Some("x"));

    // One of two recipients is not taken for now: he gets the same message later, the other not twice.
    first.set_down(false);
    howdah.sql("SELECT howdah.drop_email_transport('sink1')");
    howdah.sql("SELECT howdah.send_email('e@example.net, later@example.net, gone@example.net', 'x', text => 'y')");
    let one = first.wait_for("e@example.net");
    assert_eq!(one.to, ["e@example.net"]);
    wait(
        &howdah,
        "SELECT string_agg(address || ' ' || reason, ' ') FROM howdah.email_suppressions",
        "gone@example.net bounce",
    );
    howdah.sql(
        "UPDATE howdah.outbox_entries SET due_at = now() WHERE recipient = 'later@example.net'",
    );
    let other = first.wait_for("later@example.net");
    assert_eq!((&*other.to, other.data), (&["later@example.net".to_owned()][..], one.data));
}

#[test]
fn addresses_that_do_not_exist_are_not_asked_for_again() {
    let sink = SmtpSink::start();
    let howdah = start(&[&sink]);
    for (to, state) in [
        ("gone@example.net", "failed"),
        ("blocked@example.net", "failed"),
        ("never@example.net", "failed"),
    ] {
        let id = send(&howdah, &format!("'{to}', 'x', text => 'y'"));
        wait(&howdah, &format!("SELECT state FROM howdah.outbox WHERE id = {id}"), state);
        assert_eq!(
            howdah.value(&format!("SELECT count(*) FROM howdah.deliveries WHERE outbox_id = {id}")),
            "1"
        );
    }
    assert_eq!(
        howdah.value("SELECT string_agg(address, ' ') FROM howdah.email_suppressions"),
        "gone@example.net"
    );
    let asked = sink.commands().iter().filter(|line| line.contains("gone@")).count();
    let id = send(&howdah, "'gone@example.net', 'x', text => 'y'");
    wait(
        &howdah,
        &format!("SELECT error FROM howdah.deliveries WHERE outbox_id = {id}"),
        "suppressed",
    );
    assert_eq!(sink.commands().iter().filter(|line| line.contains("gone@")).count(), asked);
    howdah.sql("SELECT howdah.allow_email('gone@example.net')");
    let id = send(&howdah, "'gone@example.net', 'x', text => 'y'");
    wait(
        &howdah,
        &format!("SELECT error FROM howdah.deliveries WHERE outbox_id = {id}"),
        "refused",
    );

    // THREATS H3: a flood for one address.
    howdah.sql("SELECT howdah.set('mail.address_limit', '5')");
    howdah.sql("SELECT count(howdah.send_email('bombed@example.net', 'x', text => 'y')) FROM generate_series(1, 200)");
    wait(&howdah, "SELECT count(*) FROM howdah.outbox_entries", "0");
    let reached = sink.taken().iter().filter(|mail| mail.to == ["bombed@example.net"]).count();
    assert_eq!(reached, 5);
}

/// What somebody might write where a text is asked for.
const HOSTILE: &[&str] = &[
    "\r\nBcc: eve@example.org",
    "\nBcc: eve@example.org",
    "\rBcc: eve@example.org",
    "\r\n\r\nbody",
    "\r\n.\r\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<eve@example.org>\r\nDATA\r\nx\r\n.\r\n",
    "\n.\nMAIL FROM:<eve@example.org>",
    "\r.\rMAIL FROM:<eve@example.org>",
    "\n.\r\nMAIL FROM:<eve@example.org>",
    "\r\n.\nRSET",
    "\r\n..\r\nRSET",
    "\u{85}Bcc: eve@example.org",
    "\u{2028}Bcc: eve@example.org",
    "\u{b}Bcc: eve@example.org",
    "\u{1b}]0;x\u{7}",
    "> SIZE=1\r\nRCPT TO:<eve@example.org>",
];

/// THREATS H2, D18: whatever is written where, the wire shows one mail to one recipient, with the headers that it has.
#[test]
fn sixty_ways_to_write_another_mail_into_one_end_at_one_mail() {
    let sink = SmtpSink::start();
    let howdah = start(&[&sink]);
    howdah.sql("SELECT howdah.set('mail.address_limit', '0'), howdah.set_email_template('t', '{{ s }}', '<p>{{ v }}</p>', '{{ v }}')");
    let (mut refused, mut sent) = (0, 0);
    for text in HOSTILE {
        for member in ["to", "subject", "text", "name", "vars", "headers"] {
            let mut mail = json!({"to": "ada@example.net", "subject": "x", "text": "y", "headers": {"X-N": sent.to_string()}});
            match member {
                "to" => mail["to"] = format!("ada@example.net{text}").into(),
                "name" => mail["to"] = format!("\"Ada{text}\" <ada@example.net>").into(),
                "vars" => {
                    mail["template"] = "t".into();
                    mail["vars"] = json!({"s": format!("x{text}"), "v": format!("y{text}")});
                    mail.as_object_mut().expect("one").remove("subject");
                    mail.as_object_mut().expect("one").remove("text");
                }
                "headers" => mail["headers"] = json!({"X-N": format!("v{text}")}),
                _ => mail[member] = format!("x{text}").into(),
            }
            let tried = howdah.dba().execute(
                &format!("SELECT howdah.send_emails(ARRAY[{}::jsonb])", literal(&mail.to_string())),
                &[],
            );
            match tried {
                Ok(_) => sent += 1,
                Err(_) => refused += 1,
            }
        }
    }
    println!("{refused} refused, {sent} sent");
    assert_eq!((refused, sent), (HOSTILE.len() * 4, HOSTILE.len() * 2));
    sink.wait_for_count(sent, Duration::from_secs(60));
    wait(&howdah, "SELECT count(*) FROM howdah.outbox_entries", "0");
    assert_eq!(sink.count(), sent);
    let commands = sink.commands();
    let said = |word: &str| commands.iter().filter(|line| line.starts_with(word)).count();
    assert_eq!(
        (
            said("MAIL FROM:<shop@example.com>"),
            said("MAIL"),
            said("RCPT TO:<ada@example.net>"),
            said("RCPT")
        ),
        (sent, sent, sent, sent)
    );
    let known = ["EHLO ", "AUTH ", "MAIL ", "RCPT ", "DATA\r\n", "QUIT\r\n"];
    for line in &commands {
        assert!(
            known.iter().any(|word| line.starts_with(word)) && line.ends_with("\r\n"),
            "{line:?}"
        );
    }
    for mail in sink.taken() {
        let names = mail.header_names();
        let distinct: HashSet<&String> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
        let expected = [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "X-N",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
        ];
        assert!(names.iter().all(|name| expected.contains(&&**name)), "{names:?}");
        assert!(!mail.data.replace("\r\n", "").contains(['\r', '\n']), "{:?}", mail.data);
    }
}

/// THREATS H1, for mail servers.
#[test]
fn a_server_that_is_not_public_is_not_connected_to_unless_the_dba_has_listed_it() {
    let sink = SmtpSink::start();
    let howdah = start(&[&sink]);
    howdah.sql("SELECT howdah.set('courier.allowed_hosts', '')");
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0",
        "::1",
        "::ffff:127.0.0.1",
        "017700000001",
    ] {
        let settings = json!({"host": host, "port": sink.port, "tls": "none"});
        howdah.sql(&format!(
            "SELECT howdah.set_email_transport('sink0', 'smtp', {})",
            literal(&settings.to_string())
        ));
        let id = send(&howdah, "'ada@example.net', 'x', text => 'y'");
        wait(
            &howdah,
            &format!(
                "SELECT count(*) FROM howdah.deliveries WHERE outbox_id = {id} AND error IN ('address_not_allowed', 'cannot_resolve')"
            ),
            "1",
        );
        howdah.sql(&format!("SELECT howdah.cancel({id})"));
    }
    assert_eq!(sink.connections(), 0);
}

fn count(full: usize, reduced: usize) -> usize {
    if std::env::var("HOWDAH_DRILLS").is_ok_and(|v| v == "full") { full } else { reduced }
}

/// THREATS D26 and the figures: how many a second; another tenant's mail in between; a courier that is killed on the way.
#[test]
fn many_mails_keep_nobody_waiting_and_none_is_lost_when_the_courier_dies() {
    let (drilled, many) = (Instant::now(), count(100_000, 2_000));
    let sink = SmtpSink::start();
    let howdah = start(&[&sink]);
    howdah.sql("SELECT howdah.set('mail.address_limit', '0'); SELECT howdah.pause('email')");
    let begun = Instant::now();
    howdah.sql(&format!(
        "SELECT howdah.send_emails(array_agg(jsonb_build_object('to', 'u' || i || '@d' || i % 50 || '.example.net',
             'subject', 'Hello ' || i, 'text', 'Hi there', 'tenant', 'first'))) FROM generate_series(1, {many}) AS i"
    ));
    let asked_in = begun.elapsed();
    let begun = Instant::now();
    howdah.sql("SELECT howdah.resume('email')");
    sink.wait_for_count(many / 10, Duration::from_secs(600));
    let asked = Instant::now();
    howdah
        .sql("SELECT howdah.send_email('other@example.org', 'x', text => 'y', tenant => 'second')");
    let other = sink.wait_for("other@example.org").at.duration_since(asked);
    assert!(other < Duration::from_secs(5), "{other:?}");
    sink.wait_for_count(many + 1, Duration::from_secs(900));
    let took = begun.elapsed();
    let found = format!(
        "asked for in {asked_in:.1?}; another tenant's mail meanwhile after {other:.1?}; {:.0} a second over {} connections",
        many as f64 / took.as_secs_f64(),
        sink.connections()
    );
    wait(&howdah, "SELECT count(*) FROM howdah.outbox_entries", "0");

    // kill -9 under load: what was in flight may come twice, nothing is lost.
    let before = sink.count();
    let killed = count(50, 3);
    let batch = 300;
    let mut told = HashSet::new();
    for round in 0..killed {
        howdah.sql(&format!(
            "SELECT howdah.send_emails(array_agg(jsonb_build_object('to', 'k{round}x' || i || '@example.net', 'subject', 'x', 'text', 'y')))
             FROM generate_series(1, {batch}) AS i"
        ));
        std::thread::sleep(Duration::from_millis(150 + 37 * (round as u64 % 7)));
        let _ = Command::new("kill").args(["-9", &courier(&howdah)]).status();
        wait(
            &howdah,
            "SELECT count(*) > 0 FROM howdah.couriers WHERE seen_at > now() - interval '3 s'",
            "true",
        );
        // What the next one holds already is not the killed one's.
        howdah.sql(
            "UPDATE howdah.outbox_entries SET leased_until = now() WHERE id IN (
                 SELECT id FROM howdah.outbox_entries WHERE state = 'leased' AND leased_until > now()
                 FOR UPDATE SKIP LOCKED)",
        );
    }
    wait(&howdah, "SELECT count(*) FROM howdah.outbox_entries", "0");
    let mut twice = 0;
    let mut ids: std::collections::HashMap<String, String> = std::collections::HashMap::new();
    for mail in sink.taken().into_iter().skip(before) {
        let id = mail.header("Message-ID").expect("one");
        if !told.insert(mail.to[0].clone()) {
            twice += 1;
            assert_eq!(ids[&mail.to[0]], id, "the same message");
        }
        ids.insert(mail.to[0].clone(), id);
    }
    let found = format!(
        "{found}; {killed} kills of the courier: {} of {} mails came, {twice} of them twice",
        told.len(),
        killed * batch
    );
    assert_eq!(told.len(), killed * batch, "none is lost");
    assert!(twice <= killed * 64, "at most what was in flight");
    closing(
        "D26",
        &format!(
            "{many} mails in one transaction to a server on loopback; kill -9 of the courier ×{killed}"
        ),
        drilled,
        many,
        &found,
    );
}

/// Bounces that come back by mail, links to unsubscribe, and notices of providers.
#[test]
fn what_comes_back_is_believed_if_it_is_about_a_mail_of_ours() {
    let sink = SmtpSink::start();
    let howdah = start(&[&sink]);
    howdah.sql("SELECT auth.set('api_external_url', 'http://127.0.0.1:1')");
    howdah.sql(
        "SELECT howdah.send_email('ada@example.net', 'x', text => 'y', unsubscribe => 'news')",
    );
    let mail = sink.wait_for("ada@example.net");
    let report = |id: &str, whom: &str, status: &str| {
        format!(
            "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; {whom}\r\nAction: failed\r\nStatus: {status}\r\n\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--b--\r\n"
        )
    };
    let read = |text: &str| {
        howdah.value(&format!(
            "SELECT coalesce(howdah.read_dsn(convert_to({}, 'UTF8'))::text, 'none')",
            literal(text)
        ))
    };
    let id = mail.header("Message-ID").expect("one");
    let forged = id.replace(&id[4..8], "0000");
    assert_eq!(read(&report(&forged, "ada@example.net", "5.1.1")), "none");
    assert_eq!(read("Subject: x\r\n\r\nHi"), "none");
    assert_eq!(read(&report(&id, "eve@example.net", "5.1.1")), "0", "it did not go to him");
    assert_eq!(read(&report(&id, "ada@example.net", "5.2.2")), "0", "a full mailbox");
    assert_eq!(howdah.value("SELECT count(*) FROM howdah.email_suppressions"), "0");

    let link = mail.header("List-Unsubscribe").expect("one");
    assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let path = link.trim_matches(['<', '>']).trim_start_matches("http://127.0.0.1:1").to_owned();
    let api = howdah_tests::api::Api::anon(&howdah, "public");
    let page = api.call("GET", &path).send().is(200).text().to_owned();
    assert!(page.contains("<b>news</b>") && page.contains("<form method=\"post\""), "{page}");
    assert_eq!(
        howdah.value("SELECT count(*) FROM howdah.email_suppressions"),
        "0",
        "opening it does nothing"
    );
    api.call("POST", &path.replace("token=6e", "token=6f")).send().is(400);
    api.call("POST", &path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bytes(b"List-Unsubscribe=One-Click".to_vec())
        .send()
        .is(200);
    assert_eq!(howdah.value("SELECT list || ' ' || reason FROM howdah.email_suppressions WHERE address = 'ada@example.net'"), "news unsubscribe");
    let id = send(&howdah, "'ada@example.net', 'x', text => 'y', unsubscribe => 'news'");
    wait(
        &howdah,
        &format!("SELECT error FROM howdah.deliveries WHERE outbox_id = {id}"),
        "suppressed",
    );
    let id = send(&howdah, "'ada@example.net', 'x', text => 'y'");
    wait(&howdah, &format!("SELECT state FROM howdah.outbox WHERE id = {id}"), "delivered");
    assert_eq!(
        read(&report(&mail.header("Message-ID").expect("one"), "Ada@example.net", "5.1.1")),
        "1"
    );
    assert_eq!(howdah.value("SELECT count(*) FROM howdah.email_suppressions WHERE list = ''"), "1");

    howdah.sql("SELECT howdah.set_email_transport('post', 'postmark', '{}', 'key', weight => 0, hook_secret => 'hook:secret')");
    let notice = json!({"RecordType": "Bounce", "Type": "HardBounce", "Email": "Bob@example.net"});
    let told = |credentials: &str| {
        use base64::Engine;
        let basic = base64::engine::general_purpose::STANDARD.encode(credentials);
        api.call("POST", "/hooks/mail/post")
            .header("Authorization", &format!("Basic {basic}"))
            .json(notice.clone())
            .send()
    };
    let refused = told("hook:wrong");
    assert!(refused.fails(401, "HW401")["hint"].as_str().expect("a hint").contains("transport"));
    assert_eq!(
        howdah.value(
            "SELECT count(*) FROM howdah.email_suppressions WHERE address = 'bob@example.net'"
        ),
        "0"
    );
    let answer: Value = told("hook:secret").is(200).json();
    assert_eq!(answer["suppressed"], 1);
    assert_eq!(
        howdah.value(
            "SELECT reason FROM howdah.email_suppressions WHERE address = 'bob@example.net'"
        ),
        "bounce"
    );
    api.call("POST", "/hooks/mail/nobody").json(notice.clone()).send().is(401);
}

/// What `howdah up` shows while there is no transport.
#[test]
fn while_there_is_no_transport_mails_are_kept_for_whoever_has_the_key() {
    let howdah = Howdah::start(&[]);
    let key = howdah.value("SELECT howdah.get('mail.inbox')");
    assert!(key.len() >= 16, "howdah up makes one");
    howdah.sql("SELECT howdah.send_email('ada@example.net', '<i>Hi</i>', text => 'T', html => '<script>x</script><p>H</p>')");
    wait(&howdah, "SELECT state FROM howdah.outbox WHERE kind = 'email'", "delivered");
    let api = howdah_tests::api::Api::anon(&howdah, "public");
    let list: Value =
        api.call("GET", &format!("/hooks/mail/inbox/messages?key={key}")).send().is(200).json();
    assert_eq!((&list[0]["subject"], &list[0]["text"]), (&json!("<i>Hi</i>"), &json!("T")));
    let page =
        api.call("GET", &format!("/hooks/mail/inbox?key={key}")).send().is(200).text().to_owned();
    assert!(page.contains("&lt;i&gt;Hi&lt;/i&gt;") && !page.contains("<i>Hi"), "{page}");
    let one = api
        .call("GET", &format!("/hooks/mail/inbox?key={key}&message={}", list[0]["id"]))
        .send()
        .is(200)
        .text()
        .to_owned();
    assert!(one.contains("srcdoc=\"&lt;script&gt;") && !one.contains("<script>"), "{one}");
    for path in [
        "/hooks/mail/inbox",
        "/hooks/mail/inbox?key=x",
        "/hooks/mail/inbox/messages",
        "/hooks/mail/inbox/messages?key=",
    ] {
        // As a path that is not there.
        let answer = api.call("GET", path).send();
        answer.fails(404, "HW404");
        assert_eq!(answer.json(), api.call("GET", "/nowhere").send().json(), "{path}");
    }
    howdah.sql("SELECT howdah.reset('mail.inbox')");
    api.call("GET", &format!("/hooks/mail/inbox?key={key}")).send().is(404);
    api.call("GET", "/hooks/mail/inbox?key=").send().is(404);
}
