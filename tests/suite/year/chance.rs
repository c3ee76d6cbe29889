//! Chance that comes again: the same seed, the same year.

use chrono::TimeDelta;

/// A generator (splitmix64).
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `below`.
    pub(crate) fn of(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    /// A time between so many hours, to the minute.
    pub(crate) fn hours(&mut self, least: u64, most: u64) -> TimeDelta {
        let minutes = least * 60 + self.of((most - least) * 60);
        TimeDelta::minutes(i64::try_from(minutes).unwrap())
    }
}
