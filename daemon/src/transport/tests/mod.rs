//! The transport against real servers: OpenSSH's sshd and our own loopback server.

mod distance;
mod exchange;
mod failures;
mod hostile;
mod hosts;
mod login;
mod loopback;
mod sshd;
mod streams;

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::{Exec, HostKeys, Session, Target};

/// A target with no host key and no key yet, and limits that a test can wait for.
fn target(port: u16) -> Target {
    Target {
        name: "db-1".to_owned(),
        host: "127.0.0.1".to_owned(),
        port,
        user: "root".to_owned(),
        key_pem: String::new().into(),
        passphrase: None,
        host_keys: HostKeys::Pinned(Vec::new()),
        jump: None,
        connect: Duration::from_secs(20),
        keepalive: Duration::from_secs(15),
        idle: Some(Duration::from_secs(60)),
    }
}

/// An error with all its causes, as the log prints it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// Length and SHA-256 of all that is left of stdout.
async fn digest(exec: &mut Exec) -> (usize, String) {
    let (mut length, mut hash) = (0, Sha256::new());
    while let Some(bytes) = exec.next().await.unwrap() {
        length += bytes.len();
        hash.update(&bytes);
    }
    (length, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Runs a command that must succeed and gives its trimmed stdout.
async fn answer(session: &Session, command: &str) -> String {
    let output = session.run(command, b"", 1 << 20).await.unwrap();
    assert_eq!(output.exit, super::Exit::Status(0), "{}", output.stderr);
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
