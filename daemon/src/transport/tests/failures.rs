//! Servers that freeze, vanish or never speak.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;

use crate::transport::tests::answer;
use crate::transport::tests::sshd::Sshd;
use crate::transport::{TransportError, Window, connect, generate_key};

/// The sshd that serves this session: the parent of its shell.
async fn server_pid(session: &crate::transport::Session) -> Pid {
    Pid::from_raw(answer(session, "echo $PPID").await.parse().unwrap()).unwrap()
}

#[tokio::test]
async fn a_frozen_server_is_noticed_by_its_silence() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    target.keepalive = Duration::from_millis(200);
    let session = connect(&target, Window::Lan).await.unwrap();
    let server = server_pid(&session).await;
    let mut exec = session.exec("echo first; exec sleep 60").await.unwrap();
    assert!(exec.next().await.unwrap().is_some());
    kill_process(server, Signal::STOP).unwrap();
    let start = Instant::now();
    let error = exec.next().await.unwrap_err();
    let waited = start.elapsed();
    kill_process(server, Signal::KILL).unwrap();
    assert!(matches!(error, TransportError::Lost { .. }), "{error}");
    assert!(error.to_string().contains("keep-alive"), "{error}");
    assert!(waited < Duration::from_secs(10), "{waited:?}");
    assert!(error.is_temporary());
}

#[tokio::test]
async fn a_killed_server_is_a_loss_and_not_an_end() {
    let sshd = Sshd::start();
    let session = connect(&sshd.target("ed25519", ""), Window::Lan).await.unwrap();
    let server = server_pid(&session).await;
    let mut exec = session.exec("echo first; exec sleep 60").await.unwrap();
    assert!(exec.next().await.unwrap().is_some());
    kill_process(server, Signal::KILL).unwrap();
    let error = exec.next().await.unwrap_err();
    assert!(matches!(error, TransportError::Lost { .. }), "{error}");
    assert!(matches!(exec.send(b"more").await.unwrap_err(), TransportError::Lost { .. }));
    assert!(matches!(exec.finish().await.unwrap_err(), TransportError::Lost { .. }));
    let Err(error) = session.exec("true").await else { panic!("the connection is gone") };
    assert!(matches!(error, TransportError::Lost { .. }), "{error}");
}

#[tokio::test]
async fn a_listener_that_never_speaks_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut target = super::target(silent.local_addr().unwrap().port());
    target.key_pem = generate_key().unwrap().0;
    target.connect = Duration::from_millis(300);
    let Err(error) = connect(&target, Window::Lan).await else { panic!("nobody spoke") };
    assert!(matches!(error, TransportError::ConnectTimeout { step: "the SSH handshake", .. }), "{error}");
    assert!(error.is_temporary());
}

#[tokio::test]
async fn a_closed_port_and_a_name_without_address_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut target = super::target(listener.local_addr().unwrap().port());
    drop(listener);
    target.key_pem = generate_key().unwrap().0;
    let Err(error) = connect(&target, Window::Lan).await else { panic!("nobody listens") };
    assert!(matches!(error, TransportError::Connect { .. }), "{error}");
    target.host = "no-such-host.invalid".to_owned();
    let Err(error) = connect(&target, Window::Lan).await else { panic!("no such name") };
    assert!(matches!(error, TransportError::Resolve { .. }), "{error}");
}

#[tokio::test]
async fn a_frozen_server_hangs_neither_a_sender_nor_the_goodbye() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    target.idle = Some(Duration::from_secs(1));
    let session = connect(&target, Window::Lan).await.unwrap();
    let server = server_pid(&session).await;
    let mut exec = session.exec("echo first; exec sleep 60").await.unwrap();
    assert!(exec.next().await.unwrap().is_some());
    kill_process(server, Signal::STOP).unwrap();
    let start = Instant::now();
    let error = exec.send(&vec![0; 64 << 20]).await.unwrap_err();
    assert!(matches!(error, TransportError::Stalled { .. }), "{error}");
    session.close().await;
    let waited = start.elapsed();
    kill_process(server, Signal::KILL).unwrap();
    assert!(waited < Duration::from_secs(10), "{waited:?}");
}
