//! What both sides agree on.

use std::time::Duration;

use crate::transport::client::Tuning;
use crate::transport::session::{connect_with, window_for};
use crate::transport::tests::sshd::Sshd;
use crate::transport::tests::{answer, digest};
use crate::transport::{Window, connect};

#[tokio::test]
async fn key_exchange_is_strict_and_the_cipher_is_fast() {
    let sshd = Sshd::start();
    let session = connect(&sshd.target("ed25519", ""), Window::Lan).await.unwrap();
    assert_eq!(answer(&session, "echo here").await, "here");
    session.close().await;
    let log = sshd.log();
    assert!(log.contains("will use strict KEX ordering"), "{log}");
    assert!(log.contains("cipher: aes128-gcm@openssh.com"), "{log}");
    assert!(!log.contains("compression: zlib"), "no compression");
}

#[tokio::test]
async fn keys_are_exchanged_anew_in_the_middle_of_a_stream() {
    let sshd = Sshd::start();
    let tuning = Tuning { window: 4 << 20, rekey: 4 << 20 };
    let session = connect_with(&sshd.target("ed25519", ""), tuning).await.unwrap();
    let mut exec = session.exec("head -c 67108864 /dev/zero").await.unwrap();
    let (length, hash) = digest(&mut exec).await;
    assert_eq!(length, 64 << 20);
    assert_eq!(hash, "3b6a07d0d404fab4e23b6d34bc6696a6a312dd92821332385e5af7c01c421351");
    exec.finish().await.unwrap();
    session.close().await;
    let exchanges = sshd.log().matches("SSH2_MSG_NEWKEYS received").count();
    assert!(exchanges > 5, "{exchanges} exchanges of keys in 64 MiB");
}

#[test]
fn the_window_grows_with_the_distance_and_stops_at_32_mebibytes() {
    for (milliseconds, mebibytes) in [(0, 1), (1, 1), (10, 4), (20, 8), (40, 16), (80, 32), (600, 32)] {
        assert_eq!(window_for(Duration::from_millis(milliseconds)), mebibytes << 20, "{milliseconds} ms");
    }
}
