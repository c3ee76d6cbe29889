//! What commands give and take, against sshd.

use std::time::Duration;

use crate::transport::tests::sshd::{Setup, Sshd};
use crate::transport::tests::{answer, digest};
use crate::transport::{Exit, TransportError, Window, connect};

#[tokio::test]
async fn sixty_four_mebibytes_arrive_whole_and_in_order() {
    let sshd = Sshd::start();
    std::fs::write(sshd.path("dump"), noise(64 << 20)).unwrap();
    let session = connect(&sshd.target("ed25519", ""), Window::Agent).await.unwrap();
    let path = sshd.path("dump").display().to_string();
    let wanted = answer(&session, &format!("sha256sum < {path}")).await;
    let mut exec = session.exec(&format!("cat {path}")).await.unwrap();
    let (length, hash) = digest(&mut exec).await;
    assert_eq!(length, 64 << 20);
    assert_eq!(hash, wanted.split_whitespace().next().unwrap());
    assert_eq!(exec.finish().await.unwrap().exit, Exit::Status(0));
    session.close().await;
}

/// A server that mixes no words of its own into stderr.
fn quiet() -> Sshd {
    Sshd::start_with(&Setup { host_keys: &["ed25519"], config: "LogLevel INFO\n" })
}

/// Bytes that no two places share.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

#[tokio::test]
async fn stderr_is_kept_apart_and_its_end_survives() {
    let sshd = quiet();
    let session = connect(&sshd.target("ed25519", ""), Window::Lan).await.unwrap();
    let command =
        "echo data; head -c 1000000 /dev/zero | tr '\\0' x >&2; printf '\\033[31mno space left\\n' >&2; exit 3";
    let mut exec = session.exec(command).await.unwrap();
    let (length, _) = digest(&mut exec).await;
    assert_eq!(length, 5);
    let finished = exec.finish().await.unwrap();
    assert_eq!(finished.exit, Exit::Status(3));
    assert!(finished.stderr.ends_with("x\\u{1b}[31mno space left\n"), "control characters are visible");
    assert_eq!(finished.stderr_dropped, 1_000_000 + 19 - 16384);
}

#[tokio::test]
async fn a_signal_is_told_from_a_status() {
    let sshd = Sshd::start();
    let session = connect(&sshd.target("ed25519", ""), Window::Lan).await.unwrap();
    for (command, exit) in [
        ("kill -KILL $$", Exit::Signal("KILL".to_owned())),
        ("kill -TERM $$", Exit::Signal("TERM".to_owned())),
        ("exit 255", Exit::Status(255)),
        ("true", Exit::Status(0)),
    ] {
        assert_eq!(session.run(command, b"", 10).await.unwrap().exit, exit, "{command}");
    }
}

#[tokio::test]
async fn data_that_comes_after_the_exit_status_is_read() {
    let sshd = Sshd::start();
    let session = connect(&sshd.target("ed25519", ""), Window::Lan).await.unwrap();
    // The shell exits at once; its child goes on writing into the same pipe.
    let mut exec = session.exec("(sleep 0.3; head -c 3000000 /dev/zero) & exit 7").await.unwrap();
    let (length, _) = digest(&mut exec).await;
    assert_eq!(length, 3_000_000);
    assert_eq!(exec.finish().await.unwrap().exit, Exit::Status(7));
}

#[tokio::test]
async fn input_goes_in_while_output_comes_out() {
    let sshd = Sshd::start();
    let session = connect(&sshd.target("ed25519", ""), Window::Lan).await.unwrap();
    let input = noise(8 << 20);
    let output = session.run("cat", &input, 8 << 20).await.unwrap();
    assert!(output.stdout == input, "an echo of 8 MiB");
    let error = session.run("cat", &input, 1 << 20).await.unwrap_err();
    assert!(matches!(error, TransportError::StdoutTooLong { .. }), "{error}");

    let mut exec = session.exec("wc -c").await.unwrap();
    exec.send(&input).await.unwrap();
    exec.send_eof().await.unwrap();
    let count = exec.next().await.unwrap().unwrap();
    assert_eq!(std::str::from_utf8(&count).unwrap().trim(), "8388608");
    assert_eq!(exec.next().await.unwrap(), None);
}

#[tokio::test]
async fn a_command_that_ends_before_its_input_does_not_hang_us() {
    let sshd = quiet();
    let session = connect(&sshd.target("ed25519", ""), Window::Lan).await.unwrap();
    let mut exec = session.exec("echo no >&2; exit 4").await.unwrap();
    let input = noise(16 << 20);
    let error = exec.send(&input).await.unwrap_err();
    assert!(matches!(error, TransportError::InputRefused { .. }), "{error}");
    let finished = exec.finish().await.unwrap();
    assert_eq!((finished.exit, finished.stderr.as_str()), (Exit::Status(4), "no\n"));
    let output = session.run("exit 5", &input, 10).await.unwrap();
    assert_eq!(output.exit, Exit::Status(5));
}

#[tokio::test]
async fn a_command_that_only_complains_is_stalled() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    target.idle = Some(Duration::from_millis(700));
    let session = connect(&target, Window::Lan).await.unwrap();
    let mut exec = session.exec("echo first; while :; do echo waiting >&2; sleep 0.1; done").await.unwrap();
    assert_eq!(&exec.next().await.unwrap().unwrap()[..], b"first\n");
    let error = exec.next().await.unwrap_err();
    assert!(matches!(error, TransportError::Stalled { .. }), "{error}");
    assert!(error.is_temporary());
}
