//! Connect, check the host, log in, and run commands. It may not know what the commands are for.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, AuthResult, Handle};
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg};
use russh::{ChannelMsg, Disconnect};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};

use super::client::{Client, Failure, News, Tuning, config};
use super::exec::visible;
use super::known_hosts::fingerprint;
use super::socket::{Hold, hold};
use super::trust::Trust;
use super::{Exec, Exit, Target, TransportError, Window, key};

/// russh asks the stream for 32 KiB packets in two reads each; reading ahead saves a tenth of our CPU time.
const READ_AHEAD: usize = 256 << 10;
/// The rate for which a window is made large enough, bytes per second.
const RATE_WANTED: u32 = 200_000_000;
/// The largest window, bytes: what a server then holds back for us is a burden to it.
const WINDOW_MOST: u32 = 32 << 20;
/// Longest wait for a polite goodbye.
const GOODBYE: Duration = Duration::from_secs(3);

/// A logged-in connection. Meant for one stream at a time. Dropping it ends the connection and every command on it.
pub struct Session {
    server: String,
    handle: Handle<Client>,
    news: Arc<News>,
    round_trip: Duration,
    limit: Duration,
    idle: Option<Duration>,
    window: u32,
    /// What carries this connection; it must live as long.
    carrier: Carrier,
}

/// What carries a connection.
enum Carrier {
    Socket(Hold),
    Jump(Box<Session>),
}

/// What a small command gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// All of its stdout.
    pub stdout: Vec<u8>,
    /// The last 16 KiB of its stderr, control characters made visible.
    pub stderr: String,
    /// How it ended.
    pub exit: Exit,
}

/// Connects to the target (through its jump, if it has one), checks the host key, and logs in with the key.
///
/// After login the round trip is measured. If the window is too small for 200 MB/s over that distance, the connection is
/// made once more with a larger one, 32 MiB at most: russh announces the window at the start and ignores later changes.
///
/// # Errors
/// Everything in [`TransportError`] up to `Forward`, and `Lost`; each says which server and what to do.
pub async fn connect(target: &Target, window: Window) -> Result<Session, TransportError> {
    let session = connect_with(target, Tuning::new(window.bytes())).await?;
    let wanted = window_for(session.round_trip);
    if wanted <= window.bytes() {
        return Ok(session);
    }
    session.close().await;
    connect_with(target, Tuning::new(wanted)).await
}

/// The window in bytes for the wanted rate. russh gives window back only below its half, hence twice the round trip.
pub(super) fn window_for(round_trip: Duration) -> u32 {
    let wanted = 2.0 * round_trip.as_secs_f64() * f64::from(RATE_WANTED);
    let steps = [1_u32, 2, 4, 8, 16, 24].map(|mebibytes| mebibytes << 20);
    steps.into_iter().find(|step| f64::from(*step) >= wanted).unwrap_or(WINDOW_MOST)
}

/// Boxed, because a jump is a connection inside a connection.
pub(super) fn connect_with<'a>(
    target: &'a Target,
    tuning: Tuning,
) -> Pin<Box<dyn Future<Output = Result<Session, TransportError>> + Send + 'a>> {
    Box::pin(async move {
        let key = key::load(target)?;
        let trust = Trust::of(target)?;
        let Some(hop) = &target.jump else {
            let attempt = Attempt::new(target);
            let (stream, held) = attempt.tcp().await?;
            return attempt.log_in(stream, tuning, trust, key, Carrier::Socket(held)).await;
        };
        let jump = connect_with(hop, tuning).await.map_err(|source| TransportError::Jump {
            server: target.name.clone(),
            hop: hop.name.clone(),
            source: Box::new(source),
        })?;
        // The clock starts here: the hop had its own limit.
        let attempt = Attempt::new(target);
        let stream = attempt.forward(&jump).await?;
        attempt.log_in(stream, tuning, trust, key, Carrier::Jump(Box::new(jump))).await
    })
}

/// One try to reach a target, under one deadline.
struct Attempt<'a> {
    target: &'a Target,
    deadline: Instant,
}

impl<'a> Attempt<'a> {
    fn new(target: &'a Target) -> Self {
        // A limit beyond the clock's range is a day.
        let far = Duration::from_secs(86_400);
        Self { target, deadline: Instant::now() + target.connect.min(far) }
    }

    async fn within<T>(&self, step: &'static str, act: impl Future<Output = T>) -> Result<T, TransportError> {
        timeout_at(self.deadline, act).await.map_err(|_| TransportError::ConnectTimeout {
            server: self.target.name.clone(),
            host: self.target.host.clone(),
            port: self.target.port,
            step,
            seconds: self.target.connect.as_secs_f64(),
        })
    }

    async fn tcp(&self) -> Result<(BufReader<TcpStream>, Hold), TransportError> {
        let Target { name, host, port, .. } = self.target;
        let resolve = |source| TransportError::Resolve { server: name.clone(), host: host.clone(), source };
        let found = self.within("the name's resolution", lookup_host((host.as_str(), *port))).await?;
        let addresses: Vec<SocketAddr> = found.map_err(resolve)?.collect();
        let failed = |source| TransportError::Connect { server: name.clone(), host: host.clone(), port: *port, source };
        let stream =
            self.within("the TCP connection", TcpStream::connect(addresses.as_slice())).await?.map_err(failed)?;
        let (stream, held) = hold(stream).map_err(failed)?;
        Ok((BufReader::with_capacity(READ_AHEAD, stream), held))
    }

    async fn forward(
        &self,
        jump: &Session,
    ) -> Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>, TransportError> {
        let Target { name, host, port, .. } = self.target;
        let opening = jump.handle.channel_open_direct_tcpip(host.as_str(), u32::from(*port), "127.0.0.1", 0);
        let channel =
            self.within("the way through the jump", opening).await?.map_err(|source| TransportError::Forward {
                server: name.clone(),
                hop: jump.server.clone(),
                host: host.clone(),
                port: *port,
                source: Box::new(source),
            })?;
        Ok(BufReader::with_capacity(READ_AHEAD, channel.into_stream()))
    }

    async fn log_in<S>(
        &self,
        stream: S,
        tuning: Tuning,
        trust: Trust,
        key: Arc<PrivateKey>,
        carrier: Carrier,
    ) -> Result<Session, TransportError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let target = self.target;
        let news = Arc::new(News::default());
        let config = Arc::new(config(target, tuning, &trust.algorithms()));
        let handshake = client::connect_stream(config, stream, Client::new(trust, Arc::clone(&news)));
        let shaken = self.within("the SSH handshake", handshake).await?;
        let mut handle = shaken.map_err(|failure| match failure {
            Failure::Host(error) => error,
            Failure::Ssh(source) => TransportError::Handshake {
                server: target.name.clone(),
                host: target.host.clone(),
                port: target.port,
                source: Box::new(source),
            },
        })?;
        self.within("the login", self.authenticate(&mut handle, &news, key)).await??;
        let round_trip = self.within("the login", round_trip(&handle)).await?;
        Ok(Session {
            server: target.name.clone(),
            handle,
            news,
            round_trip,
            limit: target.connect,
            idle: target.idle,
            window: tuning.window,
            carrier,
        })
    }

    async fn authenticate(
        &self,
        handle: &mut Handle<Client>,
        news: &News,
        key: Arc<PrivateKey>,
    ) -> Result<(), TransportError> {
        let lost =
            || TransportError::Lost { server: self.target.name.clone(), during: "logging in", reason: news.reason() };
        let hashes: &[Option<HashAlg>] = if key.algorithm().is_rsa() {
            match handle.best_supported_rsa_hash().await.map_err(|_| lost())? {
                Some(Some(hash)) => &[Some(hash)],
                Some(None) => {
                    return Err(
                        self.refused(&key, "the server takes only SHA-1 signatures of RSA keys; use an ed25519 key")
                    );
                }
                // The server does not say; the two safe ones remain.
                None => &[Some(HashAlg::Sha512), Some(HashAlg::Sha256)],
            }
        } else {
            &[None]
        };
        let mut partial = false;
        for hash in hashes {
            let offer = PrivateKeyWithHashAlg::new(Arc::clone(&key), *hash);
            match handle.authenticate_publickey(self.target.user.as_str(), offer).await.map_err(|_| lost())? {
                AuthResult::Success => return Ok(()),
                // russh reports a connection that ended as a refusal of everything. A server that counts attempts ends it
                // with a word; without one it was lost.
                AuthResult::Failure { .. } if handle.is_closed() => {
                    let said = news.farewell().map(|said| format!("the server said: {said}"));
                    return Err(said.map_or_else(lost, |said| self.refused(&key, &said)));
                }
                AuthResult::Failure { partial_success, .. } => partial |= partial_success,
            }
        }
        Err(self.refused(
            &key,
            if partial {
                "the key was taken but the server wants a second factor, which nobody can give it at night; exempt this login"
            } else {
                "add the public key to the login's ~/.ssh/authorized_keys and see the server's log for its reason"
            },
        ))
    }

    fn refused(&self, key: &PrivateKey, remedy: &str) -> TransportError {
        TransportError::Refused {
            server: self.target.name.clone(),
            user: self.target.user.clone(),
            key: fingerprint(key.public_key()),
            remedy: remedy.to_owned(),
        }
    }
}

/// The shortest of three; a busy moment must not pass for distance. A connection that ends shows at the next act.
async fn round_trip(handle: &Handle<Client>) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        if handle.send_ping().await.is_err() {
            return Duration::ZERO;
        }
        shortest = shortest.min(start.elapsed());
    }
    shortest
}

impl Session {
    /// The fingerprint of the host key that was accepted, `SHA256:…`.
    pub fn host_key_fingerprint(&self) -> &str {
        self.news.host_key()
    }

    /// The round trip measured after login.
    pub fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// The window that was announced, in bytes.
    pub fn window_bytes(&self) -> u32 {
        self.window
    }

    /// Starts a command in the login's shell.
    ///
    /// # Errors
    /// [`TransportError::Exec`] when the server refuses, [`TransportError::Lost`] when it is gone,
    /// [`TransportError::Stalled`] when it does not answer within the target's `connect`.
    pub async fn exec(&self, command: &str) -> Result<Exec, TransportError> {
        match timeout(self.limit, self.start(command)).await {
            Ok(started) => started,
            Err(_) => Err(TransportError::Stalled { server: self.server.clone(), seconds: self.limit.as_secs_f64() }),
        }
    }

    async fn start(&self, command: &str) -> Result<Exec, TransportError> {
        let lost = || TransportError::Lost {
            server: self.server.clone(),
            during: "starting a command",
            reason: self.news.reason(),
        };
        let refused = || TransportError::Exec {
            server: self.server.clone(),
            command: visible(&command.chars().take(200).collect::<String>()),
        };
        let channel = self.handle.channel_open_session().await.map_err(|error| match error {
            russh::Error::ChannelOpenFailure(_) => refused(),
            _ => lost(),
        })?;
        let (mut half, writer) = channel.split();
        writer.exec(true, command).await.map_err(|_| lost())?;
        loop {
            match half.wait().await {
                Some(ChannelMsg::Success) => break,
                Some(ChannelMsg::Failure | ChannelMsg::Close) => return Err(refused()),
                Some(_) => {}
                None => return Err(lost()),
            }
        }
        Ok(Exec::new(self.server.clone(), half, writer, Arc::clone(&self.news), self.idle))
    }

    /// Runs a small command to its end with `stdin`, and takes at most `stdout_limit` bytes of answer.
    ///
    /// # Errors
    /// As [`exec`](Self::exec) and [`Exec::next`], and [`TransportError::StdoutTooLong`]. A status other than 0 is no
    /// error here: the caller knows what it means.
    pub async fn run(&self, command: &str, stdin: &[u8], stdout_limit: usize) -> Result<Output, TransportError> {
        let mut exec = self.exec(command).await?;
        let stdout = exec.talk(stdin, stdout_limit).await?;
        let finished = exec.finish().await?;
        Ok(Output { stdout, stderr: finished.stderr, exit: finished.exit })
    }

    /// Says goodbye and waits until the connection is down, three seconds at most for each hop.
    pub async fn close(self) {
        let mut next = Some(Box::new(self));
        while let Some(session) = next {
            let Session { mut handle, carrier, .. } = *session;
            let goodbye = async {
                if handle.disconnect(Disconnect::ByApplication, "", "en").await.is_ok() {
                    drop((&mut handle).await);
                }
            };
            drop(timeout(GOODBYE, goodbye).await);
            next = match carrier {
                Carrier::Socket(held) => {
                    // A server that did not listen even now is left here.
                    drop(held);
                    None
                }
                Carrier::Jump(jump) => Some(jump),
            };
        }
    }
}
