//! A server that wants something from us.

use std::sync::Arc;

use russh::server::{Auth, Config, Handler, PublicKeyOffer, VerifiedPublicKey, run_stream};
use russh::{Channel, Error};
use tokio::net::TcpListener;

use crate::transport::key::generate;
use crate::transport::{HostKeys, Window, connect, generate_key};

struct Anybody;

impl Handler for Anybody {
    type Error = Error;

    async fn auth_publickey_offered(&mut self, _user: &str, _offer: PublicKeyOffer<'_>) -> Result<Auth, Error> {
        Ok(Auth::Accept)
    }

    async fn auth_publickey(&mut self, _user: &str, _key: VerifiedPublicKey<'_>) -> Result<Auth, Error> {
        Ok(Auth::Accept)
    }
}

fn refused(opened: Result<Channel<russh::server::Msg>, Error>) -> bool {
    matches!(opened, Err(Error::ChannelOpenFailure(_)))
}

#[tokio::test]
async fn a_server_can_open_nothing_towards_us() {
    let host_key = generate().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut target = super::target(listener.local_addr().unwrap().port());
    target.key_pem = generate_key().unwrap().0;
    target.host_keys = HostKeys::Pinned(vec![host_key.public_key().to_openssh().unwrap()]);
    let config = Arc::new(Config { keys: vec![host_key], ..Config::default() });
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        run_stream(config, stream, Anybody).await.unwrap().handle()
    };
    let (session, server) = tokio::join!(connect(&target, Window::Lan), serve);
    let session = session.unwrap();
    assert!(refused(server.channel_open_agent().await), "our keys");
    assert!(refused(server.channel_open_session().await), "a shell");
    assert!(refused(server.channel_open_x11("here", 1).await), "our screen");
    assert!(refused(server.channel_open_direct_tcpip("127.0.0.1", 80, "here", 1).await), "our network");
    assert!(refused(server.channel_open_direct_streamlocal("/run/docker.sock").await), "our sockets");
    assert!(refused(server.channel_open_forwarded_tcpip("here", 1, "there", 2).await), "a forwarded port");
    assert!(refused(server.channel_open_forwarded_streamlocal("/run/x").await), "a forwarded socket");
    session.close().await;
}
