//! Brings the agent: a static binary into a folder of the login, known by its digest, checked before every start.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use resguardo_shared::digest::Digest;
use resguardo_shared::shell::quote;

use super::error::SourceError;
use crate::transport::{Exit, Session};

/// The bytes of the binary that are sent at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// Sets `$agent` to where the agent of this digest lies, or shall lie.
const FOLDER: &str = r#"umask 077
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/resguardo}
agent=$folder/resguardo-agent-$2
check() { printf '%s  %s\n' "$1" "$2" | sha256sum -c - >/dev/null; }
"#;

const LOOK: &str = r#"uname -sm
mkdir -p "$folder" || exit 73
[ -f "$agent" ] && check "$2" "$agent" 2>/dev/null && echo present || echo absent"#;

const TAKE: &str = r#"new=$folder/unfinished.$$
trap 'rm -f "$new"' EXIT
cat >"$new" || exit 73
check "$2" "$new" || { echo 'its digest is not the one that was sent' >&2; exit 65; }
chmod 700 "$new" && mv "$new" "$agent" || exit 73
for other in "$folder"/resguardo-agent-*; do [ "$other" = "$agent" ] || rm -f "$other"; done"#;

const SERVE: &str = r#"check "$2" "$agent" || { echo 'the agent changed since it was brought' >&2; exit 65; }
exec "$agent" serve"#;

/// Sees to it that the agent is on the server, and returns the command that checks and starts it.
///
/// # Errors
/// [`SourceError::Binary`], [`SourceError::OtherMachine`], [`SourceError::Bring`], or the session's.
pub(super) async fn bring(session: &Session, binary: &Path, folder: Option<&str>) -> Result<String, SourceError> {
    let unreadable = |source| SourceError::Binary { path: binary.to_owned(), source };
    let (_, digest) = File::open(binary).and_then(Digest::of_reader).map_err(unreadable)?;
    let script = |step: &str| {
        let folder = quote(folder.unwrap_or_default());
        format!("sh -c {} resguardo {folder} {digest}", quote(&format!("{FOLDER}{step}")))
    };
    let looked = session.run(&script(LOOK), &[], 4096).await?;
    let answer = String::from_utf8_lossy(&looked.stdout).into_owned();
    if looked.exit != Exit::Status(0) {
        return Err(SourceError::Bring { what: format!("{} {}", answer.trim(), looked.stderr.trim()) });
    }
    let mut lines = answer.lines();
    let theirs = lines.next().unwrap_or_default().to_owned();
    let ours = format!("Linux {}", std::env::consts::ARCH);
    if theirs != ours {
        return Err(SourceError::OtherMachine { ours, theirs });
    }
    if lines.next() != Some("present") {
        send(session, binary, &script(TAKE)).await?;
    }
    Ok(script(SERVE))
}

async fn send(session: &Session, binary: &Path, command: &str) -> Result<(), SourceError> {
    let unreadable = |source| SourceError::Binary { path: binary.to_owned(), source };
    let mut file = File::open(binary).map_err(unreadable)?;
    let mut exec = session.exec(command).await?;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        // A binary on a local disk: a few chunks, read without a thread of their own.
        let read = file.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        exec.send(&buffer[..read]).await?;
    }
    exec.send_eof().await?;
    let finished = exec.finish().await?;
    if finished.exit == Exit::Status(0) {
        return Ok(());
    }
    Err(SourceError::Bring { what: format!("{:?}: {}", finished.exit, super::said(&finished.stderr)) })
}
