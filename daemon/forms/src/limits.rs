//! What this process may not do once it has read its templates: open files, connect, take much memory or time.

use std::io;

use landlock::{ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetError};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::failure::Failure;

/// Address space; a form of 5,000 rows takes about half of it.
const MEMORY_BYTES: u64 = 2 << 30;
/// Time on all cores together.
const CPU_SECONDS: u64 = 30;
/// The same for a process that prints one record after the other; whoever has it print bounds the time of each.
const CPU_SECONDS_MANY: u64 = 600;
/// Files open at once: the three streams, and a few that the threads of the runtime want.
const FILES: u64 = 64;
/// Threads that lay out: as many as help with a form, whatever the machine has.
const THREADS: usize = 2;

/// Gives up what is not needed any more. A kernel without Landlock leaves the limits.
pub(crate) fn confine(many: bool) -> Result<(), Failure> {
    let seconds = if many { CPU_SECONDS_MANY } else { CPU_SECONDS };
    for (resource, most) in
        [(Resource::As, MEMORY_BYTES), (Resource::Cpu, seconds), (Resource::Nofile, FILES), (Resource::Core, 0)]
    {
        // A caller's tighter limit stays.
        let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
            .map_err(|error| Failure::Confine(io::Error::from(error)))?;
    }
    landlock().map_err(|error| Failure::Confine(io::Error::other(error)))?;
    // After Landlock, which holds for the threads that are still to come.
    let threads = rayon::ThreadPoolBuilder::new().num_threads(THREADS).build_global();
    threads.map_err(|error| Failure::Confine(io::Error::other(error)))
}

/// No rule allows anything, so that no file can be opened and no connection made; open streams stay.
fn landlock() -> Result<(), RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .create()?
        .restrict_self()?;
    Ok(())
}
