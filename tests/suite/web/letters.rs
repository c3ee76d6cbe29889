//! The letters of the desk through a real mail server: to one person each, whatever people are called and write, with links that no
//! request can turn, and none lost while the server is away.

use serde_json::json;
use system_tests::authority::Authority;
use system_tests::browser::Browser;
use system_tests::command::{sh_text, until};
use system_tests::daemon::{Clock, Daemon};
use system_tests::mail::{MailServer, Wants};

use super::tickets::{PDF, asked, upload};
use super::{Scene, world_with_pages};

/// A service that sends letters through a server of its own, under a clock.
fn office() -> (Scene, MailServer, Clock) {
    let (mut world, port) = world_with_pages();
    let authority = Authority::new(&world.path("authority"));
    let mail = MailServer::start(&world.path("mail"), Wants::Nothing, &authority);
    world.config["notifications"] = json!([
        { "kind": "email", "smtp": format!("127.0.0.1:{}", mail.port), "security": "none",
          "from": "Soporte <soporte@diaco.example>", "to": ["jefe@diaco.example"], "tell": "problems" },
    ]);
    let clock = Clock::new(&world, "2026-11-23T09:00:00-06:00");
    let daemon = Daemon::start_with(&world, Some(&clock), &[("RUST_LOG", "debug")]);
    until("the pages are served", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    (Scene { world, daemon, port }, mail, clock)
}

/// Gives an account another name and an address, as an administrator does.
fn called(admin: &mut Browser, login: &str, name: &str, email: &str) -> u16 {
    let page = admin.get(&format!("/personas/{login}")).is(200);
    let version = page.body.split_once("name=\"version\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let fields = [("version", version.as_str()), ("name", name), ("email", email)];
    admin.post(&format!("/personas/{login}"), &fields).status
}

/// A letter's head and text.
fn parts(letter: &str) -> (String, String) {
    let letter = letter.replace("\r\n", "\n");
    let (head, text) = letter.split_once("\n\n").unwrap();
    (head.to_owned(), text.to_owned())
}

/// What a letter says, its encoding undone.
fn read(letter: &str) -> String {
    let script = "printf '%s' \"$1\" | python3 -c 'import email,email.policy,sys\n\
        m=email.message_from_string(sys.stdin.read(),policy=email.policy.default)\n\
        print(m[\"subject\"]); print(m[\"to\"]); print(m.get_content())'";
    sh_text(script, &[letter])
}

#[test]
fn a_letter_goes_to_one_person_and_its_head_says_nothing_that_people_wrote() {
    let (scene, mail, _clock) = office();
    let mut admin = scene.admin();
    let mut ana = scene.person("ana", "");
    for bad in [
        "a@b.gt, c@d.gt",
        "a@b.gt; c@d.gt",
        "\"x\"@y.gt",
        "x@y",
        "<a@b.gt>",
        "a@b.gt\r\nBcc: x@evil.test",
        "a@b.gt\nRCPT TO:<x@evil.test>",
        "a@b.gt%0d%0aBcc: x@evil.test",
        "a@[127.0.0.1]",
        "a b@c.gt",
        "a@b..gt",
        "@b.gt",
        "|/bin/sh@b.gt",
        "a@b.gt(x)",
    ] {
        assert_eq!(called(&mut admin, "ana", "Ana", bad), 422, "{bad:?}");
    }
    let name = "Juan\r\nBcc: x@evil.test\r\n\r\n<b>hola</b>";
    assert_eq!(called(&mut admin, "ana", name, "ana@diaco.example"), 303);
    let subject = "no imprime\r\nBcc: y@evil.test\r\nContent-Type: text/html\u{2028}X: y\u{b}\u{85}.\r\n.\r\nQUIT";
    let forwarded = [("X-Forwarded-Host", "evil.test"), ("Forwarded", "host=evil.test"), ("X-Forwarded-Proto", "ftp")];
    ana.headers.extend(forwarded.map(|(name, value)| (name.to_owned(), value.to_owned())));
    ana.get("/solicitudes/nueva").is(200);
    let files: &[(&str, &[u8])] = &[("a.pdf", PDF.as_bytes())];
    let fields = asked(subject, "uno\r\n.\r\nMAIL FROM:<x@evil.test>\r\n{enlace} {{7*7}} {nombre}", "k");
    let path = upload(&mut ana, "/solicitudes/nueva", &fields, files).is(303).header("location").to_owned();
    let letter = mail.letters(1).remove(0);
    let (head, text) = parts(&letter);
    let lines: Vec<&str> = head.lines().filter(|line| !line.starts_with([' ', '\t'])).collect();
    let named = |name: &str| lines.iter().filter(|line| line.to_lowercase().starts_with(&format!("{name}:"))).count();
    assert_eq!((named("to"), named("envelope-to"), named("subject"), named("content-type")), (1, 1, 1, 1), "{head}");
    assert_eq!((named("bcc"), named("cc"), named("x"), named("reply-to")), (0, 0, 0, 0), "{head}");
    assert!(head.contains("Envelope-to: ana@diaco.example"), "{head}");
    assert!(!head.contains("multipart") && head.contains("text/plain"), "{head}");
    assert!(!mail.log().contains("evil.test"), "{}", mail.log());
    let said = read(&letter);
    assert!(said.contains("Bcc: y@evil.test Content-Type: text/html"), "it is text, in one line: {said}");
    assert!(said.contains("<b>hola</b>"), "plain text needs no escapes: {said}");
    // What links lead to, no request says.
    let link = format!("http://127.0.0.1:{}{path}", scene.port);
    assert!(said.contains(&link), "{said}");
    assert!(!said.contains("//evil.test") && !said.contains("ftp:"), "{said}");
    // Nothing goes along that opens anything, and no file does.
    for secret in [&ana.cookies["resguardo"], ana.key()] {
        assert!(!letter.contains(secret) && !said.contains(secret));
    }
    let is_long_hex = |word: &str| word.len() >= 32 && word.chars().all(|letter| letter.is_ascii_hexdigit());
    assert!(!said.split(|letter: char| !letter.is_alphanumeric()).any(is_long_hex), "{said}");
    assert!(!letter.contains("%PDF") && !text.contains("filename"), "{letter}");
    scene.daemon.stop();
}

#[test]
fn while_the_mail_server_is_away_the_work_goes_on_and_no_letter_is_lost_or_sent_twice() {
    let (scene, mut mail, clock) = office();
    let mut admin = scene.admin();
    let mut ana = scene.person("ana", "");
    let mut carlos = scene.person("carlos", "technician");
    assert_eq!(called(&mut admin, "ana", "Ana", "ana@diaco.example"), 303);
    mail.stop();
    ana.get("/solicitudes/nueva").is(200);
    let path = upload(&mut ana, "/solicitudes/nueva", &asked("no imprime", "y", "k"), &[]).is(303);
    let path = path.header("location").to_owned();
    carlos.get(&path).is(200);
    let steps: [(&str, &[(&str, &str)]); 4] = [
        ("tomar", &[]),
        ("analisis", &[("analysis", "el rodillo")]),
        ("dictamen", &[("mode", "remote"), ("findings", "gastado"), ("actions", "se cambió")]),
        ("finalizar", &[]),
    ];
    for (version, (step, fields)) in steps.into_iter().enumerate() {
        let version = (version + 1).to_string();
        carlos.post(&format!("{path}/{step}"), &[&[("version", version.as_str())], fields].concat()).is(303);
    }
    carlos.get(&path).is(200).says("finalizada");
    let waiting = "sqlite3 -readonly \"$1\" \"SELECT count(*) FROM letters WHERE state = 'pending' AND attempts > 0\"";
    let database = scene.world.at("state/resguardo.db");
    until("both letters were tried", || sh_text(waiting, &[&database]) == "2");
    until("it is in the log", || scene.daemon.said().contains("a letter was not taken"));
    // Opening the page of the rating, however often and by whomever, rates nothing.
    let rating = format!("{path}/calificar");
    for method in ["GET", "HEAD"] {
        for _ in 0..10 {
            ana.ask(method, &rating, &[], b"").is(200);
            Browser::new(scene.port).ask(method, &rating, &[], b"").is(303);
        }
    }
    let rate = [("version", "5"), ("rating", "satisfied")];
    Browser::new(scene.port).post(&rating, &rate).is(403);
    let mut keyless = ana.clone();
    keyless.key = "00".to_owned();
    keyless.post(&rating, &rate).is(403);
    carlos.post(&rating, &rate).is(403);
    ana.get(&path).is(200).says("finalizada");
    ana.post(&rating, &[("version", "5"), ("rating", "unsatisfied"), ("comment", "  ")]).is(422).says("comment-error");
    ana.post(&rating, &rate).is(303);
    mail.start_again();
    // Later than the next attempt, however many there were while this went slowly. Whatever is sent to the pages makes the
    // service look at its letters, and at the clock.
    clock.set("2026-11-23T11:00:00-06:00");
    ana.post(&rating, &rate).is(409);
    let letters = mail.letters(2);
    assert!(letters.iter().all(|letter| letter.contains("Envelope-to: ana@diaco.example")));
    mail.letter("calificar");
    until("nothing waits any more", || sh_text(waiting, &[&database]) == "0");
    clock.set("2026-11-23T15:00:00-06:00");
    ana.post(&rating, &rate).is(409);
    assert_eq!(mail.letters(2).len(), 2, "none came twice");
    scene.daemon.stop();
}
