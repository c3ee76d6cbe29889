//! One log for each run, which a technician can read from top to bottom: what the program logs while the run is under
//! way, in a file of the run's number. It may not know what is logged.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tracing_subscriber::fmt::MakeWriter;

use crate::jobs::run_id::{LOGS, log_path};

/// Where the logs of runs are, and the one that is being written.
#[derive(Debug, Clone)]
pub struct RunLog {
    logs: PathBuf,
    open: Arc<Mutex<Option<File>>>,
}

impl RunLog {
    /// The logs of runs below this folder of logs.
    pub fn new(logs: &Path) -> Self {
        Self { logs: logs.to_owned(), open: Arc::default() }
    }

    /// The file of a run.
    pub fn path(&self, run: i64) -> PathBuf {
        log_path(&self.logs, run)
    }

    /// From here on what is logged belongs to this run. A run that waited for a disk goes on in the same file.
    ///
    /// # Errors
    /// What the system says; the run then has no log of its own.
    pub fn begin(&self, run: i64) -> io::Result<()> {
        fs::create_dir_all(self.logs.join(LOGS))?;
        let file = OpenOptions::new().append(true).create(true).mode(0o640).open(self.path(run))?;
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        Ok(())
    }

    /// From here on what is logged belongs to no run.
    pub fn end(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Removes the logs of runs that were last written more than so many days before `now`.
    ///
    /// # Errors
    /// What the system says; the others are removed all the same.
    pub fn sweep(&self, now: SystemTime, days: u32) -> io::Result<()> {
        let old = Duration::from_secs(u64::from(days) * 86_400);
        let mut result = Ok(());
        let entries = match fs::read_dir(self.logs.join(LOGS)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let ours = name.to_str().is_some_and(|name| name.starts_with("run-") && name.ends_with(".log"));
            let changed = entry.metadata().and_then(|about| about.modified());
            let is_old = changed.is_ok_and(|changed| now.duration_since(changed).is_ok_and(|age| age > old));
            if ours && is_old {
                result = result.and(fs::remove_file(entry.path()));
            }
        }
        result
    }
}

/// One line on its way to the log of the run, if there is one.
#[derive(Debug)]
pub struct LineWriter(Arc<Mutex<Option<File>>>);

impl Write for LineWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(file) => file.write(bytes),
            None => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for RunLog {
    type Writer = LineWriter;

    fn make_writer(&self) -> LineWriter {
        LineWriter(Arc::clone(&self.open))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_logged_during_a_run_is_in_its_file_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let log = RunLog::new(folder.path());
        let say = |text: &str| log.make_writer().write_all(text.as_bytes()).unwrap();
        say("before\n");
        log.begin(7).unwrap();
        say("during\n");
        log.end();
        say("between\n");
        log.begin(7).unwrap();
        say("again\n");
        log.end();
        assert_eq!(fs::read_to_string(log.path(7)).unwrap(), "during\nagain\n");
    }

    #[test]
    fn old_logs_of_runs_are_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let log = RunLog::new(folder.path());
        log.begin(1).unwrap();
        log.end();
        fs::write(log.path(1).with_file_name("notes.txt"), "").unwrap();
        let written = fs::metadata(log.path(1)).unwrap().modified().unwrap();
        let day = Duration::from_secs(86_400);
        log.sweep(written + day * 2, 3).unwrap();
        assert!(log.path(1).exists());
        log.sweep(written + day * 4, 3).unwrap();
        assert!(!log.path(1).exists());
        assert!(log.path(1).with_file_name("notes.txt").exists());
    }
}
