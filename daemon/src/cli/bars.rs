//! Progress for a person at a terminal, or line by line for a log. It shows events and decides nothing.

use std::io::IsTerminal;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::print;
use crate::jobs::progress::{Event, Step};
use crate::units;

/// Shows how a run goes.
pub(super) struct Bars {
    state: Mutex<State>,
    terminal: bool,
}

struct State {
    dataset: String,
    bar: ProgressBar,
    began: Instant,
    plain: u64,
    archive: u64,
    expected: Option<u64>,
}

impl Bars {
    /// Progress on standard error.
    pub(super) fn new() -> Self {
        let state = State {
            dataset: String::new(),
            bar: ProgressBar::hidden(),
            began: Instant::now(),
            plain: 0,
            archive: 0,
            expected: None,
        };
        Self { state: Mutex::new(state), terminal: std::io::stderr().is_terminal() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows an event.
    pub(super) fn show(&self, event: Event) {
        let mut state = self.lock();
        match event {
            Event::Began { dataset, expected_bytes } => {
                state.began = Instant::now();
                (state.plain, state.archive, state.expected) = (0, 0, expected_bytes);
                state.bar = if self.terminal { bar(expected_bytes) } else { ProgressBar::hidden() };
                state.bar.set_prefix(dataset.clone());
                if !self.terminal {
                    let expected = expected_bytes.map(|bytes| format!(", {} last time", units::bytes(bytes)));
                    print::note(&format!("{dataset}: begins{}", expected.unwrap_or_default()));
                }
                state.dataset = dataset;
            }
            Event::Step(step) => {
                state.bar.set_message(step.word());
                if step == Step::ReadBack && !self.terminal {
                    print::note(&format!("{}: received {}", state.dataset, state.received()));
                }
            }
            Event::Bytes { plain, archive } => {
                state.plain += plain;
                state.archive += archive;
                state.bar.set_position(state.plain);
                // A dump that has grown is not a bar that overflows.
                if state.expected.is_some_and(|expected| state.plain > expected) {
                    state.bar.set_length(state.plain);
                }
            }
            Event::DiskFailed { why, .. } => state.say(&format!("{}: left out: {why}", state.dataset)),
            Event::Warning(warning) => state.say(&format!("{}: warning: {warning}", state.dataset)),
            Event::Ended => state.bar.finish_and_clear(),
        }
    }
}

impl State {
    fn say(&self, text: &str) {
        self.bar.suspend(|| print::note(text));
    }

    fn received(&self) -> String {
        let elapsed = self.began.elapsed();
        let rate = u128::from(self.plain) * 1000 / elapsed.as_millis().max(1);
        format!(
            "{} in {} ({}/s), {} compressed",
            units::bytes(self.plain),
            units::duration(elapsed),
            units::bytes(u64::try_from(rate).unwrap_or(u64::MAX)),
            units::bytes(self.archive),
        )
    }
}

/// With a history the bar fills and says how long it will take; without one it only counts.
fn bar(expected: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(expected, ProgressDrawTarget::stderr_with_hz(8));
    let template = match expected {
        Some(_) => "{prefix} {bar:24} {bytes} of {total_bytes} {binary_bytes_per_sec} {eta} left, {msg}",
        None => "{prefix} {spinner} {bytes} {binary_bytes_per_sec} {elapsed}, {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(125));
    bar
}
