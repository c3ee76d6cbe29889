//! `resguardo discover` on a real server: what it finds, what becomes of the configuration, and what it refuses.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use system_tests::command::{Outcome, resguardo, run, sh_text, text};
use system_tests::postgres::Postgres;
use system_tests::sshd::free_port;
use system_tests::world::World;

/// What one test puts where servers keep things, another would find.
static ALONE: Mutex<()> = Mutex::new(());

/// A server on which there is something, and a configuration that a person wrote.
struct Place {
    _alone: MutexGuard<'static, ()>,
    world: World,
    _postgres: Postgres,
    /// The port by which the database's socket is called where sockets usually are.
    port: u16,
    /// The folder of what is found by looking into folders.
    folder: PathBuf,
    /// What has to go again.
    litter: Vec<PathBuf>,
}

impl Drop for Place {
    fn drop(&mut self) {
        for path in &self.litter {
            let _gone = fs::remove_file(path).or_else(|_| fs::remove_dir_all(path));
        }
    }
}

impl Place {
    fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut world = World::with_disks(&[96]);
        world.server("s", "plain");
        let postgres = Postgres::start(&world.path("pg"));
        postgres.sql("postgres", "CREATE DATABASE \"quejas 2026\"");
        postgres.sql("quejas 2026", "CREATE TABLE quejas (n int); INSERT INTO quejas SELECT generate_series(1, 1000)");
        let port = free_port();
        fs::create_dir_all("/var/run/postgresql").unwrap();
        let socket = PathBuf::from(format!("/var/run/postgresql/.s.PGSQL.{port}"));
        symlink(postgres.socket.join(".s.PGSQL.5432"), &socket).unwrap();
        let folder = PathBuf::from(format!("/srv/prueba-{port}"));
        fs::create_dir_all(folder.join("sitio")).unwrap();
        fs::write(folder.join("sitio/index.html"), "hola").unwrap();
        sh_text("sqlite3 \"$1\" 'CREATE TABLE t (n); INSERT INTO t VALUES (1)'", &[text(&folder.join("encuestas.db"))]);
        fs::write(folder.join("no-es.db"), "texto").unwrap();
        fs::write(folder.join("rota.sqlite"), "SQLite format 3\0 y nada más").unwrap();
        let nginx = PathBuf::from(format!("/etc/nginx/conf.d/prueba-{port}.conf"));
        fs::write(&nginx, format!("server {{\n    root {}; # el sitio\n}}\n", text(&folder.join("sitio")))).unwrap();
        let litter = vec![socket, folder.clone(), nginx];
        let place = Self { _alone: alone, world, _postgres: postgres, port, folder, litter };
        fs::write(place.file(), place.written()).unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.world.path("propia.yaml")
    }

    /// The configuration as a person writes it.
    fn written(&self) -> String {
        let config = &self.world.config;
        let server = &config["servers"][0];
        format!(
            "# Mi configuración.\npaths: {}\n\nservers: # los de siempre\n  # El primero.\n  - name: s\n    host: 127.0.0.1\n    \
             port: {}\n    user: root\n    key: {{file: {}}}\n    host_key: {}\n    mode: plain\n    datasets:\n      - name: nota\n        \
             kind: command\n        command: echo dato # poca cosa\n        suffix: txt\n# Los discos.\ndisks: {}\nplans:\n- name: semanal\n  \
             datasets: [\"s/*\"]\n  when: \"0 2 * * SUN\"\n  disks: [disco-a]\n",
            config["paths"], server["port"], server["key"]["file"], server["host_key"], config["disks"]
        )
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(resguardo());
        command.arg("--config").arg(self.file()).args(words).current_dir(self.world.path("."));
        command.env_remove("RUST_LOG").env_remove("RESGUARDO_CONFIG");
        command
    }

    fn run(&self, words: &[&str]) -> Outcome {
        run(&mut self.command(words))
    }

    /// The same with somebody at the keyboard.
    fn told(&self, words: &[&str], answers: &str) -> (i32, String) {
        let mut command = self.command(words);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap_or(-1), said)
    }

    /// The proposals that are of this test, each with its number.
    fn ours(&self, found: &Value) -> Vec<(usize, Value)> {
        let is_ours = |one: &Value| {
            let dump = one["dump"].to_string();
            dump.contains(text(&self.folder)) || one["dump"]["port"] == self.port
        };
        let proposals = found["proposals"].as_array().unwrap();
        proposals.iter().enumerate().filter(|(_, one)| is_ours(one)).map(|(at, one)| (at + 1, one.clone())).collect()
    }

    fn fingerprint(&self) -> String {
        fs::write(self.world.path("host.pub"), self.world.sshd.host_key()).unwrap();
        sh_text("ssh-keygen -lf \"$1\" | cut -d ' ' -f 2", &[&self.world.at("host.pub")])
    }
}

/// Every line that was there is there, in its order.
#[track_caller]
fn nothing_lost(before: &str, after: &str) {
    let mut lines = after.lines();
    for line in before.lines() {
        assert!(lines.any(|kept| kept == line), "{line:?} is lost in\n{after}");
    }
}

#[test]
fn what_is_on_a_server_is_found_tried_added_and_kept_and_then_no_longer_new() {
    let place = Place::new();
    let found = place.run(&["discover", "s", "--json"]);
    let found = found.exits(0).json();
    assert_eq!(fs::read_to_string(place.file()).unwrap(), place.written(), "nothing is written unasked");
    let ours = place.ours(&found);
    let names: Vec<&str> = ours.iter().map(|(_, one)| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["quejas_2026", "encuestas", "rota", "sitio"], "{found:#}");
    assert_eq!(ours[0].1["dump"]["prefix"], serde_json::json!(["sudo", "-n", "-u", "postgres"]));
    assert!(ours[0].1["bytes"].as_u64().unwrap() > 1_000_000, "{}", ours[0].1);
    assert!(found["tools"].to_string().contains("pg_dump") && !found["rooms"].as_array().unwrap().is_empty());

    // What cannot be dumped is left out and said; the rest is added.
    fs::set_permissions(place.file(), fs::Permissions::from_mode(0o640)).unwrap();
    let pick = ours.iter().map(|(number, _)| number.to_string()).collect::<Vec<_>>().join(",");
    let added = place.run(&["discover", "s", "--non-interactive", "--pick", &pick]);
    added.exits(7).says("rota: left out, since a trial dump failed").says("quejas_2026: a trial dump is whole");
    added.says("every one of them is in a plan");
    let after = fs::read_to_string(place.file()).unwrap();
    nothing_lost(&place.written(), &after);
    assert!(after.contains("# PostgreSQL 1") && !after.contains("rota"), "{after}");
    assert_eq!(fs::metadata(place.file()).unwrap().permissions().mode() & 0o777, 0o640);
    place.run(&["check"]).exits(0).says("4 datasets");

    let kept = place.run(&["backup", "--here", "--json", "s/quejas_2026", "s/encuestas", "s/sitio"]);
    kept.exits(0);
    let again = place.run(&["discover", "s", "--json"]);
    let left: Vec<Value> = place.ours(&again.exits(0).json()).into_iter().map(|(_, one)| one["name"].clone()).collect();
    assert_eq!(left, ["rota"]);
}

#[test]
fn a_new_server_is_added_once_its_host_key_was_compared() {
    let place = Place::new();
    let (port, key) = (place.world.sshd.port.to_string(), place.world.at("login"));
    let new = [
        "discover",
        "127.0.0.1",
        "--port",
        &port,
        "--user",
        "root",
        "--key",
        &key,
        "--name",
        "nuevo",
        "--mode",
        "plain",
    ];
    let with = |more: &[&str]| place.run(&[&new[..], more].concat());
    let is_as_it_was = || assert_eq!(fs::read_to_string(place.file()).unwrap(), place.written());
    place.run(&["discover", "127.0.0.1"]).exits(2).says("--user LOGIN");
    with(&["--non-interactive"]).exits(5).says("on the server's own console").says(&place.fingerprint());
    with(&["--non-interactive", "--fingerprint", "SHA256:otra"]).exits(5).says("may not be the server");
    let log = place.world.sshd.log();
    assert!(!log.contains("Accepted publickey"), "{log}");
    let (code, said) = place.told(&new, "no\n");
    assert!(code == 5 && said.contains("was not confirmed"), "{code}: {said}");
    is_as_it_was();

    let found = with(&["--json", "--fingerprint", &place.fingerprint()]).exits(0).json();
    let number = place.ours(&found).iter().find(|(_, one)| one["name"] == "encuestas").unwrap().0;
    let (code, said) = place.told(&new, &format!("yes\n{number}\n"));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("add \"nuevo/*\" to the `datasets`"), "{said}");
    let after = fs::read_to_string(place.file()).unwrap();
    nothing_lost(&place.written(), &after);
    place.run(&["check"]).exits(0).says("2 servers");
    with(&["--non-interactive", "--fingerprint", &place.fingerprint()]).exits(11).says("a `--name` of its own");

    // What would be written is shown, and not written.
    let before = fs::read_to_string(place.file()).unwrap();
    let rota = place.run(&["discover", "s", "--non-interactive", "--no-trial", "--dry-run"]);
    rota.exits(0).says("/rota.sqlite").says("# Mi configuración.");
    assert_eq!(fs::read_to_string(place.file()).unwrap(), before);
    let missing = run(Command::new(resguardo()).args(["--config", "/nada.yaml", "discover", "s"]));
    missing.exits(3).says("/nada.yaml");
}

#[test]
fn what_does_not_answer_as_a_shell_is_said() {
    let place = Place::new();
    place.world.sshd.authorize(&place.world.path("login"), "");
    let authorized = place.world.path("sshd/authorized");
    let public = fs::read_to_string(place.world.path("login.pub")).unwrap();
    for (answer, says) in [
        ("echo Bienvenido", "was not asked for"),
        ("true", "has no end"),
        ("sh -c 'cat >/dev/null; exit 3'", "status 3"),
    ] {
        fs::write(&authorized, format!("command=\"{answer}\" {public}")).unwrap();
        place.run(&["discover", "s", "--json"]).exits(5).says("what is on it cannot be told").says(says);
    }
    fs::write(&authorized, "").unwrap();
    place.run(&["discover", "s", "--json"]).exits(5).says("s");
}
