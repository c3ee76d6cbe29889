//! Our own small server, as the demo uses it.

use std::time::{Duration, Instant};

use crate::transport::client::Tuning;
use crate::transport::loopback::{Loopback, Surroundings, serve, serve_with};
use crate::transport::session::connect_with;
use crate::transport::tests::{answer, digest};
use crate::transport::{Exit, HostKeys, Target, TransportError, Window, connect, generate_key};

async fn server() -> (Loopback, Target, tempfile::TempDir) {
    let (pem, public) = generate_key().unwrap();
    let server = serve(public).await.unwrap();
    let (target, folder) = login(&server, pem.to_string());
    (server, target, folder)
}

fn login(server: &Loopback, pem: String) -> (Target, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known_hosts");
    std::fs::write(&path, format!("{}\n", server.host_key_line)).unwrap();
    let target = Target { key_pem: pem.into(), host_keys: HostKeys::KnownHosts { path }, ..super::target(server.port) };
    (target, folder)
}

#[tokio::test]
async fn it_runs_commands_like_a_real_server() {
    let (server, target, _folder) = server().await;
    let session = connect(&target, Window::Lan).await.unwrap();
    let output = session.run("cat; echo oops >&2; exit 3", b"hello", 100).await.unwrap();
    assert_eq!(output.stdout, b"hello");
    assert_eq!(output.stderr, "oops\n");
    assert_eq!(output.exit, Exit::Status(3));
    let killed = session.run("kill -KILL $$", b"", 100).await.unwrap();
    assert_eq!(killed.exit, Exit::Signal("KILL".to_owned()));
    session.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_stream_arrives_whole_while_keys_are_exchanged_anew() {
    let (server, target, _folder) = server().await;
    let session = connect_with(&target, Tuning { window: 4 << 20, rekey: 8 << 20 }).await.unwrap();
    let mut exec = session.exec("head -c 67108864 /dev/zero; echo end >&2; exit 9").await.unwrap();
    let (length, hash) = digest(&mut exec).await;
    assert_eq!(length, 64 << 20);
    assert_eq!(hash, "3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351");
    let finished = exec.finish().await.unwrap();
    assert_eq!((finished.exit, finished.stderr.as_str()), (Exit::Status(9), "end\n"));
    server.stop().await;
}

#[tokio::test]
async fn only_the_authorized_key_logs_in() {
    let (server, mut target, _folder) = server().await;
    target.key_pem = generate_key().unwrap().0;
    let Err(error) = connect(&target, Window::Lan).await else { panic!("a strange key") };
    assert!(matches!(error, TransportError::Refused { .. }), "{error}");
    server.stop().await;
}

#[tokio::test]
async fn commands_find_the_surroundings_they_were_given() {
    let (pem, public) = generate_key().unwrap();
    let place = tempfile::tempdir().unwrap();
    let surroundings = Surroundings {
        variables: vec![("PGDATABASE".to_owned(), "expedientes".to_owned())],
        folder: Some(place.path().to_owned()),
    };
    let server = serve_with(public, surroundings).await.unwrap();
    let (target, _folder) = login(&server, pem.to_string());
    let session = connect(&target, Window::Lan).await.unwrap();
    let wanted = format!("expedientes {}", place.path().canonicalize().unwrap().display());
    assert_eq!(answer(&session, "echo $PGDATABASE $(pwd -P)").await, wanted);
    server.stop().await;
}

#[tokio::test]
async fn a_command_and_its_children_die_with_the_connection_and_with_the_server() {
    let (server, target, _folder) = server().await;
    for by_stop in [false, true] {
        if by_stop {
            let session = connect(&target, Window::Lan).await.unwrap();
            let (mut exec, child) = child(&session).await;
            server.stop().await;
            assert!(matches!(exec.next().await.unwrap_err(), TransportError::Lost { .. }));
            gone(child).await;
            return;
        }
        let session = connect(&target, Window::Lan).await.unwrap();
        let (exec, child) = child(&session).await;
        drop(exec);
        session.close().await;
        gone(child).await;
    }
}

/// Starts a shell whose child would live for ten minutes, and tells that child's process id.
async fn child(session: &crate::transport::Session) -> (crate::transport::Exec, u32) {
    let mut exec = session.exec("sleep 600 & echo $!; wait").await.unwrap();
    let line = exec.next().await.unwrap().unwrap();
    (exec, std::str::from_utf8(&line).unwrap().trim().parse().unwrap())
}

async fn gone(pid: u32) {
    let start = Instant::now();
    // Killed and not yet reaped by init still counts as gone.
    let alive = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    while alive() {
        assert!(start.elapsed() < Duration::from_secs(10), "process {pid} lives on");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_command_whose_output_nobody_reads_waits() {
    let (server, target, folder) = server().await;
    let session = connect_with(&target, Tuning { window: 1 << 20, rekey: 1 << 30 }).await.unwrap();
    let pid = folder.path().join("pid");
    let mut exec = session.exec(&format!("echo $$ > {}; exec cat /dev/zero", pid.display())).await.unwrap();
    assert!(exec.next().await.unwrap().is_some());
    let other = connect(&target, Window::Lan).await.unwrap();
    // What the command has written, until a hundred round trips change nothing.
    let written = format!("grep wchar /proc/$(cat {})/io | cut -d' ' -f2", pid.display());
    let (mut last, mut same) = (0, 0);
    while same < 100 {
        let now: u64 = answer(&other, &written).await.parse().unwrap();
        same = if now == last { same + 1 } else { 0 };
        last = now;
        assert!(now < 16 << 20, "it runs on: {now} bytes");
    }
    drop(session);
    assert!(matches!(digest_until_lost(&mut exec).await, TransportError::Lost { .. }));
    server.stop().await;
}

async fn digest_until_lost(exec: &mut crate::transport::Exec) -> TransportError {
    loop {
        if let Err(error) = exec.next().await {
            return error;
        }
    }
}
