//! Whom we believe.

use std::process::Command;

use crate::transport::tests::chain;
use crate::transport::tests::sshd::{Setup, Sshd, keygen};
use crate::transport::{HostKeys, Target, TransportError, Window, connect, known_hosts};

async fn refusal(target: &Target) -> TransportError {
    match connect(target, Window::Lan).await {
        Ok(_) => panic!("it must be refused"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_known_host_is_known_plainly_and_hashed_by_ssh_keygen() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    let line = format!("[127.0.0.1]:{} {}\n", sshd.port, sshd.host_key("ed25519"));
    let path = sshd.know(&mut target, &line);
    connect(&target, Window::Lan).await.unwrap().close().await;
    let hashed = Command::new("ssh-keygen").arg("-H").arg("-f").arg(&path).output().unwrap();
    assert!(hashed.status.success());
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("|1|"), "{text}");
    connect(&target, Window::Lan).await.unwrap().close().await;
}

#[tokio::test]
async fn an_unknown_host_is_refused_with_the_line_that_makes_it_known() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    let path = sshd.know(&mut target, "# nobody yet\n");
    let error = refusal(&target).await;
    let TransportError::HostUnknown(unknown) = &error else { panic!("{error}") };
    let listed = Command::new("ssh-keygen").arg("-lf").arg(sshd.path("host_ed25519.pub")).output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains(&unknown.fingerprint), "the fingerprint is ssh-keygen's");
    let message = error.to_string();
    for noun in ["db-1", "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", &unknown.line, &path.display().to_string()]
    {
        assert!(message.contains(noun), "{noun}: {message}");
    }
    assert!(!sshd.log().contains("userauth-request"), "nothing of the login was sent");
    sshd.know(&mut target, &unknown.line);
    connect(&target, Window::Lan).await.unwrap().close().await;
}

#[tokio::test]
async fn a_changed_host_key_is_refused_loudly() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    keygen(&sshd.path("other"), "ed25519", "");
    let other = std::fs::read_to_string(sshd.path("other.pub")).unwrap();
    let path = sshd.know(&mut target, &format!("# one\n[127.0.0.1]:{} {other}", sshd.port));
    let error = refusal(&target).await;
    let TransportError::HostChanged(changed) = &error else { panic!("{error}") };
    assert_ne!(changed.known, changed.offered);
    let message = error.to_string();
    for noun in
        ["HAS CHANGED", &changed.known, &changed.offered, &format!("{} line 2", path.display()), "administrator"]
    {
        assert!(message.contains(noun), "{noun}: {message}");
    }
    assert!(!error.is_temporary());
    target.host_keys = HostKeys::Pinned(vec![other]);
    assert!(matches!(refusal(&target).await, TransportError::HostChanged(_)), "a pinned key too");
}

#[tokio::test]
async fn a_revoked_host_key_is_refused_although_it_is_listed() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    let key = sshd.host_key("ed25519");
    sshd.know(&mut target, &format!("[127.0.0.1]:{} {key}\n@revoked * {key}\n", sshd.port));
    let error = refusal(&target).await;
    assert!(matches!(error, TransportError::HostRevoked { line: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_missing_file_or_a_broken_line_refuses_the_host() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    target.host_keys = HostKeys::KnownHosts { path: sshd.path("nowhere") };
    assert!(matches!(refusal(&target).await, TransportError::KnownHostsUnreadable { .. }));
    let line = format!("[127.0.0.1]:{} {}", sshd.port, sshd.host_key("ed25519"));
    sshd.know(&mut target, &format!("{line}\n@revoked * ssh-ed25519 AAAA-broken\n"));
    assert!(matches!(refusal(&target).await, TransportError::HostUndecided { line: 2, .. }));
    target.host_keys = HostKeys::Pinned(vec!["ssh-ed25519 broken".to_owned()]);
    assert!(matches!(refusal(&target).await, TransportError::PinUnreadable { number: 1, .. }));
    target.host_keys = HostKeys::Pinned(Vec::new());
    assert!(matches!(refusal(&target).await, TransportError::HostUnknown(_)), "no pin is no trust");
}

#[tokio::test]
async fn the_server_is_asked_for_the_key_that_is_known() {
    let sshd = Sshd::start_with(&Setup { host_keys: &["ed25519", "ecdsa", "rsa"], config: "" });
    let mut target = sshd.target("ed25519", "");
    for kind in ["rsa", "ecdsa", "ed25519"] {
        sshd.know(&mut target, &format!("[127.0.0.1]:{} {}\n", sshd.port, sshd.host_key(kind)));
        connect(&target, Window::Lan).await.unwrap().close().await;
    }
}

#[tokio::test]
async fn a_server_with_only_sha1_host_keys_is_refused() {
    let sshd = Sshd::start_with(&Setup { host_keys: &["rsa"], config: "HostKeyAlgorithms ssh-rsa\n" });
    let mut target = super::target(sshd.port);
    target.key_pem = crate::transport::generate_key().unwrap().0;
    target.host_keys = HostKeys::Pinned(vec![sshd.host_key("rsa")]);
    let error = refusal(&target).await;
    assert!(matches!(error, TransportError::Handshake { .. }), "{error}");
    assert!(chain(&error).contains("SHA-1"), "{}", chain(&error));
}

#[test]
fn hosts_are_found_where_ssh_keygen_finds_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known_hosts");
    keygen(&folder.path().join("key"), "ed25519", "");
    let text = std::fs::read_to_string(folder.path().join("key.pub")).unwrap();
    let key = ssh_key::PublicKey::from_openssh(&text).unwrap();
    let patterns = [
        "db.example",
        "*.example",
        "db*",
        "d?.example",
        "web.example,db.example",
        "*,!db.example",
        "!db.example,*",
        "!web.example,*.example",
        "[db.example]:2222",
        "[*]:2222",
        "[*.example]:*",
        "[db.example]:22",
        "DB.example",
        "10.0.0.*",
    ];
    for pattern in patterns {
        std::fs::write(&path, format!("{pattern}\t {text}")).unwrap();
        for (host, port) in
            [("db.example", 22), ("db.example", 2222), ("web.example", 22), ("db", 22), ("10.0.0.7", 22)]
        {
            let name = known_hosts::host_name(host, port);
            let found = Command::new("ssh-keygen").args(["-F", &name, "-f"]).arg(&path).output().unwrap();
            let line = std::fs::read_to_string(&path).unwrap();
            let known = known_hosts::decide(&line, host, port, &key) == known_hosts::Decision::Known { line: 1 };
            assert_eq!(known, found.status.success(), "{pattern} for {name}");
        }
    }
}
