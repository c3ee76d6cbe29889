//! The Unix socket on which operators ask: who may, how long, how much, how many at once. The system says who asks; the
//! socket's mode lets in its owner and its group alone. It may not know what is answered.

use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use super::answer;
use super::daemon::Service;
use super::error::ServiceError;
use super::protocol::{Envelope, Line, REQUEST_BYTES_MAX, Refusal, RefusalKind, Request, VERSION};
use super::users;

/// Conversations at once.
const CONVERSATIONS: usize = 64;
/// How long somebody may take to say what they want.
const ASK: Duration = Duration::from_secs(10);
/// How long somebody may take to read a line.
const READ: Duration = Duration::from_secs(60);

/// Listens on the socket; one that a dead service left is replaced.
pub(super) fn listen(path: &Path) -> Result<UnixListener, ServiceError> {
    let failed = |source| ServiceError::Socket { path: path.to_owned(), source };
    match std::fs::symlink_metadata(path) {
        // The lock is held, so whoever made it is gone.
        Ok(about) if about.file_type().is_socket() => std::fs::remove_file(path).map_err(failed)?,
        Ok(_) => return Err(failed(io::Error::new(io::ErrorKind::AlreadyExists, "it is there and no socket"))),
        Err(_) => {}
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660)).map_err(failed)?;
    Ok(listener)
}

/// Takes whoever connects, until the service ends.
pub(super) async fn serve(service: Arc<Service>, listener: UnixListener) {
    let room = Arc::new(Semaphore::new(CONVERSATIONS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = service.stopping.cancelled() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(error = error.to_string(), "cannot take a conversation");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let Ok(room) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!("{CONVERSATIONS} conversations are under way; one was turned away");
            continue;
        };
        // The clock is looked at whenever somebody asks, who then hears of the present.
        service.wake.notify_one();
        let one = Arc::clone(&service);
        service.tasks.spawn(async move {
            let stopping = one.stopping.clone();
            stopping.run_until_cancelled(Box::pin(converse(&one, stream))).await;
            drop(room);
        });
    }
    // The next service makes its own.
    let _gone = std::fs::remove_file(&service.keeper.config.paths.socket);
}

async fn converse(service: &Arc<Service>, stream: UnixStream) {
    let who = stream.peer_cred().map_or_else(|_| "somebody".to_owned(), |who| users::login(who.uid()));
    let (read, write) = stream.into_split();
    let mut writer = Writer { write };
    let mut line = Vec::new();
    let mut read = BufReader::new(read.take(REQUEST_BYTES_MAX));
    let asked = tokio::time::timeout(ASK, read.read_until(b'\n', &mut line)).await;
    if !matches!(asked, Ok(Ok(1..))) || line.last() != Some(&b'\n') {
        return;
    }
    let result = match request(&line) {
        Ok(request) => Box::pin(answer::answer(service, &who, request, &mut writer)).await,
        Err(refusal) => Err(refusal),
    };
    let last = match result {
        Ok(value) => Line::Answer(value),
        Err(refusal) => Line::Refusal(refusal),
    };
    // Whoever hung up needs no answer.
    let _hung_up = writer.line(&last).await;
}

fn request(line: &[u8]) -> Result<Request, Refusal> {
    let refused = |message: String| Refusal { kind: RefusalKind::Request, message };
    let value: serde_json::Value =
        serde_json::from_slice(line).map_err(|error| refused(format!("the request is no JSON: {error}")))?;
    match value.get("version").and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(VERSION) => {}
        _ => {
            let own = env!("CARGO_PKG_VERSION");
            return Err(refused(format!(
                "the daemon is of version {own} and does not speak this command's language; \
                 run `systemctl restart resguardo` after an upgrade"
            )));
        }
    }
    let envelope: Envelope =
        serde_json::from_value(value).map_err(|error| refused(format!("the request makes no sense: {error}")))?;
    Ok(envelope.request)
}

/// Says lines.
pub(super) struct Writer {
    write: OwnedWriteHalf,
}

impl Writer {
    /// Says a line.
    pub(super) async fn line(&mut self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        tokio::time::timeout(READ, self.write.write_all(&bytes)).await.map_err(io::Error::from)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_versions_language_is_refused_with_its_remedy() {
        let refusal = request(b"{\"version\":99,\"request\":{\"do\":\"status\"}}\n").unwrap_err();
        assert!(refusal.message.contains("systemctl restart resguardo"), "{refusal:?}");
        assert!(request(b"{\"version\":1,\"request\":{\"do\":\"status\"}}\n").is_ok());
        for bad in [&b"nonsense\n"[..], b"{\"version\":1}\n", b"{\"version\":1,\"request\":{\"do\":\"rm\"}}\n"] {
            assert_eq!(request(bad).unwrap_err().kind, RefusalKind::Request);
        }
    }
}
