//! Trials of one fault: chance from a seed, and a count of what became of each. It may not know any fault.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::chance::Chance;
use super::judge::Verdict;
use super::table::Row;

/// The trials of one fault.
#[derive(Debug)]
pub(crate) struct Trials {
    /// What is left to chance.
    pub(crate) chance: Chance,
    /// How many there shall be.
    pub(crate) times: u32,
    /// What became of those there were.
    pub(crate) row: Row,
}

impl Trials {
    /// Trials whose chance comes from a seed and the fault's name.
    pub(crate) fn new(fault: &str, seed: u64, times: u32) -> Self {
        let of_name = fault
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { chance: Chance::new(seed ^ of_name), times, row: Row { fault: fault.to_owned(), ..Row::default() } }
    }

    /// Runs them. A helper that fails is a trial that did not recover; the next ones are made in a new world.
    pub(crate) fn go(&mut self, fault: fn(&mut Self)) {
        let begun = Instant::now();
        while self.left() {
            let before = self.row.tried;
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| fault(&mut *self))) {
                let words = panic.downcast_ref::<String>().cloned();
                let words = words.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                self.count("a helper", Verdict::stuck(words.unwrap_or_default()));
            }
            assert!(self.row.tried > before, "{}: nothing was tried", self.row.fault);
        }
        self.row.took = begun.elapsed().as_secs();
    }

    /// Whether there are trials left.
    pub(crate) fn left(&self) -> bool {
        self.row.tried < self.times
    }

    /// Counts a trial.
    pub(crate) fn count(&mut self, what: &str, verdict: Verdict) {
        let row = &mut self.row;
        row.tried += 1;
        row.lost += u32::from(!verdict.lost.is_empty());
        row.wrong += u32::from(!verdict.wrong.is_empty());
        row.recovered += u32::from(verdict.stuck.is_empty());
        let kinds = [("lost", verdict.lost), ("wrongly called good", verdict.wrong), ("not recovered", verdict.stuck)];
        for (kind, said) in kinds {
            if !said.is_empty() {
                let mut said = said.join("; ");
                if let Some((end, _)) = said.char_indices().nth(1500) {
                    said.truncate(end);
                }
                row.notes.push(format!("trial {}, {what}: {kind}: {said}", row.tried));
            }
        }
    }
}
