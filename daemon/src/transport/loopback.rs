//! A small SSH server on this machine's loopback address, for the demo and the tests: one key may log in and run commands
//! in a shell as the user whose process this is. No terminals, no forwarding, no other logins. It may not know what the
//! commands are.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use russh::server::{self, Auth, ChannelOpenHandle, Handle, Handler, Msg, PublicKeyOffer, VerifiedPublicKey};
use russh::{
    Channel, ChannelId, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, MethodKind, MethodSet, Preferred, Pty, Sig,
    cipher, compression,
};
use rustix::process::{Pid, Signal, kill_process_group};
use ssh_key::PublicKey;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::key::generate;
use super::known_hosts::host_name;
use super::socket::hold;

/// Bytes read at once from a command.
const PIECE: usize = 64 << 10;
/// Longest wait for one connection to end after its socket was shut.
const STOP: Duration = Duration::from_secs(5);

/// A running server. Dropping it ends it too, without waiting.
pub struct Loopback {
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// Its line for a `known_hosts` file, without line feed.
    pub host_key_line: String,
    cancel: CancellationToken,
    tasks: JoinSet<()>,
}

/// What commands find around them, besides this process's own environment.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Variables to set.
    pub variables: Vec<(String, String)>,
    /// The folder to start in; `None` for this process's own.
    pub folder: Option<PathBuf>,
}

/// Serves commands to whoever holds the private key of `authorized`.
///
/// # Errors
/// When no port can be had, or no randomness for a host key.
pub async fn serve(authorized: PublicKey) -> io::Result<Loopback> {
    serve_with(authorized, Surroundings::default()).await
}

/// As [`serve`], with variables and a folder for the commands.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(authorized: PublicKey, surroundings: Surroundings) -> io::Result<Loopback> {
    let host_key = generate()?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let text = host_key.public_key().to_openssh().map_err(io::Error::other)?;
    let host_key_line = format!("{} {}", host_name("127.0.0.1", port), text.trim());
    let config = Arc::new(server::Config {
        keys: vec![host_key],
        methods: MethodSet::from(&[MethodKind::PublicKey][..]),
        auth_rejection_time_initial: Some(Duration::ZERO),
        inactivity_timeout: None,
        nodelay: true,
        preferred: Preferred {
            cipher: Cow::Borrowed(&[cipher::AES_128_GCM, cipher::AES_256_GCM, cipher::CHACHA20_POLY1305]),
            compression: Cow::Borrowed(&[compression::NONE]),
            ..Preferred::DEFAULT
        },
        ..server::Config::default()
    });
    let cancel = CancellationToken::new();
    let shared = Arc::new(Shared { config, authorized, surroundings, cancel: cancel.clone() });
    let mut tasks = JoinSet::new();
    tasks.spawn(accept(listener, shared));
    Ok(Loopback { port, host_key_line, cancel, tasks })
}

impl Loopback {
    /// Ends every connection and its commands, and waits for them.
    pub async fn stop(mut self) {
        self.cancel.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

struct Shared {
    config: Arc<server::Config>,
    authorized: PublicKey,
    surroundings: Surroundings,
    cancel: CancellationToken,
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = shared.cancel.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, Arc::clone(&shared)))),
                // Out of descriptors, most likely: let others finish before the next try.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let Ok((stream, held)) = hold(stream) else { return };
    let visitor = Visitor { shared: Arc::clone(&shared), channels: HashMap::new(), commands: JoinSet::new() };
    let serving = async {
        let session = server::run_stream(Arc::clone(&shared.config), stream, visitor).await?;
        session.await
    };
    tokio::pin!(serving);
    // How a visitor leaves is the visitor's concern.
    tokio::select! {
        _ended = &mut serving => return,
        () = shared.cancel.cancelled() => {}
    }
    drop(held);
    if timeout(STOP, serving).await.is_err() {
        tracing::warn!("a connection of the loopback server did not end in time");
    }
}

/// One connection's side of the protocol. Its commands end with it.
struct Visitor {
    shared: Arc<Shared>,
    channels: HashMap<ChannelId, Channel<Msg>>,
    commands: JoinSet<()>,
}

impl Visitor {
    fn judge(&self, key: &PublicKey) -> Auth {
        if key.key_data() == self.shared.authorized.key_data() { Auth::Accept } else { Auth::reject() }
    }
}

impl Handler for Visitor {
    type Error = russh::Error;

    async fn auth_publickey_offered(&mut self, _user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, russh::Error> {
        Ok(self.judge(offer.public_key))
    }

    async fn auth_publickey(&mut self, _user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        Ok(self.judge(key.public_key))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut server::Session,
    ) -> Result<(), russh::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn channel_close(&mut self, id: ChannelId, _session: &mut server::Session) -> Result<(), russh::Error> {
        self.channels.remove(&id);
        Ok(())
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        data: &[u8],
        session: &mut server::Session,
    ) -> Result<(), russh::Error> {
        while self.commands.try_join_next().is_some() {}
        let (Some(channel), Ok(command)) = (self.channels.remove(&id), std::str::from_utf8(data)) else {
            return session.channel_failure(id);
        };
        session.channel_success(id)?;
        let shared = Arc::clone(&self.shared);
        let (handle, command) = (session.handle(), command.to_owned());
        self.commands.spawn(async move { run(channel, &handle, &command, &shared).await });
        Ok(())
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(Pty, u32)],
        session: &mut server::Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(id)
    }

    async fn shell_request(&mut self, id: ChannelId, session: &mut server::Session) -> Result<(), russh::Error> {
        session.channel_failure(id)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        _: &str,
        session: &mut server::Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(id)
    }

    async fn env_request(
        &mut self,
        id: ChannelId,
        _name: &str,
        _value: &str,
        session: &mut server::Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(id)
    }

    async fn x11_request(
        &mut self,
        id: ChannelId,
        _single: bool,
        _protocol: &str,
        _cookie: &str,
        _screen: u32,
        session: &mut server::Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(id)
    }
}

/// A command's process group, which is killed unless the command ended by itself.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        // The group may have gone on its own.
        if let Some(pid) = self.0 {
            kill_process_group(pid, Signal::KILL).unwrap_or(());
        }
    }
}

/// Runs a command until it ends or the channel does.
async fn run(channel: Channel<Msg>, handle: &Handle, command: &str, shared: &Shared) {
    let id = channel.id();
    let (mut reader, writer) = channel.split();
    let status = match start(command, &shared.surroundings) {
        Err(error) => {
            let said = writer.extended_data_bytes(1, format!("the shell did not start: {error}\n")).await;
            said.map(|()| ExitStatus::from_raw(127 << 8)).ok()
        }
        Ok(mut child) => {
            let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
            let mut group = Group(pid);
            let input = child.stdin.take();
            let status = tokio::select! {
                status = output(&mut child, &writer) => status.ok(),
                () = feed(&mut reader, input) => None,
                () = shared.cancel.cancelled() => None,
            };
            if status.is_some() {
                group.0 = None;
            }
            status
        }
    };
    // A visitor who has gone needs no farewell.
    let Some(status) = status else { return };
    if report(handle, id, status).await.is_ok() && writer.eof().await.is_ok() {
        drop(writer.close().await);
    }
}

fn start(command: &str, surroundings: &Surroundings) -> io::Result<Child> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    shell.envs(surroundings.variables.iter().map(|(name, value)| (name, value)));
    if let Some(folder) = &surroundings.folder {
        shell.current_dir(folder);
    }
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell.process_group(0).kill_on_drop(true).spawn()
}

async fn output(child: &mut Child, writer: &ChannelWriteHalf<Msg>) -> Result<ExitStatus, russh::Error> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    tokio::try_join!(pump(stdout, writer, None), pump(stderr, writer, Some(1)))?;
    Ok(child.wait().await?)
}

/// Reads no more before the visitor's window took what was read.
async fn pump(
    from: Option<impl AsyncRead + Unpin>,
    writer: &ChannelWriteHalf<Msg>,
    stream: Option<u32>,
) -> Result<(), russh::Error> {
    let Some(mut from) = from else { return Ok(()) };
    let mut buffer = BytesMut::with_capacity(PIECE);
    while from.read_buf(&mut buffer).await? > 0 {
        let piece = buffer.split().freeze();
        match stream {
            None => writer.data_bytes(piece).await?,
            Some(number) => writer.extended_data_bytes(number, piece).await?,
        }
        buffer.reserve(PIECE);
    }
    Ok(())
}

/// Returns when the visitor closes the channel.
async fn feed(reader: &mut ChannelReadHalf, input: Option<ChildStdin>) {
    let mut input = input;
    while let Some(message) = reader.wait().await {
        match message {
            ChannelMsg::Data { data } => {
                // A command that closed its input wants no more of it.
                if let Some(open) = &mut input
                    && open.write_all(&data).await.is_err()
                {
                    input = None;
                }
            }
            ChannelMsg::Eof => input = None,
            ChannelMsg::Close => return,
            _ => {}
        }
    }
}

async fn report(handle: &Handle, id: ChannelId, status: ExitStatus) -> Result<(), ()> {
    if let Some(code) = status.code().and_then(|code| u32::try_from(code).ok()) {
        return handle.exit_status_request(id, code).await;
    }
    let signal = match status.signal() {
        Some(1) => Sig::HUP,
        Some(2) => Sig::INT,
        Some(3) => Sig::QUIT,
        Some(6) => Sig::ABRT,
        Some(9) => Sig::KILL,
        Some(11) => Sig::SEGV,
        Some(13) => Sig::PIPE,
        Some(15) => Sig::TERM,
        other => Sig::Custom(format!("{}@resguardo", other.unwrap_or_default())),
    };
    handle.exit_signal_request(id, signal, status.core_dumped(), String::new(), String::new()).await
}
