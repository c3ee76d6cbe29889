//! A server far away.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::transport::tests::answer;
use crate::transport::tests::sshd::Sshd;
use crate::transport::{Window, connect};

/// The delay here is the distance itself, not a wait for something to happen.
const ONE_WAY: Duration = Duration::from_millis(20);

async fn delay(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
    let mut buffer = vec![0; 65536];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        tokio::time::sleep(ONE_WAY).await;
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

async fn relay(listener: TcpListener, port: u16) {
    let mut ways = JoinSet::new();
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        near.set_nodelay(true).unwrap();
        far.set_nodelay(true).unwrap();
        let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
        ways.spawn(delay(near_in, far_out));
        ways.spawn(delay(far_in, near_out));
    }
}

#[tokio::test]
async fn a_distant_server_gets_a_window_that_fits_the_distance() {
    let sshd = Sshd::start();
    let mut target = sshd.target("ed25519", "");
    let near = connect(&target, Window::Lan).await.unwrap();
    assert_eq!(near.window_bytes(), 4 << 20, "{:?}", near.round_trip());
    near.close().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = std::mem::replace(&mut target.port, listener.local_addr().unwrap().port());
    let mut tasks = JoinSet::new();
    tasks.spawn(relay(listener, port));
    let far = connect(&target, Window::Lan).await.unwrap();
    assert!(far.round_trip() >= 2 * ONE_WAY);
    assert!(far.window_bytes() >= 16 << 20, "{} bytes", far.window_bytes());
    assert_eq!(answer(&far, "echo far").await, "far");
    far.close().await;
}
