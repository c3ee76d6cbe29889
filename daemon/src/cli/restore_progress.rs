//! How a restore goes: a bar with bytes, rate and time left on a terminal, a line now and then anywhere else.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::{print, verify};
use crate::units;

/// How long nothing is said where there is no terminal.
const SILENCE: Duration = Duration::from_secs(20);

/// Shows bytes as they are restored.
pub(super) struct Progress {
    name: String,
    bar: Option<ProgressBar>,
    total: u64,
    began: Instant,
    done: AtomicU64,
    /// Seconds after the beginning at which a line was printed last.
    said: AtomicU64,
}

impl Progress {
    /// Progress over so many bytes.
    pub(super) fn of(name: &str, total: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| verify::bar(name, total));
        let (done, said) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { name: name.to_owned(), bar, total, began: Instant::now(), done, said }
    }

    /// So many bytes more.
    pub(super) fn tell(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
            return;
        }
        let (elapsed, said) = (self.began.elapsed(), self.said.load(Ordering::Relaxed));
        if elapsed.as_secs() >= said + SILENCE.as_secs() {
            self.said.store(elapsed.as_secs(), Ordering::Relaxed);
            print::note(&self.line(done, elapsed));
        }
    }

    fn line(&self, done: u64, elapsed: Duration) -> String {
        let rate = u128::from(done) * 1000 / elapsed.as_millis().max(1);
        let rate = u64::try_from(rate).unwrap_or(u64::MAX);
        let left = self.total.saturating_sub(done).checked_div(rate).map(Duration::from_secs);
        let left = left.map(|left| format!(", {} left", units::duration(left))).unwrap_or_default();
        format!("{}: {} of {}, {}/s{left}", self.name, units::bytes(done), units::bytes(self.total), units::bytes(rate))
    }

    /// Bytes so far.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Seconds since the beginning.
    pub(super) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Leaves nothing on the terminal.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_rate_and_time_left() {
        let progress = Progress::of("bd/quejas", 4 << 20);
        let line = progress.line(1 << 20, Duration::from_secs(1));
        assert!(line.starts_with("bd/quejas: 1.0 MiB of 4.0 MiB, 1.0 MiB/s, 3"), "{line}");
        assert!(!progress.line(0, Duration::ZERO).contains("left"));
    }
}
