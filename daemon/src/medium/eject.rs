//! Taking a disk out safely: everything is written down, then the file system is unmounted, and where the system's disk
//! service (UDisks2) knows the disk, its power goes off. It may not know whether somebody is about to write to it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::mount::{UnmountFlags, unmount};

use super::hardware::{Mounted, Roots, look};
use super::holders::{self, Holder};
use super::udisks::{self, UdisksError};

/// How long a file system that is busy is tried again: who was just reading it lets go of it soon.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);
const TRY_EVERY: Duration = Duration::from_millis(50);

/// How a disk was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ejected {
    /// It was unmounted.
    Unmounted,
    /// It was unmounted, and its power is off.
    PoweredOff,
}

/// Why it was not.
#[derive(Debug, thiserror::Error)]
pub enum EjectError {
    /// Nothing is mounted there.
    #[error("nothing is mounted at {path}; the disk is out already, or mounted elsewhere", path = .0.display())]
    NotMounted(PathBuf),
    /// The system does not say what is mounted there.
    #[error("cannot look what is mounted at {path}", path = path.display())]
    Look {
        /// The mount point.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// What is still in memory cannot be written down.
    #[error("cannot write down what is still in memory for {path}; leave the disk in and look at the kernel's log", path = path.display())]
    Flush {
        /// The mount point.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Somebody uses it.
    #[error("{path} is in use{}", said(holders), path = path.display())]
    Busy {
        /// The mount point.
        path: PathBuf,
        /// Who, as far as this user may see.
        holders: Vec<Holder>,
    },
    /// This user may not, and the system's disk service does not do it either.
    #[error("this user may not unmount {path}, and {why}", path = path.display())]
    NotAllowed {
        /// The mount point.
        path: PathBuf,
        /// Why the disk service does not.
        why: String,
    },
    /// The system refuses.
    #[error("cannot unmount {path}", path = path.display())]
    Unmount {
        /// The mount point.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

fn said(holders: &[Holder]) -> String {
    if holders.is_empty() {
        return " by somebody whom this user may not see; `sudo fuser -vm` on it shows who".to_owned();
    }
    let one = |holder: &Holder| format!("{} (process {}: {})", holder.name, holder.pid, holder.what.display());
    format!(" by {}", holders.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// Takes out the disk that is mounted at a folder.
///
/// # Errors
/// [`EjectError`]; the disk is then still mounted.
pub fn eject(folder: &Path, roots: &Roots) -> Result<Ejected, EjectError> {
    let mounted = look(folder, roots).map_err(|source| EjectError::Look { path: folder.to_owned(), source })?;
    let point = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if mounted.mount_point != point {
        return Err(EjectError::NotMounted(folder.to_owned()));
    }
    flush(&point)?;
    let root = rustix::process::geteuid().is_root();
    let removable = mounted.hardware.as_ref().is_some_and(|hardware| hardware.removable);
    // Only the disk service can switch a disk off; one that is built in gains nothing by it.
    let asked = if root && !removable { None } else { Some(by_service(&mounted)) };
    match asked {
        Some(Ok(ejected)) => Ok(ejected),
        Some(Err(error)) if error.is_busy() => Err(busy(&point)),
        _ if root => unmounted(&point).map(|()| Ejected::Unmounted),
        Some(Err(error)) => Err(EjectError::NotAllowed { path: point, why: error.to_string() }),
        None => Err(EjectError::NotAllowed { path: point, why: "no disk service was asked".to_owned() }),
    }
}

fn by_service(mounted: &Mounted) -> Result<Ejected, UdisksError> {
    let device = mounted.device.as_deref().ok_or(UdisksError::NoDevice)?;
    udisks::eject(device).map(|off| if off { Ejected::PoweredOff } else { Ejected::Unmounted })
}

fn flush(point: &Path) -> Result<(), EjectError> {
    let flushed = File::open(point).and_then(|folder| rustix::fs::syncfs(folder).map_err(io::Error::from));
    flushed.map_err(|source| EjectError::Flush { path: point.to_owned(), source })
}

fn unmounted(point: &Path) -> Result<(), EjectError> {
    let until = Instant::now() + BUSY_PATIENCE;
    loop {
        match unmount(point, UnmountFlags::NOFOLLOW) {
            Ok(()) => return Ok(()),
            Err(Errno::BUSY) if Instant::now() < until => thread::sleep(TRY_EVERY),
            Err(Errno::BUSY) => return Err(busy(point)),
            Err(errno) => return Err(EjectError::Unmount { path: point.to_owned(), source: errno.into() }),
        }
    }
}

fn busy(point: &Path) -> EjectError {
    EjectError::Busy { path: point.to_owned(), holders: holders::below(point, Path::new("/proc")) }
}

/// What a person may run as root instead.
pub fn by_hand(folder: &Path, roots: &Roots) -> String {
    let hardware = look(folder, roots).ok().and_then(|mounted| mounted.hardware).filter(|hardware| hardware.removable);
    let off = hardware.map(|hardware| format!(" && udisksctl power-off -b {}", hardware.device.display()));
    format!("sudo umount {}{}", folder.display(), off.unwrap_or_default())
}
