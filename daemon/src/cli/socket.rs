//! Where the service listens: the configuration says so, and without one the usual place is tried, since whoever may
//! ask the service need not be able to read its configuration.

use std::path::{Path, PathBuf};

use super::exit::Failure;
use super::load;

/// Where the service listens unless a configuration says otherwise.
const USUAL: &str = "/run/resguardo/resguardo.sock";

/// The socket of the configuration; the usual one, if it is there and the configuration does not load, or if this user
/// may not read it: what the socket then says is what helps.
///
/// # Errors
/// All that is wrong with a configuration that can be read, where the usual socket is not there either.
pub(super) fn of(config: &Path) -> Result<PathBuf, Failure> {
    match load(config) {
        Ok(config) => Ok(config.paths.socket),
        Err(_) if Path::new(USUAL).exists() || is_closed(config) => Ok(PathBuf::from(USUAL)),
        Err(failure) => Err(failure),
    }
}

/// Whether a file is not for this user, or lies in a folder that is not.
fn is_closed(file: &Path) -> bool {
    std::fs::File::open(file).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
}

/// The socket of the configuration, or else the usual one, which may come to be later.
pub(super) fn of_or_usual(config: &Path) -> PathBuf {
    load(config).map_or_else(|_| PathBuf::from(USUAL), |config| config.paths.socket)
}

/// How many the service is asked for: on the command line 0 means all.
pub(super) fn limit(asked: u32) -> u32 {
    if asked == 0 { u32::MAX } else { asked }
}
