//! Where a new connection meets a dump that is under way: a Unix socket in a folder that only this login can enter, under
//! the dump's name. What is handed over are the connection's own ends, so that no byte is copied. It may not know what is
//! dumped.

use std::fs::{self, DirBuilder};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use resguardo_shared::wire::{self, Id, Request};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

/// The most dumps of one login that may be under way in one folder.
const DUMPS_MOST: usize = 16;
/// The most bytes of a socket's path (unix(7)).
const PATH_BYTES_MOST: usize = 107;
/// How old a socket must be before it can be a dead one's.
const OLD: Duration = Duration::from_secs(60);
/// How long whoever connects may take to say what it wants.
const ASKING: Duration = Duration::from_secs(10);
const SUFFIX: &str = ".sock";

/// The place of one dump. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct Place {
    /// Where new connections come.
    pub listener: UnixListener,
    path: PathBuf,
    /// The folder, if it is there for nothing else.
    folder: Option<PathBuf>,
}

impl Place {
    /// Makes the place of a dump. `program` is how this program calls itself.
    ///
    /// # Errors
    /// Whatever the system says; `AddrInUse` where the dump has its place already.
    pub fn new(program: &[String], id: Id) -> io::Result<Self> {
        let mut result = Err(io::Error::new(io::ErrorKind::PermissionDenied, "no folder is this login's alone"));
        if let Some(folder) = beside(program) {
            result = bind(&folder, id).map(|(listener, path)| Self { listener, path, folder: None });
        }
        match result {
            Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                let folder = temporary();
                // Another dump that ends just now may take the folder away again.
                let mut result = Err(error);
                for _ in 0..3 {
                    result = make(&folder).and_then(|()| bind(&folder, id));
                    if !matches!(&result, Err(error) if error.kind() == io::ErrorKind::NotFound) {
                        break;
                    }
                }
                result.map(|(listener, path)| Self { listener, path, folder: Some(folder) })
            }
            result => result,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is gone already is what is wanted; a folder in which another dump has its place stays.
        let _gone = fs::remove_file(&self.path);
        if let Some(folder) = &self.folder {
            let _used = fs::remove_dir(folder);
        }
    }
}

/// A way to the dump of this name, if it is under way.
pub fn find(program: &[String], id: Id) -> Option<UnixStream> {
    let folders = beside(program).into_iter().chain(Some(temporary()).filter(|folder| is_private(folder)));
    folders.filter_map(|folder| UnixStream::connect(socket(&folder, id)).ok()).next()
}

/// Asks a dump to go on over these two ends of a connection.
///
/// # Errors
/// Whatever the system says.
pub fn hand_over(mut to: &UnixStream, request: &Request, input: impl AsFd, output: impl AsFd) -> io::Result<()> {
    let ends = [input.as_fd(), output.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(&ends)) {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    sendmsg(to, &[IoSlice::new(&[0])], &mut ancillary, SendFlags::empty())?;
    wire::write_request(&mut to, request)
}

/// Takes what [`hand_over`] gives.
///
/// # Errors
/// Whatever the system says, and `InvalidData` for anything else than that.
pub fn take_over(mut from: &UnixStream) -> io::Result<(Request, OwnedFd, OwnedFd)> {
    from.set_read_timeout(Some(ASKING))?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    recvmsg(from, &mut [IoSliceMut::new(&mut [0])], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    let mut ends: Vec<OwnedFd> = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            ends.extend(rights);
        }
    }
    let request = wire::read_request(&mut from)?;
    let mut ends = ends.into_iter();
    match (ends.next(), ends.next()) {
        (Some(input), Some(output)) => Ok((request, input, output)),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "a connection has two ends")),
    }
}

fn socket(folder: &Path, id: Id) -> PathBuf {
    folder.join(id.text() + SUFFIX)
}

/// The folder of this program, if it is this login's alone, as that of an agent is that was brought.
fn beside(program: &[String]) -> Option<PathBuf> {
    let folder = Path::new(program.first()?).parent()?;
    let short = folder.as_os_str().len() + 1 + 32 + SUFFIX.len() <= PATH_BYTES_MOST;
    (short && folder.is_absolute() && is_private(folder)).then(|| folder.to_owned())
}

/// The folder for a login that has no other. Not `$XDG_RUNTIME_DIR`: that goes away with the login's last session, and
/// this is for when the session is lost.
fn temporary() -> PathBuf {
    PathBuf::from(format!("/tmp/resguardo-agent-{}", rustix::process::geteuid().as_raw()))
}

fn make(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // Somebody else may have made it in the meantime, to lie in wait.
        _ if is_private(folder) => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{} is not ours alone", folder.display()))),
    }
}

/// Whether it is a folder, no link, that this login owns and nobody else can enter.
fn is_private(folder: &Path) -> bool {
    let own = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(folder).is_ok_and(|about| about.is_dir() && about.uid() == own && about.mode() & 0o077 == 0)
}

fn bind(folder: &Path, id: Id) -> io::Result<(UnixListener, PathBuf)> {
    if sweep(folder)? >= DUMPS_MOST {
        let what = format!("{DUMPS_MOST} dumps of this login wait for their connections already");
        return Err(io::Error::new(io::ErrorKind::QuotaExceeded, what));
    }
    let path = socket(folder, id);
    UnixListener::bind(&path).map(|listener| (listener, path))
}

/// Removes the sockets of dumps that were killed, and counts the others.
fn sweep(folder: &Path) -> io::Result<usize> {
    let mut live = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_str().is_some_and(|name| name.ends_with(SUFFIX)) {
            continue;
        }
        let old = entry.metadata().and_then(|about| about.modified()).is_ok_and(|made| {
            // A clock that was put back makes nothing old.
            made.elapsed().is_ok_and(|age| age > OLD)
        });
        let refused = || {
            let connected = UnixStream::connect(entry.path());
            connected.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
        };
        if old && refused() {
            // What another has removed is gone.
            let _gone = fs::remove_file(entry.path());
        } else {
            live += 1;
        }
    }
    Ok(live)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::PermissionsExt as _;

    use resguardo_shared::dump::Part;

    use super::*;

    const ID: [u8; 16] = *b"sixteen bytes of";

    fn program(folder: &Path) -> Vec<String> {
        vec![folder.join("resguardo-agent-0").to_str().unwrap().to_owned()]
    }

    fn private() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
        folder
    }

    #[test]
    fn a_dump_is_found_by_its_name_and_gone_without_a_trace() {
        let folder = private();
        let (program, id) = (program(folder.path()), Id::new(ID));
        assert!(find(&program, id).is_none());
        let place = Place::new(&program, id).unwrap();
        assert!(find(&program, id).is_some());
        assert!(find(&program, Id::new([7; 16])).is_none());
        let again = Place::new(&program, id).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AddrInUse);
        drop(place);
        assert!(find(&program, id).is_none());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_others_can_enter_is_no_place() {
        let folder = private();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let place = Place::new(&program(folder.path()), Id::new([3; 16])).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(place.path.starts_with("/tmp"), "{place:?}");
    }

    #[test]
    fn both_ends_of_a_connection_are_handed_over_with_what_is_wanted() {
        let (here, there) = UnixStream::pair().unwrap();
        let (mut read, write) = io::pipe().unwrap();
        let dump = serde_json::from_str(r#"{"kind":"files","path":"/srv"}"#).unwrap();
        let (id, next) = (Id::new(ID), Some(3));
        let request = Request { version: 2, id, next, outage_seconds: 9, dump, part: Part::Main, level: 3, threads: 1 };
        hand_over(&here, &request, io::stdin(), &write).unwrap();
        drop(write);
        let (came, _input, output) = take_over(&there).unwrap();
        assert_eq!(came, request);
        fs::File::from(output).write_all(b"frames").unwrap();
        let mut text = String::new();
        read.read_to_string(&mut text).unwrap();
        assert_eq!(text, "frames");
    }

    #[test]
    fn whoever_hands_nothing_over_is_refused() {
        let (mut here, there) = UnixStream::pair().unwrap();
        here.write_all(&[0, 255, 255, 255, 255]).unwrap();
        assert_eq!(take_over(&there).unwrap_err().kind(), io::ErrorKind::InvalidData);
        drop(here);
        assert!(take_over(&there).is_err());
    }
}
