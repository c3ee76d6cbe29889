//! The socket, and those who should not be there, say nonsense, take their time, or come in crowds.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::process::Command;

use serde_json::{Value, json};
use system_tests::command::{resguardo, run, until};
use system_tests::daemon::{Daemon, run_is, status};
use system_tests::world::World;

use super::office;

fn connect(world: &World) -> UnixStream {
    UnixStream::connect(world.path("resguardo.sock")).unwrap()
}

/// Asks as a command does, and hands back the lines of the answer.
pub(super) fn asks(world: &World, request: &Value) -> BufReader<UnixStream> {
    let mut stream = connect(world);
    writeln!(stream, "{}", json!({ "version": 1, "request": request })).unwrap();
    BufReader::new(stream)
}

/// The next line of an answer.
pub(super) fn line(lines: &mut BufReader<UnixStream>) -> Value {
    let mut text = String::new();
    lines.read_line(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What is answered to these bytes; nothing where the service hangs up.
fn answered(world: &World, bytes: &[u8]) -> String {
    let mut stream = connect(world);
    // It may hang up before it has heard all.
    let _hung_up = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn only_the_group_may_ask() {
    let world = office(&[("nota", "echo dato")]);
    let _daemon = Daemon::start(&world, None);
    let mode = fs::metadata(world.path("resguardo.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    // Where it was built, others may not enter.
    let program = world.path("programa");
    fs::copy(resguardo(), &program).unwrap();
    let own = world.command(&["backup"]);
    let nobody = ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"];
    let outcome = run(Command::new("setpriv").args(nobody).arg(&program).args(own.get_args()));
    outcome.exits(12).says("only the group `resguardo` may").says("adduser");
    // In the group of the socket they may.
    let group = ["--reuid", "nobody", "--regid", "nogroup", "--groups", "0"];
    run(Command::new("setpriv").args(group).arg(&program).args(own.get_args())).exits(0);
    assert_eq!(run_is(&world, 1, "kept")["asked_by"], "nobody");
}

#[test]
fn nonsense_is_refused_and_harms_nobody() {
    let world = office(&[("nota", "echo dato")]);
    let _daemon = Daemon::start(&world, None);
    assert!(answered(&world, b"GET / HTTP/1.1\r\n\r\n").contains("the request is no JSON"));
    assert!(answered(&world, b"\xff\xfe\x00\n").contains("refusal"));
    assert!(
        answered(&world, b"{\"version\":99,\"request\":{\"do\":\"status\"}}\n").contains("systemctl restart resguardo")
    );
    assert!(answered(&world, b"{\"request\":{\"do\":\"status\"}}\n").contains("systemctl restart resguardo"));
    assert!(answered(&world, b"{\"version\":1,\"request\":{\"do\":\"rm\"}}\n").contains("makes no sense"));
    assert!(
        answered(&world, b"{\"version\":1,\"request\":{\"do\":\"runs\",\"limit\":-1}}\n").contains("makes no sense")
    );
    let deep = [b"{\"version\":1,\"request\":".as_slice(), &b"[".repeat(60_000), b"\n"].concat();
    assert!(answered(&world, &deep).contains("refusal"));
    let long = vec![b'a'; 1 << 20];
    assert_eq!(answered(&world, &long), "");
    let names = vec!["s/nota"; 5000];
    let crowd = json!({ "version": 1, "request": { "do": "backup", "names": names } }).to_string() + "\n";
    assert!(!answered(&world, crowd.as_bytes()).is_empty());
    let strange = json!({ "do": "backup", "names": ["../../etc", "s/\u{0}", "%s", "'; DROP TABLE runs"] });
    assert_eq!(line(&mut asks(&world, &strange))["refusal"]["kind"], "unknown");
    status(&world);
    run_is(&world, 1, "kept");
}

#[test]
fn a_crowd_is_turned_away_and_the_service_goes_on() {
    let world = office(&[("nota", "echo dato")]);
    let _daemon = Daemon::start(&world, None);
    let crowd: Vec<UnixStream> = (0..100).map(|_| connect(&world)).collect();
    world.run(&["status"]).exits(1).says("broke off");
    drop(crowd);
    until("there is room again", || world.run(&["status"]).code == 0);
    let codes: Vec<i32> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..100).map(|_| scope.spawn(|| answered(&world, STATUS))).collect();
        asking.into_iter().map(|one| i32::from(one.join().unwrap().contains("\"well\":true"))).collect()
    });
    assert!(codes.iter().sum::<i32>() >= 64, "so many at once have room: {codes:?}");
    world.run(&["backup"]).exits(0);
}

const STATUS: &[u8] = b"{\"version\":1,\"request\":{\"do\":\"status\"}}\n";

#[test]
fn whoever_never_reads_holds_nobody_up() {
    let world = office(&[("nota", "for n in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/urandom; done")]);
    let _daemon = Daemon::start(&world, None);
    world.run(&["backup", "--detach"]).exits(0);
    let mut silent = Vec::new();
    for request in [json!({ "do": "follow", "run": 1 }), json!({ "do": "log", "run": 1, "follow": true })] {
        silent.push(asks(&world, &request));
    }
    run_is(&world, 1, "kept");
    // Hundreds of answers that nobody takes fill what the system holds for them.
    let mut stuffed = connect(&world);
    for _ in 0..500 {
        if stuffed.write_all(STATUS).is_err() {
            break;
        }
    }
    world.run(&["backup"]).exits(0);
    world.run(&["status"]).exits(0);
}
