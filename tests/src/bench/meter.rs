//! The clock and the processors' time. All of the machine's work counts, because a pipeline's work is done by many
//! processes at both ends; so nothing else may run.

use std::time::Instant;

/// A moment: the clock, and the processors' busy seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    at: Instant,
    busy: f64,
}

/// What lies between two moments.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    /// Seconds by the clock.
    pub(crate) wall: f64,
    /// Seconds that all processors together worked.
    pub(crate) cpu: f64,
}

impl Mark {
    /// Now.
    pub(crate) fn now() -> Self {
        Self { at: Instant::now(), busy: busy() }
    }

    /// From here to there.
    pub(crate) fn until(self, end: Self) -> Span {
        Span { wall: (end.at - self.at).as_secs_f64(), cpu: end.busy - self.busy }
    }
}

/// One measured run.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    /// The backup itself.
    pub(crate) span: Span,
    /// The reading back, which the others do not do.
    pub(crate) read_back: Option<Span>,
    /// Bytes that were dumped.
    pub(crate) plain: u64,
    /// Bytes that were stored.
    pub(crate) stored: u64,
}

/// The machine's user, nice, system, irq and softirq seconds so far. The kernel counts in hundredths.
pub(crate) fn busy() -> f64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let fields: Vec<f64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    [0, 1, 2, 5, 6].iter().filter_map(|&index| fields.get(index)).sum::<f64>() / 100.0
}

/// The middle value.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
