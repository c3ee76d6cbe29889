//! Tickets counted by what happened to them on some days, and their sums and parts. A ticket belongs to the month in which something
//! happened to it: received by its entry, attended by its ruling, closed by its closing. It may not know how they are found.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::desk::Verdict;
use crate::desk::ticket::Rating;

/// Business days after one day until another, by the calendar of a unit.
pub type DaysBetween<'a> = &'a (dyn Fn(Option<i64>, NaiveDate, NaiveDate) -> i64 + Sync);

/// What may have happened to tickets on the days that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// They were made.
    Entered,
    /// They were attended.
    Ruled,
    /// They were closed.
    Finished,
    /// They were declared void.
    Voided,
}

impl Happened {
    /// What the word of an event means.
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "entered" => Some(Self::Entered),
            "ruled" => Some(Self::Ruled),
            "finished" => Some(Self::Finished),
            "voided" => Some(Self::Voided),
            _ => None,
        }
    }
}

/// So many tickets to which the same happened, and which are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What happened.
    pub happened: Happened,
    /// Their category.
    pub category: i64,
    /// Their unit.
    pub unit: Option<i64>,
    /// Whose they are now.
    pub assignee: Option<i64>,
    /// Their verdict, of those that were attended.
    pub verdict: Option<Verdict>,
    /// Their rating, of those that were closed.
    pub rating: Option<Rating>,
    /// When they were made and attended, of those that were attended.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// How many.
    pub count: i64,
}

/// The figures of some tickets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Made in the month.
    pub received: i64,
    /// Attended in the month.
    pub attended: i64,
    /// Declared void in the month.
    pub void: i64,
    /// Of those that were attended, by their verdicts.
    pub verdicts: BTreeMap<Verdict, i64>,
    /// Business days from the entry to the ruling of those that were attended, with how many took so long.
    waits: BTreeMap<i64, i64>,
}

impl Figures {
    /// How many of those that were attended have a verdict.
    pub fn with(&self, verdict: Verdict) -> i64 {
        self.verdicts.get(&verdict).copied().unwrap_or_default()
    }

    /// Twice the median of the business days to attend, which is thereby whole; none where nothing was attended.
    pub fn median_twice(&self) -> Option<i64> {
        let all: i64 = self.waits.values().sum();
        let at = |place: i64| {
            let mut left = place;
            self.waits.iter().find(|(_, count)| {
                left -= **count;
                left < 0
            })
        };
        // Of an even number there are two in the middle.
        let (low, high) = (at((all - 1) / 2)?, at(all / 2)?);
        (all > 0).then_some(low.0 + high.0)
    }

    /// The business days that all of those that were attended took together, and how many they are.
    pub fn waited(&self) -> (i64, i64) {
        self.waits.iter().fold((0, 0), |(days, of), (wait, count)| (days + wait * count, of + count))
    }

    fn add(&mut self, tally: &Tally, days_between: DaysBetween<'_>) {
        match tally.happened {
            Happened::Entered => self.received += tally.count,
            Happened::Voided => self.void += tally.count,
            Happened::Finished => {}
            Happened::Ruled => {
                self.attended += tally.count;
                if let Some(verdict) = tally.verdict {
                    *self.verdicts.entry(verdict).or_default() += tally.count;
                }
                if let Some((entered, attended)) = tally.days {
                    let days = days_between(tally.unit, entered, attended).max(0);
                    *self.waits.entry(days).or_default() += tally.count;
                }
            }
        }
    }
}

/// What requesters said of the tickets that were closed in the month, whenever they said it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ratings {
    /// Closed in the month.
    pub finished: i64,
    /// Of these, rated *conforme*.
    pub satisfied: i64,
    /// Of these, rated *servicio no conforme*.
    pub unsatisfied: i64,
}

impl Ratings {
    /// How many were rated at all.
    pub fn rated(&self) -> i64 {
        self.satisfied + self.unsatisfied
    }
}

/// The figures of a part of the tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The id of what the part has in common; none of those that have nothing of the kind.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// The figures.
    pub figures: Figures,
}

/// Figures by what they are divided by, the most attended first.
pub type Division = Vec<Part>;

/// The figures of some tickets, by what `of` says they have in common; `none` is the name of what has nothing of the kind.
pub fn division(
    tallies: &[Tally],
    days_between: DaysBetween<'_>,
    of: fn(&Tally) -> Option<i64>,
    names: &BTreeMap<i64, String>,
    none: &str,
) -> Division {
    let mut figures: BTreeMap<Option<i64>, Figures> = BTreeMap::new();
    // What was only closed in the month has no figure in any of the divisions.
    for tally in tallies.iter().filter(|tally| tally.happened != Happened::Finished) {
        figures.entry(of(tally)).or_default().add(tally, days_between);
    }
    let name = |id: Option<i64>| id.and_then(|id| names.get(&id)).map_or(none, String::as_str).to_owned();
    let part = |(id, figures)| Part { id, name: name(id), figures };
    let mut division: Division = figures.into_iter().map(part).collect();
    let place = |part: &Part| (-part.figures.attended, -part.figures.received, part.name.clone());
    division.sort_by_key(place);
    division
}

/// What requesters said of those that were closed.
pub fn ratings(tallies: &[Tally]) -> Ratings {
    let mut ratings = Ratings::default();
    for tally in tallies.iter().filter(|tally| tally.happened == Happened::Finished) {
        ratings.finished += tally.count;
        match tally.rating {
            Some(Rating::Satisfied) => ratings.satisfied += tally.count,
            Some(Rating::Unsatisfied) => ratings.unsatisfied += tally.count,
            None => {}
        }
    }
    ratings
}

/// The sums of all of them.
pub fn sums(tallies: &[Tally], days_between: DaysBetween<'_>) -> Figures {
    let mut all = Figures::default();
    tallies.iter().for_each(|tally| all.add(tally, days_between));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(waits: &[(i64, i64)]) -> Option<i64> {
        Figures { waits: waits.iter().copied().collect(), ..Figures::default() }.median_twice()
    }

    #[test]
    fn the_median_is_the_middle_one_or_lies_between_the_two_in_the_middle() {
        assert_eq!(waits(&[]), None);
        assert_eq!(waits(&[(3, 1)]), Some(6));
        assert_eq!(waits(&[(1, 1), (2, 1)]), Some(3));
        assert_eq!(waits(&[(0, 2), (1, 1), (9, 2)]), Some(2));
        assert_eq!(waits(&[(0, 5), (9, 1)]), Some(0));
    }
}
