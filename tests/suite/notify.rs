//! People are told by real servers: exim4, nginx and dunst. Whatever goes wrong has a name, and no error shows a secret.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use system_tests::authority::Authority;
use system_tests::command::{Outcome, text};
use system_tests::desktop::{Desktop, SessionBus};
use system_tests::http::HttpServer;
use system_tests::mail::{LATER, MailServer, NOBODY, PASSWORD, USER, Wants};
use tempfile::TempDir;

const TOKEN: &str = "Ficha-del-aviso-77c1";
const PING: &str = "ok/latido-4f0e9b";

/// A folder that servers under other users may enter, and who vouches for them.
fn place() -> (TempDir, Authority) {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::Builder::new().prefix("resguardo-").tempdir_in("/var/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let authority = Authority::new(&folder.path().join("authority"));
    (folder, authority)
}

fn message() -> Value {
    json!({
        "subject": "Conecte el disco «disco-b»: año nuevo",
        "text": "El plan «semanal» espera:\n\n- disco-b (bóveda)\n.\nQué hacer ahora: conéctelo.\n",
        "data": { "kind": "disk_wanted", "disks": ["disco-b"] },
        "at": "2026-11-22T02:00:00-06:00",
        "id": "01HZX-1",
    })
}

/// Tells, in an environment that has these variables and no proxy.
fn tell(mut target: Value, variables: &[(&str, &str)]) -> Outcome {
    if target["message"].is_null() {
        target["message"] = message();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_tell"));
    for variable in ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"] {
        command.env_remove(variable);
    }
    for variable in ["SSL_CERT_FILE", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "XDG_RUNTIME_DIR"] {
        command.env_remove(variable);
    }
    command.envs(variables.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(target.to_string().as_bytes()).unwrap();
    let outcome: Outcome = child.wait_with_output().unwrap().into();
    for secret in [PASSWORD, TOKEN, PING] {
        assert!(!outcome.said().contains(secret), "a secret is shown: {}", outcome.said());
    }
    outcome
}

/// Mail without TLS or login.
fn plain_mail(server: &MailServer) -> Value {
    json!({ "kind": "email", "host": "127.0.0.1", "port": server.port, "security": "none",
            "from": "Respaldos <respaldos@diaco.gob.gt>", "to": ["ana@diaco.gob.gt", "Luis Pérez <luis@diaco.gob.gt>"] })
}

/// Mail with both.
fn guarded_mail(server: &MailServer, security: &str) -> Value {
    let mut mail = plain_mail(server);
    mail["host"] = json!("localhost");
    mail["security"] = json!(security);
    mail["user"] = json!(USER);
    mail["password"] = json!(PASSWORD);
    mail
}

/// A header of a mail; those that go over several lines are put together.
fn header(letter: &str, name: &str) -> Vec<String> {
    let head = letter.split_once("\n\n").unwrap().0.replace("\n ", " ").replace("\n\t", " ");
    let name = format!("{}:", name.to_lowercase());
    let lines = head.lines().filter(|line| line.to_lowercase().starts_with(&name));
    lines.map(|line| line.split_once(':').unwrap().1.trim().to_owned()).collect()
}

/// What a reader sees: subject and text, decoded by Python's own mail parser.
fn read(letter: &str) -> (String, String) {
    let script = "import sys, email, email.policy, json\n\
        m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
        print(json.dumps([m['subject'], m.get_content()]))";
    let mut child =
        Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(letter.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    let pair: (String, String) = serde_json::from_slice(&out.stdout).unwrap();
    (pair.0, pair.1.replace("\r\n", "\n"))
}

#[test]
fn one_mail_arrives_for_all_recipients_as_it_was_written() {
    let (folder, authority) = place();
    let server = MailServer::start(&folder.path().join("mail"), Wants::Nothing, &authority);
    tell(plain_mail(&server), &[]).exits(0);
    let letter = &server.letters(1)[0];
    assert_eq!(header(letter, "Envelope-to"), ["ana@diaco.gob.gt, luis@diaco.gob.gt"]);
    assert_eq!(header(letter, "Message-ID"), ["<01HZX-1@diaco.gob.gt>"]);
    assert_eq!(header(letter, "Date"), ["Sun, 22 Nov 2026 08:00:00 +0000"]);
    assert_eq!(header(letter, "Auto-Submitted"), ["auto-generated"]);
    assert_eq!(header(letter, "From"), ["Respaldos <respaldos@diaco.gob.gt>"]);
    let (subject, body) = read(letter);
    assert_eq!(subject, message()["subject"].as_str().unwrap());
    assert_eq!(body.trim_end(), message()["text"].as_str().unwrap().trim_end());
}

#[test]
fn a_subject_with_line_breaks_makes_no_header() {
    let (folder, authority) = place();
    let server = MailServer::start(&folder.path().join("mail"), Wants::Nothing, &authority);
    let mut mail = plain_mail(&server);
    mail["message"] = message();
    mail["message"]["subject"] = json!("uno\r\nBcc: intruso@mal.gt\r\n\r\ncuerpo\u{2028}dos");
    mail["message"]["id"] = json!("x>\r\nX-Intruso: 1");
    tell(mail, &[]).exits(0);
    let letter = &server.letters(1)[0];
    assert!(header(letter, "Bcc").is_empty() && header(letter, "X-Intruso").is_empty(), "{letter}");
    assert_eq!(header(letter, "Message-ID"), ["<x---X-Intruso--1@diaco.gob.gt>"]);
    assert_eq!(read(letter).0, "uno  Bcc: intruso@mal.gt    cuerpo dos");
}

#[test]
fn mail_goes_by_starttls_or_tls_with_a_login_where_the_server_is_trusted() {
    let (folder, authority) = place();
    let ways = [(Wants::StartTls("PLAIN"), "starttls"), (Wants::StartTls("LOGIN"), "starttls"), (Wants::Tls, "tls")];
    for (number, (wants, security)) in ways.into_iter().enumerate() {
        let server = MailServer::start(&folder.path().join(format!("mail{number}")), wants, &authority);
        let trusted = [("SSL_CERT_FILE", text(&authority.root))];
        tell(guarded_mail(&server, security), &trusted).exits(0);
        let letter = &server.letters(1)[0];
        assert!(header(letter, "Received")[0].contains("esmtpsa"), "{wants:?}: {letter}");
        // The name in the certificate counts, and 127.0.0.1 stands there too.
        let mut by_address = guarded_mail(&server, security);
        by_address["host"] = json!("127.0.0.1");
        tell(by_address, &trusted).exits(0);

        let mut wrong = guarded_mail(&server, security);
        wrong["password"] = json!("otra");
        let refused = tell(wrong, &trusted);
        refused.exits(1).says("refuses the login `respaldos`").says("may help: false");
        let untrusted = tell(guarded_mail(&server, security), &[]);
        untrusted.exits(1).says("UnknownIssuer").says("SSL_CERT_FILE").says("may help: false");
        server.letters(2);
        assert!(!server.log().contains(PASSWORD), "{}", server.log());
    }
}

#[test]
fn a_server_without_starttls_gets_neither_login_nor_mail() {
    let (folder, authority) = place();
    let server = MailServer::start(&folder.path().join("mail"), Wants::Nothing, &authority);
    tell(guarded_mail(&server, "starttls"), &[]).exits(1).says("offers no STARTTLS").says("may help: false");
    let mut mail = guarded_mail(&server, "none");
    mail["host"] = json!("127.0.0.1");
    tell(mail, &[]).exits(1).says("offers no login").says("may help: false");
    tell(guarded_mail(&server, "tls"), &[]).exits(1).says("over TLS").says("may help: false");
    server.letters(0);
}

#[test]
fn a_refused_recipient_does_not_keep_the_others_from_being_told() {
    let (folder, authority) = place();
    let server = MailServer::start(&folder.path().join("mail"), Wants::Nothing, &authority);
    let mut mail = plain_mail(&server);
    let (nobody, later) = (format!("{NOBODY}@diaco.gob.gt"), format!("{LATER}@diaco.gob.gt"));
    mail["to"] = json!([nobody, "ana@diaco.gob.gt"]);
    let outcome = tell(mail.clone(), &[]);
    outcome.exits(1).says(&format!("refuses {nobody} and took the mail for 1 other:")).says("no such person");
    outcome.says("may help: false, reached somebody: true");
    assert_eq!(header(&server.letters(1)[0], "Envelope-to"), ["ana@diaco.gob.gt"]);
    mail["to"] = json!([nobody, later]);
    tell(mail.clone(), &[]).exits(1).says("may help: true, reached somebody: false");
    mail["to"] = json!([nobody]);
    tell(mail, &[]).exits(1).says("took the mail for nobody else").says("may help: false, reached somebody: false");
    server.letters(1);
}

#[test]
fn a_mail_server_that_is_down_takes_mail_when_it_is_up_again() {
    let (folder, authority) = place();
    let mut server = MailServer::start(&folder.path().join("mail"), Wants::StartTls("PLAIN"), &authority);
    let trusted = [("SSL_CERT_FILE", text(&authority.root))];
    server.stop();
    for security in ["starttls", "tls"] {
        let down = tell(guarded_mail(&server, security), &trusted);
        down.exits(1).says("cannot be reached").says("Connection refused").says("may help: true");
    }
    server.start_again();
    tell(guarded_mail(&server, "starttls"), &trusted).exits(0);
    server.letters(1);
}

#[test]
fn servers_that_take_the_call_and_never_answer_are_given_up_in_time() {
    // The kernel takes the call; nobody ever speaks.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for security in ["none", "starttls", "tls"] {
        let mail = json!({ "kind": "email", "host": "127.0.0.1", "port": port, "security": security, "patience_ms": 300,
                           "from": "a@b.gt", "to": ["c@d.gt"] });
        tell(mail, &[]).exits(1).says("no mail was sent within 0.3 s").says("may help: true");
    }
    let url = format!("http://127.0.0.1:{port}/{PING}");
    let check = json!({ "kind": "health_check", "url": url, "patience_ms": 300 });
    tell(check, &[]).exits(1).says("no health check was sent within 0.3 s").says("may help: true");
}

#[test]
fn a_mail_server_that_talks_without_end_is_cut_off() {
    let endless = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = endless.local_addr().unwrap().port();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, _) = endless.accept().unwrap();
            // Until the other side hangs up.
            while stream.write_all(&[b'x'; 4096]).is_ok() {}
        });
        let mail = json!({ "kind": "email", "host": "127.0.0.1", "port": port, "security": "starttls",
                           "from": "a@b.gt", "to": ["c@d.gt"] });
        tell(mail, &[]).exits(1).says("says more than any mail server");
    });
}

#[test]
fn a_webhook_gets_the_document_with_its_token() {
    let (folder, authority) = place();
    let server = HttpServer::start(&folder.path().join("http"), &authority);
    let hook = json!({ "kind": "webhook", "url": server.url("ok/aviso"), "token": TOKEN });
    tell(hook, &[]).exits(0);
    let asked = &server.asked(1)[0];
    assert_eq!(
        (&asked["method"], &asked["path"], &asked["status"]),
        (&json!("POST"), &json!("/ok/aviso"), &json!(204))
    );
    assert_eq!((&asked["token"], &asked["key"]), (&json!(format!("Bearer {TOKEN}")), &json!("01HZX-1")));
    assert_eq!(asked["type"], "application/json");
    let document: Value = serde_json::from_str(asked["body"].as_str().unwrap()).unwrap();
    let mut expected = message();
    expected["kind"] = json!("disk_wanted");
    assert_eq!(document, expected);
}

#[test]
fn a_health_check_is_asked_for_and_its_url_never_shown() {
    let (folder, authority) = place();
    let server = HttpServer::start(&folder.path().join("http"), &authority);
    tell(json!({ "kind": "health_check", "url": server.url(PING) }), &[]).exits(0);
    let https = json!({ "kind": "health_check", "url": server.tls_url(PING) });
    tell(https.clone(), &[("SSL_CERT_FILE", text(&authority.root))]).exits(0);
    for asked in server.asked(2) {
        assert_eq!((&asked["method"], &asked["path"]), (&json!("GET"), &json!(format!("/{PING}"))));
    }
    // That it cannot be trusted is said of its host only: `tell` looks for the path in all that is said.
    tell(https, &[]).exits(1).says(&format!("localhost:{}", server.tls_port)).says("UnknownIssuer");
    server.asked(2);
}

#[test]
fn an_answer_that_is_no_success_says_whether_trying_again_can_help() {
    let (folder, authority) = place();
    let server = HttpServer::start(&folder.path().join("http"), &authority);
    let mut number = 0;
    for (status, may_help) in
        [(200, None), (404, Some(false)), (410, Some(false)), (429, Some(true)), (500, Some(true))]
    {
        for kind in ["webhook", "health_check"] {
            let target = json!({ "kind": kind, "url": server.url(&status.to_string()), "token": TOKEN });
            let outcome = tell(target, &[]);
            number += 1;
            server.asked(number);
            match may_help {
                None => outcome.exits(0),
                Some(may) => outcome.exits(1).says(&format!("with {status}:")).says(&format!("may help: {may}")),
            };
        }
    }
}

#[test]
fn a_redirect_is_not_followed_and_takes_no_token_elsewhere() {
    let (folder, authority) = place();
    let server = HttpServer::start(&folder.path().join("http"), &authority);
    for kind in ["webhook", "health_check"] {
        let target = json!({ "kind": kind, "url": server.url("elsewhere"), "token": TOKEN });
        tell(target, &[]).exits(1).says("with 307, a redirect").says("may help: false");
    }
    assert!(server.asked(2).iter().all(|asked| asked["path"] == "/elsewhere"));
}

#[test]
fn an_answer_without_end_is_not_read() {
    let endless = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = endless.local_addr().unwrap().port();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut stream, _) = endless.accept().unwrap();
            let _request = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            // Until the other side hangs up.
            while stream.write_all(&[b'x'; 4096]).is_ok() {}
        });
        tell(json!({ "kind": "health_check", "url": format!("http://127.0.0.1:{port}/{PING}") }), &[]).exits(0);
    });
}

#[test]
fn a_desktop_shows_the_text_as_it_is() {
    let folder = tempfile::Builder::new().prefix("resguardo-").tempdir_in("/var/tmp").unwrap();
    let desktop = Desktop::start(&folder.path().join("desktop"));
    let bus = [("DBUS_SESSION_BUS_ADDRESS", desktop.bus.address.as_str())];
    let mut shown = json!({ "kind": "desktop", "urgent": false, "message": message() });
    shown["message"]["text"] = json!("El año <b>2026</b> & «más»\nsegunda línea");
    tell(shown, &bus).exits(0);
    tell(json!({ "kind": "desktop", "urgent": true }), &bus).exits(0);
    let entries = desktop.shown();
    assert_eq!(entries.len(), 2, "{entries:#?}");
    let (usual, urgent) = (&entries[0], &entries[1]);
    assert_eq!((&urgent["appname"], &urgent["message"]), (&json!("Resguardo"), &json!("critical")));
    assert_eq!((&usual["summary"], &usual["message"]), (&message()["subject"], &json!("normal")));
    let body = usual["body"].as_str().unwrap();
    assert_eq!(body, "El año &lt;b&gt;2026&lt;/b&gt; &amp; «más»\nsegunda línea");
}

#[test]
fn a_missing_bus_and_a_bus_where_nobody_shows_anything_are_told_apart() {
    let folder = tempfile::Builder::new().prefix("resguardo-").tempdir_in("/var/tmp").unwrap();
    let target = || json!({ "kind": "desktop" });
    let missing = format!("unix:path={}", folder.path().join("nothing").display());
    tell(target(), &[("DBUS_SESSION_BUS_ADDRESS", &missing)]).exits(1).says("there is no session bus");
    tell(target(), &[]).exits(1).says("there is no session bus").says("may help: true");
    let bus = SessionBus::start(&folder.path().join("bus"));
    let address = [("DBUS_SESSION_BUS_ADDRESS", bus.address.as_str())];
    tell(target(), &address).exits(1).says("nothing on the session bus shows them").says("may help: true");
}
