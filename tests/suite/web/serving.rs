//! The server itself: TLS, what it bears, and that the service suffers nothing from it.

use std::fs;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use system_tests::authority::Authority;
use system_tests::browser::{Browser, read_answer};
use system_tests::command::{Outcome, run, text, until};
use system_tests::daemon::Daemon;
use system_tests::world::World;

use super::{Scene, world_with_pages};

/// Puts an authority's certificate and key where the configuration says.
fn install(world: &World, authority: &Authority) {
    for (from, to) in [(&authority.certificate, "chain.pem"), (&authority.key, "key.pem")] {
        let new = world.path("new.pem");
        fs::copy(from, &new).unwrap();
        fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
        fs::rename(&new, world.path(to)).unwrap();
    }
}

fn curl(root: &Path, port: u16) -> Outcome {
    let url = format!("https://localhost:{port}/salud");
    run(Command::new("curl").args(["-sS", "--max-time", "20", "--cacert", text(root), &url]))
}

#[test]
fn pages_with_tls_take_a_new_certificate_without_being_started_again() {
    let (mut world, port) = world_with_pages();
    let (first, second) = (Authority::new(&world.path("ca1")), Authority::new(&world.path("ca2")));
    install(&world, &first);
    world.config["web"]["base_url"] = json!(format!("https://localhost:{port}"));
    world.config["web"]["tls"] =
        json!({ "certificate": world.path("chain.pem"), "key": { "file": world.path("key.pem") } });
    let scene = Scene::of(world, port);
    until("the pages are served", || curl(&first.root, port).code == 0);
    curl(&first.root, port).exits(0).says("bien");
    assert_ne!(curl(&second.root, port).code, 0);
    // Half a certificate changes nothing but the log.
    fs::write(scene.world.path("chain.pem"), "nada").unwrap();
    scene.daemon.signal(Signal::HUP);
    until("the fault is logged", || scene.daemon.said().contains("go on with the certificate that they have"));
    curl(&first.root, port).exits(0);
    install(&scene.world, &second);
    scene.daemon.signal(Signal::HUP);
    until("the new certificate is shown", || curl(&second.root, port).code == 0);
    // Who speaks no TLS is not answered.
    assert_eq!(Browser::new(port).get("/salud").status, 0);
    scene.daemon.stop();
}

#[test]
fn who_sends_too_slowly_or_too_much_is_let_go() {
    let scene = Scene::new();
    let browser = Browser::new(scene.port);
    let head = |length: usize, cookie: &str| {
        format!(
            "POST /entrar HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: resguardo-antes={cookie}\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n",
            scene.port
        )
    };
    let began = Instant::now();
    let mut slow = browser.connect();
    slow.write_all(head(100, "00").as_bytes()).unwrap();
    let mut silent = browser.connect();
    silent.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    read_answer(&mut slow).is(408).says("tardó demasiado");
    assert_eq!(read_answer(&mut silent).body, "");
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    browser.say(head(20_000_000, "00").as_bytes()).is(413);
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000));
    let status = browser.say(long.as_bytes()).status;
    assert!([0, 414, 431].contains(&status), "{status}");
    let chunked = head(0, "00").replace("Content-Length: 0", "Transfer-Encoding: chunked");
    let body: String = std::iter::repeat_n("1000\r\n".to_owned() + &"a".repeat(4096) + "\r\n", 20).collect();
    let status = browser.say(format!("{chunked}{body}0\r\n\r\n").as_bytes()).status;
    assert!([0, 413].contains(&status), "{status}");
}

#[test]
fn many_connections_take_nothing_from_the_service() {
    let scene = Scene::new();
    let browser = Browser::new(scene.port);
    let held: Vec<TcpStream> = (0..400).map(|_| browser.connect()).collect();
    until("the rest is turned away", || scene.daemon.said().contains("one was turned away"));
    scene.world.run(&["status"]).says("");
    drop(held);
    until("there is room again", || Browser::new(scene.port).get("/salud").status == 200);
}

#[test]
fn one_address_does_not_take_the_room_of_the_others() {
    let (mut world, port) = world_with_pages();
    world.config["web"]["trusted_proxies"] = json!([]);
    let scene = Scene::of(world, port);
    let browser = Browser::new(port);
    let held: Vec<TcpStream> = (0..250).map(|_| browser.connect()).collect();
    until("the rest is turned away", || scene.daemon.said().contains("one was turned away"));
    // Curl comes from another address of this machine.
    let url = format!("http://127.0.0.1:{port}/salud");
    run(Command::new("curl").args(["-sS", "--max-time", "20", "--interface", "127.0.0.2", &url])).exits(0).says("bien");
    drop(held);
    until("there is room again", || Browser::new(port).get("/salud").status == 200);
}

#[test]
fn the_service_ends_in_time_while_somebody_hangs_on() {
    let scene = Scene::new();
    let browser = Browser::new(scene.port);
    let mut half = browser.connect();
    half.write_all(b"POST /entrar HTTP/1.1\r\nHost: ").unwrap();
    let idle = browser.connect();
    let mut waiting = browser.connect();
    let head = format!(
        "POST /entrar HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nCookie: resguardo-antes=00\r\nContent-Length: 9\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n",
        scene.port
    );
    waiting.write_all(head.as_bytes()).unwrap();
    scene.daemon.signal(Signal::TERM);
    let (code, took) = scene.daemon.end();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    drop((half, idle, waiting));
}

#[test]
fn backups_go_on_where_the_pages_cannot_be_served() {
    let (world, port) = world_with_pages();
    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let daemon = Daemon::start_with(&world, None, &[("RUST_LOG", "info")]);
    until("it is logged", || daemon.said().contains("cannot listen on 127.0.0.1"));
    world.run(&["backup"]).exits(0);
    daemon.stop();
    drop(taken);
}
