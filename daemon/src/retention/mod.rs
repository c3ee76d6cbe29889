//! Which backups of a dataset are kept on which disk and which may go, with the reason for each decision: a pure function
//! of what there is and the rules. It may not know how anything is removed.
//!
//! Time alone removes nothing: the rules count days, weeks, months and years *that have a backup*, so that a dataset that
//! was not backed up for a year loses none of its old ones. What is not trusted, because it is damaged or odd, never takes
//! the place of a backup that is.

mod periods;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, FixedOffset};

use periods::Period;

/// How many backups are kept: one stays that any of these rules wants. Zero wants none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// The newest so many.
    pub last: u32,
    /// The newest of each of so many days that have one.
    pub daily: u32,
    /// The newest of each of so many weeks (ISO 8601) that have one.
    pub weekly: u32,
    /// The newest of each of so many months that have one.
    pub monthly: u32,
    /// The newest of each of so many years that have one.
    pub yearly: u32,
    /// A backup is removed from a disk only while so many good copies of newer ones are kept on disks in all.
    pub min_copies: u32,
}

/// A backup of the dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// When it began, where it is decided what a day is.
    pub at: DateTime<FixedOffset>,
    /// Whether it is unlike those before it, so that nothing may go because of it.
    pub odd: bool,
    /// Why it must stay whatever the rules say.
    pub pinned: Option<String>,
    /// Whether a disk that is away is still to be given a copy.
    pub owed: bool,
    /// The disks that hold it or should, by name.
    pub copies: Vec<Copy>,
}

/// A copy of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The disk's name.
    pub disk: String,
    /// Whether it is there and whole.
    pub state: CopyState,
}

/// What is known of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyState {
    /// It was whole when it was last read.
    Good,
    /// It was not.
    Damaged,
    /// It is owed and not made yet.
    Owed,
}

/// What becomes of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// The disk's name.
    pub disk: String,
    /// Why it stays; empty for one that goes.
    pub reasons: Vec<Reason>,
}

impl Decision {
    /// Whether it stays.
    pub fn stays(&self) -> bool {
        !self.reasons.is_empty()
    }
}

/// Why a copy stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is among the newest so many.
    Last(u32),
    /// It is the newest of this day, week, month or year.
    Of(Period),
    /// Its disk has no rules.
    NoRules,
    /// It was pinned, and why.
    Pinned(String),
    /// It is the newest good one on its disk.
    Newest,
    /// Too few good copies of newer backups are kept.
    TooFewCopies {
        /// How many there are.
        newer: u32,
        /// How many there must be.
        wanted: u32,
    },
    /// A disk that is away is owed a copy of it, and this may be where it comes from.
    Owed,
    /// No good copy of the backup is anywhere.
    OnlyOne,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(count) => write!(f, "one of the last {count}"),
            Self::Of(period) => write!(f, "newest of {period}"),
            Self::NoRules => f.write_str("its disk has no rules"),
            Self::Pinned(why) => write!(f, "pinned: {why}"),
            Self::Newest => f.write_str("newest good one on its disk"),
            Self::TooFewCopies { newer, wanted } => {
                write!(f, "only {newer} good copies of newer ones, {wanted} are wanted")
            }
            Self::Owed => f.write_str("a disk that is away is owed it"),
            Self::OnlyOne => f.write_str("no good copy is anywhere"),
        }
    }
}

/// Decides for every copy of one dataset's backups, on every disk. `rules` gives each disk's, `None` for one on which
/// everything stays. The decisions come in the order of the disks' names, and on each the newest first.
pub fn decide(backups: &[Backup], rules: &dyn Fn(&str) -> Option<Keep>) -> Vec<Decision> {
    let mut newest_first: Vec<&Backup> = backups.iter().collect();
    newest_first.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.archive.cmp(&a.archive)));
    let disks: BTreeSet<&str> =
        backups.iter().flat_map(|backup| &backup.copies).map(|copy| copy.disk.as_str()).collect();
    let wanted: BTreeMap<&str, Wanted<'_>> = disks
        .into_iter()
        .map(|disk| {
            let rules = rules(disk);
            (disk, Wanted { rules, reasons: wanted_on(disk, &newest_first, rules.as_ref()) })
        })
        .collect();
    let mut decisions = Vec::new();
    // The newest first, so that how many copies of newer ones are kept is known and final at each.
    let mut newer = 0_u32;
    for backup in &newest_first {
        let mut kept = 0;
        let any_good = backup.copies.iter().any(|copy| copy.state == CopyState::Good);
        for copy in &backup.copies {
            let Some(wanted) = wanted.get(copy.disk.as_str()) else { continue };
            let reasons = wanted.reasons_for(backup, copy, any_good, newer);
            if !reasons.is_empty() && copy.state == CopyState::Good && !backup.odd {
                kept += 1;
            }
            decisions.push(Decision { archive: backup.archive.clone(), disk: copy.disk.clone(), reasons });
        }
        newer += kept;
    }
    decisions.sort_by(|a, b| a.disk.cmp(&b.disk));
    decisions
}

/// What the rules of one disk want of it, by archive.
struct Wanted<'a> {
    rules: Option<Keep>,
    reasons: BTreeMap<&'a str, Vec<Reason>>,
}

impl Wanted<'_> {
    fn reasons_for(&self, backup: &Backup, copy: &Copy, any_good: bool, newer: u32) -> Vec<Reason> {
        let Some(rules) = self.rules else { return vec![Reason::NoRules] };
        let mut reasons = self.reasons.get(backup.archive.as_str()).cloned().unwrap_or_default();
        if let Some(why) = &backup.pinned {
            reasons.push(Reason::Pinned(why.clone()));
        }
        // What is not there yet has no last good one to lose: whether it is made is the rules' alone to say.
        if copy.state == CopyState::Owed || !reasons.is_empty() {
            return reasons;
        }
        let least = rules.min_copies.max(1);
        if newer < least {
            reasons.push(Reason::TooFewCopies { newer, wanted: least });
        }
        if backup.owed && copy.state == CopyState::Good {
            reasons.push(Reason::Owed);
        }
        if !any_good {
            reasons.push(Reason::OnlyOne);
        }
        reasons
    }
}

/// What the rules want on one disk: by what is trusted alone, and besides by all that is there, so that what is not
/// trusted stays as long as it would, and takes no other's place.
fn wanted_on<'a>(disk: &str, newest_first: &[&'a Backup], rules: Option<&Keep>) -> BTreeMap<&'a str, Vec<Reason>> {
    let mut reasons: BTreeMap<&str, Vec<Reason>> = BTreeMap::new();
    let Some(rules) = rules else { return reasons };
    let copy = |backup: &Backup| backup.copies.iter().find(|copy| copy.disk == disk).map(|copy| copy.state);
    let here: Vec<&Backup> = newest_first.iter().copied().filter(|backup| copy(backup).is_some()).collect();
    let sound = |backup: &&Backup| !backup.odd && copy(backup) != Some(CopyState::Damaged);
    let trusted: Vec<&Backup> = here.iter().copied().filter(sound).collect();
    for backups in [&trusted, &here] {
        for (archive, reason) in by_rules(backups, rules) {
            let known = reasons.entry(archive).or_default();
            if !known.contains(&reason) {
                known.push(reason);
            }
        }
    }
    let newest = trusted.iter().find(|backup| copy(backup) == Some(CopyState::Good));
    if let Some(newest) = newest {
        reasons.entry(&newest.archive).or_default().push(Reason::Newest);
    }
    reasons
}

/// The day, week, month or year of a moment.
type PeriodOf = fn(DateTime<FixedOffset>) -> Period;

/// What the rules want of these, the newest first.
fn by_rules<'a>(newest_first: &[&'a Backup], rules: &Keep) -> Vec<(&'a str, Reason)> {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let mut wanted: Vec<(&str, Reason)> = newest_first
        .iter()
        .take(count(rules.last))
        .map(|backup| (backup.archive.as_str(), Reason::Last(rules.last)))
        .collect();
    let periods: [(u32, PeriodOf); 4] = [
        (rules.daily, Period::day),
        (rules.weekly, Period::week),
        (rules.monthly, Period::month),
        (rules.yearly, Period::year),
    ];
    for (number, of) in periods {
        let mut seen = BTreeSet::new();
        for backup in newest_first {
            if seen.len() < count(number) && seen.insert(of(backup.at)) {
                wanted.push((&backup.archive, Reason::Of(of(backup.at))));
            }
        }
    }
    wanted
}
