//! Hearing of it when something is mounted or unmounted. The kernel itself says so to whoever polls the table of mounts,
//! in this process's own mount namespace, so that neither a timer nor udev is needed. It may not know which disk it was.

use std::fs::File;
use std::io;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

/// The table of the mounts that this process sees.
const TABLE: &str = "/proc/self/mountinfo";
/// How soon polling is tried again that failed.
const RETRY: Duration = Duration::from_secs(10);

/// Calls `wake` after each change of the table, on a thread of its own that lasts as long as the process.
///
/// # Errors
/// What the system says where the table cannot be read, or a thread not be started.
pub fn watch(wake: impl Fn() + Send + 'static) -> io::Result<()> {
    let table = File::open(TABLE)?;
    let watching = move || {
        loop {
            let mut polled = [PollFd::new(&table, PollFlags::PRI | PollFlags::ERR)];
            match poll(&mut polled, None) {
                Ok(_) => wake(),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => {
                    tracing::warn!(error = error.to_string(), "cannot hear of disks that come and go");
                    thread::sleep(RETRY);
                }
            }
        }
    };
    // It waits in the kernel and never ends; the process ends without it.
    let _detached = thread::Builder::new().name("mounts".to_owned()).spawn(watching)?;
    Ok(())
}
