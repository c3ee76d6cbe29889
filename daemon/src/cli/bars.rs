//! Progress for a person at a terminal, or line by line for a log. It shows events and decides nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::print;
use crate::jobs::progress::{Event, Step};
use crate::units;

/// Shows how a run goes.
pub(super) struct Bars {
    state: Mutex<State>,
    terminal: bool,
}

struct State {
    /// How many datasets there are, and which of them this is, from 1.
    datasets: usize,
    place: usize,
    dataset: String,
    bars: MultiProgress,
    bar: ProgressBar,
    /// A line for each disk.
    disks: BTreeMap<String, ProgressBar>,
    began: Instant,
    plain: u64,
    archive: u64,
    expected: Option<u64>,
    /// When all of the dump was here.
    received: Received,
}

/// When all of a dump was here, if it is.
type Received = Arc<OnceLock<Instant>>;

impl Bars {
    /// Progress of a run of so many datasets, on standard error.
    pub(super) fn of(datasets: usize) -> Self {
        let state = State {
            datasets,
            place: 0,
            dataset: String::new(),
            bars: MultiProgress::with_draw_target(target()),
            bar: ProgressBar::hidden(),
            disks: BTreeMap::new(),
            began: Instant::now(),
            plain: 0,
            archive: 0,
            expected: None,
            received: Received::default(),
        };
        Self { state: Mutex::new(state), terminal: std::io::stderr().is_terminal() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows nothing until [`Bars::resume`], so that a person can be asked something.
    pub(super) fn pause(&self) {
        self.lock().bars.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Goes on after [`Bars::pause`].
    pub(super) fn resume(&self) {
        self.lock().bars.set_draw_target(target());
    }

    /// Leaves nothing on the terminal.
    pub(super) fn end(&self) {
        self.lock().clear();
    }

    /// Shows an event.
    pub(super) fn show(&self, event: Event) {
        let mut state = self.lock();
        match event {
            Event::Began { dataset, expected_bytes, tail_ms } => {
                state.begin(dataset, expected_bytes);
                let (name, tail) = (state.name(), tail_ms.map(Duration::from_millis));
                if self.terminal {
                    state.bar = bar(&state.bars, expected_bytes, tail, state.received.clone());
                    state.bar.set_prefix(name);
                } else {
                    let expected = expected_bytes.map(|bytes| format!(", {} last time", units::bytes(bytes)));
                    print::note(&format!("{name}: begins{}", expected.unwrap_or_default()));
                }
            }
            Event::Step(step) => {
                state.bar.set_message(step.word());
                if matches!(step, Step::Sync | Step::ReadBack | Step::Publish) {
                    let _since = state.received.get_or_init(Instant::now);
                }
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
            Event::Taken { disk, bytes } if self.terminal => state.disk(&disk).set_message(units::bytes(bytes)),
            Event::Taken { .. } => {}
            Event::LinkLost { why, seconds } => {
                state.bar.set_message("waiting for the link");
                state.say(&format!(
                    "{}: the link was lost; the dump waits for it for {seconds} s: {why}",
                    state.dataset
                ));
            }
            Event::LinkBack { seconds } => {
                state.bar.set_message(Step::Receive.word());
                state.say(&format!("{}: the link is back after {seconds} s", state.dataset));
            }
            Event::Paused { until } => {
                state.bar.set_message("paused");
                state.say(&format!("{}: the window is closed; the dump stands still until {until}", state.dataset));
            }
            Event::Resumed => {
                state.bar.set_message(Step::Receive.word());
                state.say(&format!("{}: the window is open; the dump goes on", state.dataset));
            }
            Event::DiskFailed { disk, why } => {
                if self.terminal {
                    state.disk(&disk).set_message("left out");
                }
                state.say(&format!("{}: left out: {why}", state.dataset));
            }
            Event::Warning(warning) => state.say(&format!("{}: warning: {warning}", state.dataset)),
            Event::Ended => state.clear(),
        }
    }
}

/// Where progress is shown.
fn target() -> ProgressDrawTarget {
    ProgressDrawTarget::stderr_with_hz(8)
}

impl State {
    fn begin(&mut self, dataset: String, expected_bytes: Option<u64>) {
        self.began = Instant::now();
        self.place += 1;
        (self.plain, self.archive, self.expected) = (0, 0, expected_bytes);
        (self.dataset, self.received) = (dataset, Received::default());
    }

    /// The dataset, with its place among several: `2/5 bd/quejas`.
    fn name(&self) -> String {
        if self.datasets > 1 {
            format!("{}/{} {}", self.place, self.datasets, self.dataset)
        } else {
            self.dataset.clone()
        }
    }

    fn say(&self, text: &str) {
        self.bars.suspend(|| print::note(text));
    }

    /// The line of a disk: how much of the archive it has taken.
    fn disk(&mut self, name: &str) -> &ProgressBar {
        self.disks.entry(name.to_owned()).or_insert_with(|| {
            let line = self.bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("  {prefix}: {msg}") {
                line.set_style(style);
            }
            line.set_prefix(name.to_owned());
            line
        })
    }

    fn clear(&mut self) {
        std::mem::take(&mut self.disks).into_values().for_each(|line| line.finish_and_clear());
        self.bar.finish_and_clear();
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
fn bar(bars: &MultiProgress, expected: Option<u64>, tail: Option<Duration>, received: Received) -> ProgressBar {
    let bar = bars.add(expected.map_or_else(ProgressBar::no_length, ProgressBar::new));
    let template = match expected {
        Some(_) => "{prefix} {bar:24} {bytes} of {total_bytes} {binary_bytes_per_sec}{left}, {msg}",
        None => "{prefix} {spinner} {bytes} {binary_bytes_per_sec} {elapsed}, {msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        let left = move |state: &ProgressState, out: &mut dyn fmt::Write| {
            let rest = state.len().unwrap_or(0).saturating_sub(state.pos());
            let since = received.get().map(Instant::elapsed);
            // What the bar cannot take it does not show.
            let _not_shown = match left(rest, state.per_sec(), tail, since) {
                Some(left) => write!(out, " {} left", units::duration(left)),
                None => Ok(()),
            };
        };
        bar.set_style(style.with_key("left", left));
    }
    bar.enable_steady_tick(Duration::from_millis(125));
    bar
}

/// The time that is left: that of the rest of the dump at its present rate, and that of the tail, which is the reading
/// back and publishing once the dump is here, by the dataset's history. `None` where nobody can say.
fn left(rest: u64, per_second: f64, tail: Option<Duration>, since_received: Option<Duration>) -> Option<Duration> {
    if let Some(since) = since_received {
        return tail.map(|tail| tail.saturating_sub(since));
    }
    if rest == 0 {
        return tail;
    }
    // Only an estimate: that 2^53 bytes and more lose their last digits does not matter.
    let receive = Duration::try_from_secs_f64(rest as f64 / per_second).ok()?;
    receive.checked_add(tail.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: Option<Duration> = Some(Duration::from_secs(60));

    #[test]
    fn the_time_left_is_that_of_the_rest_and_of_the_tail() {
        assert_eq!(left(1000, 10.0, TAIL, None), Some(Duration::from_secs(160)));
        assert_eq!(left(1000, 10.0, None, None), Some(Duration::from_secs(100)));
    }

    #[test]
    fn once_the_dump_is_here_only_the_tail_is_left() {
        assert_eq!(left(1000, 10.0, TAIL, Some(Duration::from_secs(20))), Some(Duration::from_secs(40)));
        assert_eq!(left(0, 10.0, TAIL, Some(Duration::from_secs(90))), Some(Duration::ZERO));
        assert_eq!(left(0, 10.0, TAIL, None), TAIL);
    }

    #[test]
    fn nobody_can_say_how_long_a_dump_that_stands_still_will_take() {
        assert_eq!(left(1000, 0.0, TAIL, None), None);
        assert_eq!(left(1000, f64::NAN, TAIL, None), None);
    }

    #[test]
    fn one_of_several_datasets_says_which() {
        let begin = |datasets: usize| {
            let bars = Bars::of(datasets);
            let mut state = bars.lock();
            state.begin("web/sitio".to_owned(), None);
            state.begin("bd/quejas".to_owned(), None);
            state.name()
        };
        assert_eq!((begin(1), begin(5)), ("bd/quejas".to_owned(), "2/5 bd/quejas".to_owned()));
    }
}
