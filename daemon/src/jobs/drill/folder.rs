//! The folder of one drill: made fresh, held by a lock, removed with everything in it; and the sweep of those that dead
//! drills left behind. It may not know what lies in it.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::statvfs;

/// What the folders' names begin with.
const PREFIX: &str = "resguardo-drill-";
/// The lock that a drill holds as long as it lives.
const LOCK: &str = "lock";
/// How often a folder is tried to be removed, whose server is still on its way out.
const TRIES: u32 = 40;

/// The folder of a drill, removed when dropped.
pub(super) struct Folder {
    /// Its path.
    pub(super) path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Sweeps what dead drills left in `parent`, looks whether there is room for so many bytes, and makes a folder.
    ///
    /// # Errors
    /// A sentence that says what to do.
    pub(super) fn make(parent: &Path, bytes: u64) -> Result<Self, String> {
        let failed =
            |error: io::Error| format!("cannot make a folder in {}, see `drills.folder`: {error}", parent.display());
        sweep(parent).map_err(failed)?;
        let stat = statvfs(parent).map_err(|error| failed(error.into()))?;
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        if free < bytes {
            let (free, bytes) = (crate::units::bytes(free), crate::units::bytes(bytes));
            return Err(format!(
                "{} has {free} free and the drill needs {bytes}: make room, or name another folder as `drills.folder`",
                parent.display()
            ));
        }
        let id = uuid::Uuid::new_v4().simple().to_string();
        let path = parent.join(format!("{PREFIX}{}", id.chars().take(8).collect::<String>()));
        DirBuilder::new().mode(0o700).create(&path).map_err(failed)?;
        let lock =
            File::create_new(path.join(LOCK)).and_then(|lock| lock.try_lock().map(|()| lock).map_err(io::Error::from));
        match lock {
            Ok(lock) => Ok(Self { path, _lock: lock }),
            Err(error) => {
                let _left = fs::remove_dir_all(&path);
                Err(failed(error))
            }
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.path) {
            tracing::warn!(folder = %self.path.display(), error = error.to_string(), "the folder of a drill stays behind");
        }
    }
}

/// Removes what drills left behind that were killed. Only a folder with a lock of our own that nobody holds is one.
///
/// # Errors
/// Where the folder cannot be read.
pub fn sweep(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let path = entry?.path();
        let is_named = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if !is_named || !is_ours(&path.join(LOCK)) {
            continue;
        }
        let free = match File::open(path.join(LOCK)).map(|lock| lock.try_lock().map(|()| lock)) {
            // Held while it is removed, so that nobody else removes it too.
            Ok(Ok(lock)) => Some(lock),
            Ok(Err(TryLockError::WouldBlock)) => None,
            Ok(Err(TryLockError::Error(error))) | Err(error) => {
                tracing::warn!(folder = %path.display(), error = error.to_string(), "cannot look at the folder of a drill");
                None
            }
        };
        if let Some(_lock) = free {
            tracing::info!(folder = %path.display(), "what a drill left behind is removed");
            if let Err(error) = remove(&path) {
                tracing::warn!(folder = %path.display(), error = error.to_string(), "the folder of a drill stays behind");
            }
        }
    }
    Ok(())
}

fn is_ours(lock: &Path) -> bool {
    let me = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(lock).is_ok_and(|about| about.is_file() && about.uid() == me)
}

/// Removes a folder whatever the modes in it; a server that is ending may still write into it.
fn remove(path: &Path) -> io::Result<()> {
    for _ in 0..TRIES {
        match fs::remove_dir_all(path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => open_up(path)?,
            Err(_) => {}
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    fs::remove_dir_all(path)
}

/// Makes every folder below writable again for its owner; a tree that was restored keeps the modes it had.
fn open_up(path: &Path) -> io::Result<()> {
    let about = fs::symlink_metadata(path)?;
    if !about.is_dir() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    fs::read_dir(path)?.try_for_each(|entry| open_up(&entry?.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_drill_whatever_was_restored_into_it() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::make(parent.path(), 1).unwrap();
        let closed = folder.path.join("a/b");
        fs::create_dir_all(&closed).unwrap();
        fs::write(closed.join("c"), "x").unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
        assert_eq!(fs::metadata(&folder.path).unwrap().permissions().mode() & 0o777, 0o700);
        drop(folder);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn only_what_a_dead_drill_left_is_swept() {
        let parent = tempfile::tempdir().unwrap();
        let living = Folder::make(parent.path(), 1).unwrap();
        let dead = parent.path().join("resguardo-drill-00000000");
        fs::create_dir_all(dead.join("data")).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        let foreign = parent.path().join("resguardo-drill-sin-llave");
        fs::create_dir(&foreign).unwrap();
        fs::create_dir(parent.path().join("otra")).unwrap();
        sweep(parent.path()).unwrap();
        assert!(!dead.exists() && living.path.exists() && foreign.exists() && parent.path().join("otra").exists());
    }

    #[test]
    fn without_room_nothing_is_begun_and_the_remedy_is_named() {
        let parent = tempfile::tempdir().unwrap();
        let error = Folder::make(parent.path(), u64::MAX).err().unwrap();
        assert!(error.contains("drills.folder") && error.contains("free"), "{error}");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
