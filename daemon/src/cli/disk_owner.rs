//! To whom a new disk is given: what root prepares must be writable for the service. It may not know what a disk is.

use std::os::unix::fs::{MetadataExt, chown, lchown};
use std::path::Path;

use super::exit::{Failure, code};
use super::load;
use crate::service::users::{self, Ids};
use crate::vault::layout::{LEEME, MARKER};

/// Whom a disk is for.
pub(super) struct Owner {
    /// The login.
    pub(super) name: String,
    ids: Ids,
}

/// Whom the disk is for; `None` where it stays with whoever prepares it.
///
/// # Errors
/// A user who was named and does not exist.
pub(super) fn of(config: &Path, asked: Option<&str>) -> Result<Option<Owner>, Failure> {
    if let Some(who) = asked {
        let unknown =
            || Failure::new(code::USAGE, format!("there is no user {who}; --owner takes a login or a number"));
        let ids = users::ids(who).ok_or_else(unknown)?;
        return Ok(Some(Owner { name: users::login(ids.user), ids }));
    }
    // Only root can give anything away.
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let Ok(config) = load(config) else { return Ok(None) };
    let Ok(state) = std::fs::metadata(&config.paths.state) else { return Ok(None) };
    let ids = Ids { user: state.uid(), group: state.gid() };
    Ok((ids.user != 0).then(|| Owner { name: users::login(ids.user), ids }))
}

impl Owner {
    /// Gives them the disk that was prepared there: what was made, and then the folder, so that nothing of theirs lies
    /// beside while root still works in it. A file system that keeps no owners will do if it says that all is theirs.
    ///
    /// # Errors
    /// [`code::DISK`], with what the system says and what to do; the disk is prepared all the same.
    pub(super) fn take(&self, disk: &Path) -> Result<(), Failure> {
        let (user, group) = (Some(self.ids.user), Some(self.ids.group));
        for made in [LEEME, MARKER].map(|name| disk.join(name)) {
            self.has(&made, lchown(&made, user, group))?;
        }
        self.has(disk, chown(disk, user, group))
    }

    fn has(&self, path: &Path, given: std::io::Result<()>) -> Result<(), Failure> {
        let Ids { user, group } = self.ids;
        match given {
            Err(error) if !std::fs::symlink_metadata(path).is_ok_and(|about| about.uid() == user) => {
                let (path, name) = (path.display(), &self.name);
                let what = format!(
                    "the disk is prepared, but {path} cannot be given to {name}: run `chown` as root; a file system \
                     that keeps no owners must be mounted with the option `uid={user},gid={group}`: {error}"
                );
                Err(Failure::new(code::DISK, what))
            }
            _ => Ok(()),
        }
    }
}
