//! What each kind of drill works with: the copy that is restored, the folder it may use, and the verified stream of its
//! dumps. It may not know what becomes of them.

use std::io::{self, Write};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use resguardo_shared::dump::Part;
use tokio_util::sync::CancellationToken;

use super::folder::Folder;
use super::process::{self, Ended};
use crate::config::rules::Drills;
use crate::crypt::Identity;
use crate::jobs::archives::Found;
use crate::jobs::error::{JobError, chain};
use crate::jobs::restore::{self, Reading, What};
use crate::vault::manifest::{File, Manifest};

/// So many bytes of dump are told of at once.
const TELL_BYTES: u64 = 256 << 20;

/// Why a drill did not pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// It could not be tried: something is missing here, which says nothing about the backup.
    #[error("{0}")]
    NotRun(String),
    /// The backup was not restored whole.
    #[error("{0}")]
    Failed(String),
}

/// What a drill that passed has shown.
#[derive(Debug)]
pub(super) struct Restored {
    /// How long the restore itself took, in milliseconds.
    pub(super) restore_ms: i64,
    /// What was looked at, and what was found.
    pub(super) findings: Vec<(String, String)>,
}

/// A copy that is restored for a test.
pub(super) struct Trial<'a> {
    pub(super) found: &'a Found,
    pub(super) manifest: &'a Manifest,
    /// The private key, for what is encrypted.
    pub(super) identity: Option<&'a Identity>,
    pub(super) rules: &'a Drills,
    pub(super) folder: &'a Folder,
    pub(super) threads: usize,
    pub(super) cancel: &'a CancellationToken,
    pub(super) tell: &'a (dyn Fn(&str) + Sync),
}

impl Trial<'_> {
    /// What the manifest says of a part, if the backup has it.
    pub(super) fn file(&self, part: Part) -> Option<&File> {
        self.manifest.files.iter().find(|file| file.part == part)
    }

    /// Gives a dump away. Every digest is compared on the way, so that only the end says whether it was right. This is
    /// the one place in which a drill reads an archive.
    pub(super) fn stream(&self, part: Part, out: &mut (dyn Write + Send)) -> Result<(), JobError> {
        let mut out = Guarded { out, cancel: self.cancel };
        let whole = self.file(part).map_or(0, |file| file.plain_bytes);
        let come = AtomicU64::new(0);
        let tell = |bytes: u64| {
            let before = come.fetch_add(bytes, Ordering::Relaxed);
            if before / TELL_BYTES != (before + bytes) / TELL_BYTES {
                let (now, whole) = (crate::units::bytes(before + bytes), crate::units::bytes(whole));
                (self.tell)(&format!("restoring: {now} of {whole}"));
            }
        };
        let reading = Reading { identity: self.identity, threads: self.threads, tell: &tell, cancel: self.cancel };
        restore::to_stream(self.found, What::Part(part), reading, &mut out).map(drop)
    }

    /// Runs a program that loads a part.
    ///
    /// # Errors
    /// [`Halt::Failed`], with what the program says, or with the damage of the archive.
    pub(super) fn load(&self, mut command: Command, part: Part, what: &str) -> Result<(), Halt> {
        let ran = process::run(&mut command, self.cancel, |out| self.stream(part, out));
        let (given, ended) = ran.map_err(|error| Halt::NotRun(format!("cannot start {what}: {error}")))?;
        self.judge(given, &ended, what)
    }

    /// Judges how a program took what it was given.
    pub(super) fn judge(&self, given: Result<(), JobError>, ended: &Ended, what: &str) -> Result<(), Halt> {
        self.still_wanted()?;
        match given {
            // When the program ends early, its words say more than our broken pipe.
            Err(error) if !ended.status.success() && restore::is_taker(&error) => {}
            Err(error) => return Err(Halt::Failed(chain(&error))),
            Ok(()) => {}
        }
        if ended.status.success() {
            return Ok(());
        }
        Err(Halt::Failed(format!("{what} does not load the dump ({}): {}", ended.status, ended.stderr)))
    }

    /// Whether the drill was ended by somebody.
    pub(super) fn still_wanted(&self) -> Result<(), Halt> {
        if self.cancel.is_cancelled() {
            return Err(Halt::NotRun("it was ended before it was done".to_owned()));
        }
        Ok(())
    }

    /// A failure to ask a restored database what it holds.
    pub(super) fn unanswered(&self, why: String) -> Halt {
        self.still_wanted().err().unwrap_or(Halt::Failed(why))
    }
}

/// The milliseconds since a moment.
pub(super) fn since(began: Instant) -> i64 {
    i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX)
}

/// A writer that fails once the drill is to end.
struct Guarded<'a> {
    out: &'a mut (dyn Write + Send),
    cancel: &'a CancellationToken,
}

impl Write for Guarded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("the drill was ended"));
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
