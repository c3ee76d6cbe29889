//! What a test knows of the maintenance of a year because it did it, and its figures counted from that a second time: slowly, item by
//! item and day by day. It may not ask the program.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate};

/// What became of an item, as far as somebody entered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Open,
    Done(NaiveDate),
    NotDone,
}

/// A piece that was retired: since when, and on which day that was entered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gone {
    pub(crate) since: NaiveDate,
    pub(crate) entered: NaiveDate,
}

/// An item of a programme.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// 1 or 2.
    pub(crate) half: u8,
    pub(crate) number: i64,
    pub(crate) code: String,
    pub(crate) unit: i64,
    /// The login of whoever answers for its piece.
    pub(crate) responsible: Option<String>,
    /// The Mondays of the week that was approved and of the one that holds.
    pub(crate) approved: NaiveDate,
    pub(crate) week: NaiveDate,
    /// How many entries it has.
    pub(crate) entries: i64,
    /// Which week its head has spoken of.
    pub(crate) said: Option<NaiveDate>,
    pub(crate) end: End,
    pub(crate) gone: Option<Gone>,
    /// Whether somebody is still to say that it was done right.
    pub(crate) unconfirmed: bool,
}

/// An item that was moved.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub(crate) half: u8,
    pub(crate) code: String,
    pub(crate) day: NaiveDate,
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    /// Such as `FO-03-2026-001`.
    pub(crate) name: String,
}

/// Programmed, executed, moved and pending.
pub(crate) type OfMonth = [i64; 4];

/// What a semester has in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OfHalf {
    pub(crate) done: i64,
    pub(crate) late: i64,
    pub(crate) not_done: i64,
    pub(crate) retired: i64,
    pub(crate) moved: i64,
}

impl OfHalf {
    pub(crate) fn programmed(self) -> i64 {
        self.done + self.late + self.not_done
    }

    /// At least 80 of 100.
    pub(crate) fn is_met(self) -> bool {
        100 * self.done >= 80 * self.programmed()
    }
}

/// All that happened.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) rows: Vec<Row>,
    pub(crate) moves: Vec<Move>,
    /// The months that were reported, by their first day: on which day, and what they should say.
    pub(crate) months: BTreeMap<NaiveDate, (NaiveDate, OfMonth)>,
}

/// Whether a day of 2026 is in a half of it.
fn is_in(half: u8, day: NaiveDate) -> bool {
    day.year() == 2026 && (day.month() <= 6) == (half == 1)
}

/// The last day of a week that counts for a half of the year, where one does; else its Sunday.
fn end_of(half: u8, monday: NaiveDate) -> NaiveDate {
    let days: Vec<NaiveDate> = monday.iter_days().take(7).collect();
    days.iter().rev().find(|day| is_in(half, **day)).copied().unwrap_or(days[6])
}

fn last_of(month: NaiveDate) -> NaiveDate {
    month.iter_days().take_while(|day| day.month() == month.month()).last().unwrap()
}

impl Ledger {
    /// The name that the next form of a year gets.
    pub(crate) fn next_name(&self, day: NaiveDate) -> String {
        let before = self.moves.iter().filter(|one| one.day.year() == day.year()).count();
        format!("FO-03-{}-{:03}", day.year(), before + 1)
    }

    /// What the report of a month, named by its first day, should say if it is delivered now.
    pub(crate) fn month(&self, first: NaiveDate) -> OfMonth {
        let last = last_of(first);
        let is_of = |day: NaiveDate| first <= day && day <= last;
        let mut of = [0; 4];
        for row in &self.rows {
            let left = row.gone.filter(|gone| is_in(row.half, gone.since));
            if is_of(end_of(row.half, row.approved)) && left.is_none() {
                of[0] += 1;
            }
            if matches!(row.end, End::Done(day) if is_of(day)) {
                of[1] += 1;
            }
            let was_open = match (row.end, row.gone) {
                (End::Done(day), _) => day > last,
                (_, Some(gone)) => gone.since > last,
                (End::Open, None) => true,
                (End::NotDone, None) => false,
            };
            if was_open && end_of(row.half, row.week) <= last {
                of[3] += 1;
            }
        }
        of[2] = i64::try_from(self.moves.iter().filter(|one| is_of(one.day)).count()).unwrap();
        of
    }

    /// What a half of the year comes to once its programme is over.
    pub(crate) fn half(&self, half: u8) -> OfHalf {
        let mut of = OfHalf::default();
        for row in self.rows.iter().filter(|row| row.half == half) {
            match (row.end, row.gone) {
                (End::Done(day), _) if is_in(half, day) => of.done += 1,
                (End::Done(_), _) => of.late += 1,
                (_, Some(gone)) if is_in(half, gone.since) => of.retired += 1,
                _ => of.not_done += 1,
            }
        }
        of.moved = i64::try_from(self.moves.iter().filter(|one| one.half == half).count()).unwrap();
        of
    }

    /// How many items of a half were told as programmed by their month's report, and left the semester with their piece after it.
    pub(crate) fn told_before_they_left(&self, half: u8) -> i64 {
        let told = self.rows.iter().filter(|row| row.half == half && !matches!(row.end, End::Done(_))).filter(|row| {
            let month = end_of(half, row.approved).with_day(1).unwrap();
            row.gone.is_some_and(|gone| is_in(half, gone.since) && gone.entered >= self.months[&month].0)
        });
        i64::try_from(told.count()).unwrap()
    }

    /// The sum of a figure over the reports of a half.
    pub(crate) fn sum(&self, half: u8, figure: usize) -> i64 {
        self.months.iter().filter(|(first, _)| is_in(half, **first)).map(|(_, (_, of))| of[figure]).sum()
    }
}

/// The Monday of a day's week.
pub(crate) fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

/// A week as forms write it: `2026-W30`.
pub(crate) fn word(monday: NaiveDate) -> String {
    monday.format("%G-W%V").to_string()
}
