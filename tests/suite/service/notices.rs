//! People are told by mail, webhook, health check and desktop, though the receivers were down at first; what becomes of
//! it changes nothing about the backup, and shows no secret.

use std::fs;
use std::process::{Command, Stdio};

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde_json::{Value, json};
use system_tests::authority::Authority;
use system_tests::command::{resguardo, sh, text, until};
use system_tests::daemon::{Clock, Daemon, run_is, settled, status};
use system_tests::desktop::Desktop;
use system_tests::http::HttpServer;
use system_tests::mail::{MailServer, PASSWORD, USER, Wants};
use system_tests::world::World;

use super::{handed_out_any_year, office, pairs, sql, told};

const TOKEN: &str = "Ficha-del-aviso-77c1";
const PING: &str = "latido-4f0e9b";

/// The real time, by which the certificates of the tests are valid.
#[expect(clippy::disallowed_methods, reason = "certificates are made by the real clock")]
fn real_now() -> DateTime<FixedOffset> {
    chrono::Utc::now().with_timezone(&FixedOffset::west_opt(6 * 3600).unwrap())
}

/// Has the plan of a world due in this minute.
fn due_now(world: &mut World) -> (Clock, DateTime<FixedOffset>) {
    let now = real_now();
    let minute = now - TimeDelta::seconds(now.timestamp() % 60);
    world.config["plans"][0]["when"] = minute.format("%-M %-H * * *").to_string().into();
    (Clock::new(world, &minute.to_rfc3339()), minute)
}

/// A secret in a file that only its owner may read.
fn secret(world: &World, name: &str, content: &str) -> Value {
    sh("umask 077; printf '%s' \"$2\" > \"$1\"", &[&world.at(name), content]);
    json!({ "file": world.path(name) })
}

fn deliveries(world: &World, columns: &str) -> Vec<String> {
    let rows = sql(world, &format!("SELECT {columns} FROM deliveries ORDER BY channel"));
    rows.lines().map(str::to_owned).collect()
}

#[test]
fn mail_webhook_and_ping_arrive_once_their_receivers_are_back_and_show_no_secret() {
    let mut world = office(&[("nota", "echo dato")]);
    let authority = Authority::new(&world.path("authority"));
    let mut mail = MailServer::start(&world.path("mail"), Wants::StartTls("PLAIN"), &authority);
    let mut http = HttpServer::start(&world.path("http"), &authority);
    let ping = http.url(&format!("ok/{PING}"));
    world.config["notifications"] = json!([
        { "kind": "email", "smtp": format!("localhost:{}", mail.port), "user": USER,
          "password": secret(&world, "clave", PASSWORD), "from": "Respaldos <respaldos@diaco.gob.gt>",
          "to": ["ana@diaco.gob.gt"], "tell": "everything" },
        { "kind": "webhook", "url": http.url("ok/aviso"), "token": secret(&world, "ficha", TOKEN), "tell": "everything" },
        { "kind": "health_check", "url": secret(&world, "latido", &ping) },
    ]);
    mail.stop();
    http.stop();
    let (clock, due) = due_now(&mut world);
    let trusted = [("SSL_CERT_FILE", text(&authority.root)), ("RUST_LOG", "resguardo=trace")];
    let _daemon = Daemon::start_with(&world, Some(&clock), &trusted);
    assert_eq!(settled(&world, 1), ["done"]);
    until("each was tried once", || {
        deliveries(&world, "channel || ' ' || state || ' ' || attempts")
            == ["email pending 1", "health_check pending 1", "webhook pending 1"]
    });
    assert!(deliveries(&world, "error").iter().all(|error| !error.is_empty()));
    assert_eq!(status(&world)["notifications"]["pending"], 3);
    // What cannot be told was kept all the same.
    run_is(&world, 1, "kept");
    assert_eq!(told(&world), pairs(&[("nota", "realizado")]));
    handed_out_any_year(&world);
    mail.start_again();
    http.start_again();
    clock.set(&(due + TimeDelta::seconds(130)).to_rfc3339());
    status(&world);
    let letter = mail.letters(1).remove(0);
    assert!(letter.contains("Respaldos <respaldos@diaco.gob.gt>"), "{letter}");
    let mut asked = http.asked(2);
    asked.sort_by_key(|request| request["method"].to_string());
    assert_eq!((&asked[0]["method"], &asked[0]["path"]), (&"GET".into(), &format!("/ok/{PING}").into()));
    assert_eq!(asked[1]["token"], format!("Bearer {TOKEN}"));
    let body: Value = serde_json::from_str(asked[1]["body"].as_str().unwrap()).unwrap();
    assert!(body.to_string().contains("plan_kept") && body.to_string().contains("s/nota"), "{body:#}");
    until("all are sent", || {
        deliveries(&world, "channel || ' ' || state || ' ' || attempts")
            == ["email sent 2", "health_check sent 2", "webhook sent 2"]
    });
    assert_eq!(told(&world).len(), 1);
    shows_no_secret(&world);
}

/// Nothing that the service has written or says holds a secret.
fn shows_no_secret(world: &World) {
    let mut said = world.run(&["status", "--json"]).said();
    for words in [["status"].as_slice(), &["runs", "--json"], &["slots", "--json"], &["log", "1"], &["check"]] {
        said += &world.run(words).said();
    }
    said += &sql(world, ".dump");
    for secret in [PASSWORD, TOKEN, PING] {
        assert!(!said.contains(secret), "a secret is said: {said}");
        let words = [secret, &world.at("state"), &world.at("log"), &world.at("daemon.stderr")];
        let found = sh("grep -rlaF -e \"$@\" || true", &words);
        assert!(found.is_empty(), "a secret stands in {}", String::from_utf8_lossy(&found));
    }
    assert!(!fs::read_to_string(world.path("daemon.stderr")).unwrap().is_empty(), "nothing was logged at all");
}

#[test]
fn a_desktop_shows_what_it_missed_while_it_was_away() {
    let mut world = office(&[("nota", "false")]);
    world.config["notifications"] = json!([{ "kind": "desktop" }]);
    let clock = Clock::new(&world, super::DUE);
    let _daemon = Daemon::start(&world, Some(&clock));
    run_is(&world, 1, "failed");
    let folder = world.path("escritorio");
    let address = format!("unix:path={}/bus/bus", folder.display());
    let own = world.command(&["notify"]);
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(resguardo()).args(own.get_args());
    command.env("DBUS_SESSION_BUS_ADDRESS", address).env("XDG_STATE_HOME", world.path("usuario"));
    command.env_remove("DISPLAY").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut notify = command.spawn().unwrap();
    until("the desktop is known to be away", || {
        deliveries(&world, "state || ' ' || attempts || ' ' || (error LIKE 'on the desktop of %')") == ["pending 1 1"]
    });
    let desktop = Desktop::start(&folder);
    until("it was shown", || deliveries(&world, "state") == ["sent"]);
    let shown = desktop.shown();
    notify.kill().unwrap();
    notify.wait().unwrap();
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert_eq!((&shown[0]["summary"], &shown[0]["message"]), (&"COPIA FALLIDA: todo".into(), &"critical".into()));
    assert!(shown[0]["body"].as_str().unwrap().contains("s/nota"), "{shown:#?}");
    assert_eq!(run_is(&world, 1, "failed")["state"], "failed");
}

#[test]
fn a_test_message_goes_over_every_channel() {
    let mut world = office(&[("nota", "echo dato")]);
    let daemon = Daemon::start(&world, None);
    world.run(&["notify", "--test"]).exits(10).says("notifications");
    daemon.stop();
    let authority = Authority::new(&world.path("authority"));
    let http = HttpServer::start(&world.path("http"), &authority);
    world.config["notifications"] = json!([{ "kind": "webhook", "url": http.url("ok/aviso") }]);
    let _daemon = Daemon::start(&world, None);
    world.run(&["notify", "--test"]).exits(0).says("webhook");
    assert_eq!(http.asked(1)[0]["path"], "/ok/aviso");
}
