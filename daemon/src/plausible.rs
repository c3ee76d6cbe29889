//! Whether a backup's size and duration are what the dataset's history lets one expect. It may not know where history is
//! stored.

use std::time::Duration;

use crate::units;

/// How many backups a history must have before anything is judged by it.
pub const ENOUGH: usize = 3;
/// How many of the newest backups make the history.
pub const HISTORY: usize = 8;
/// A dump that is smaller by less is never odd: of small things a few lines are half.
const SMALLER_BYTES: u64 = 256;
/// A dump that is larger by less is never odd.
const LARGER_BYTES: u64 = 1024 * 1024;
/// A dump that took longer by less is never odd.
const SLOWER: Duration = Duration::from_secs(600);
/// After how long the very same dump is worth a hint.
const SAME: Duration = Duration::from_secs(28 * 24 * 3600);

/// What is judged of a backup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Bytes of its dumps.
    pub plain_bytes: u64,
    /// How long the dump took.
    pub took: Duration,
    /// How many tables it holds, where that is known.
    pub tables: Option<u64>,
    /// How many files, folders and links it holds, where that is known.
    pub members: Option<u64>,
}

/// What may vary, in per cent of the median.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// A dump that is smaller is odd.
    pub smaller_percent: u32,
    /// A dump that is larger is odd.
    pub larger_percent: u32,
    /// A dump that took longer, and ten minutes more, is odd.
    pub slower_percent: u32,
}

/// In what way a backup is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OddKind {
    /// It is much smaller.
    Smaller,
    /// It is much larger.
    Larger,
    /// It took much longer.
    Slower,
    /// It has fewer tables or files.
    Fewer,
}

/// Something odd, with its words in Spanish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// In what way.
    pub kind: OddKind,
    /// In words: what it is and what is usual.
    pub text: String,
}

/// What is odd about a backup, by those before it, the newest first. `enough` is how many of them it takes to judge:
/// [`ENOUGH`], or fewer where a person has said that the last one is right.
pub fn judge(past: &[Seen], new: &Seen, bounds: Bounds, enough: usize) -> Vec<Odd> {
    let past = past.get(..past.len().min(HISTORY)).unwrap_or_default();
    if past.is_empty() || past.len() < enough {
        return Vec::new();
    }
    let mut odd = Vec::new();
    let usual = median(past.iter().map(|seen| seen.plain_bytes));
    let sizes = || format!("{}; lo normal son {}", units::bytes(new.plain_bytes), units::bytes(usual));
    if new.plain_bytes < percent(usual, bounds.smaller_percent) && usual - new.plain_bytes >= SMALLER_BYTES {
        odd.push(Odd { kind: OddKind::Smaller, text: format!("es mucho más pequeño: {}", sizes()) });
    }
    if new.plain_bytes > percent(usual, bounds.larger_percent) && new.plain_bytes - usual >= LARGER_BYTES {
        odd.push(Odd { kind: OddKind::Larger, text: format!("es mucho más grande: {}", sizes()) });
    }
    let usual = usual_duration(past);
    if is_slow(usual, new.took, bounds) {
        let (took, usual) = (units::duration(new.took), units::duration(usual));
        odd.push(Odd { kind: OddKind::Slower, text: format!("tardó mucho más: {took}; lo normal son {usual}") });
    }
    let counts = [
        ("tablas", new.tables, past.iter().map(|seen| seen.tables).collect::<Option<Vec<_>>>()),
        ("archivos y carpetas", new.members, past.iter().map(|seen| seen.members).collect()),
    ];
    for (what, count, before) in counts {
        let (Some(count), Some(before)) = (count, before) else { continue };
        let usual = median(before.into_iter());
        let least = if what == "tablas" { usual } else { percent(usual, bounds.smaller_percent) };
        if count < least {
            let text = format!("tiene menos {what}: {count}; lo normal son {usual}");
            odd.push(Odd { kind: OddKind::Fewer, text });
        }
    }
    odd
}

/// Whether a dump takes much longer than is usual, also while it is still under way.
pub fn is_slow(usual: Duration, took: Duration, bounds: Bounds) -> bool {
    let most = u64::try_from(usual.as_millis()).unwrap_or(u64::MAX);
    took > Duration::from_millis(percent(most, bounds.slower_percent)) + SLOWER
}

/// How long dumps usually take.
pub fn usual_duration(past: &[Seen]) -> Duration {
    let took = past.iter().take(HISTORY).map(|seen| u64::try_from(seen.took.as_millis()).unwrap_or(u64::MAX));
    Duration::from_millis(median(took))
}

/// A hint where the very same dump has come for weeks: perhaps nobody writes there any more, or a copy is dumped.
pub fn unchanged(since: Duration) -> Option<String> {
    let weeks = since.as_secs() / (7 * 24 * 3600);
    (since >= SAME).then(|| format!("es idéntico desde hace {weeks} semanas; compruebe que es el origen correcto"))
}

fn percent(number: u64, percent: u32) -> u64 {
    let share = u128::from(number) * u128::from(percent) / 100;
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// The middle of numbers, the smaller of two.
fn median(numbers: impl Iterator<Item = u64>) -> u64 {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers.get(numbers.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUNDS: Bounds = Bounds { smaller_percent: 50, larger_percent: 300, slower_percent: 400 };
    const MIB: u64 = 1024 * 1024;

    fn seen(plain_bytes: u64, seconds: u64, tables: u64) -> Seen {
        Seen { plain_bytes, took: Duration::from_secs(seconds), tables: Some(tables), members: None }
    }

    fn kinds(past: &[Seen], new: &Seen, enough: usize) -> Vec<OddKind> {
        judge(past, new, BOUNDS, enough).into_iter().map(|odd| odd.kind).collect()
    }

    #[test]
    fn what_is_far_from_the_median_is_odd() {
        let past =
            [seen(100 * MIB, 60, 41), seen(90 * MIB, 50, 41), seen(4000 * MIB, 6000, 41), seen(95 * MIB, 70, 41)];
        assert_eq!(kinds(&past, &seen(98 * MIB, 60, 41), ENOUGH), []);
        assert_eq!(kinds(&past, &seen(40 * MIB, 60, 41), ENOUGH), [OddKind::Smaller]);
        assert_eq!(kinds(&past, &seen(0, 60, 0), ENOUGH), [OddKind::Smaller, OddKind::Fewer]);
        assert_eq!(kinds(&past, &seen(400 * MIB, 60, 41), ENOUGH), [OddKind::Larger]);
        assert_eq!(kinds(&past, &seen(95 * MIB, 900, 41), ENOUGH), [OddKind::Slower]);
        assert_eq!(kinds(&past, &seen(95 * MIB, 60, 40), ENOUGH), [OddKind::Fewer]);
        assert_eq!(kinds(&past, &seen(95 * MIB, 60, 60), ENOUGH), []);
    }

    #[test]
    fn two_backups_are_no_history_but_one_that_a_person_called_right_is() {
        let past = [seen(100 * MIB, 60, 41), seen(100 * MIB, 60, 41)];
        assert_eq!(kinds(&past, &seen(1, 60, 41), ENOUGH), []);
        assert_eq!(kinds(&past[..1], &seen(1, 60, 41), 1), [OddKind::Smaller]);
        assert_eq!(kinds(&[], &seen(1, 60, 41), 0), []);
    }

    #[test]
    fn little_things_may_vary() {
        let past = [seen(300, 1, 1), seen(300, 1, 1), seen(300, 1, 1)];
        assert_eq!(kinds(&past, &seen(100, 500, 1), ENOUGH), []);
        assert_eq!(kinds(&past, &seen(900_000, 1, 1), ENOUGH), []);
    }

    #[test]
    fn the_same_for_weeks_is_a_hint() {
        let days = |days: u64| Duration::from_secs(days * 24 * 3600);
        assert_eq!(unchanged(days(27)), None);
        assert!(unchanged(days(35)).unwrap().contains("5 semanas"));
    }

    proptest! {
        #[test]
        fn a_backup_like_all_the_others_is_never_odd(bytes in any::<u64>(), seconds in 0_u64..1_000_000, number in 0_usize..20) {
            let past = vec![seen(bytes, seconds, 5); number];
            prop_assert_eq!(judge(&past, &seen(bytes, seconds, 5), BOUNDS, ENOUGH), []);
        }

        #[test]
        fn a_wild_history_does_not_overflow(sizes in proptest::collection::vec(any::<u64>(), 0..12), new in any::<u64>()) {
            let past: Vec<Seen> = sizes.iter().map(|&bytes| seen(bytes, 1, 1)).collect();
            let odd = kinds(&past, &seen(new, 1, 1), ENOUGH);
            prop_assert!(!(odd.contains(&OddKind::Smaller) && odd.contains(&OddKind::Larger)));
        }
    }
}
