//! The indicator of the semester by the procedure's own examples, and against a slow second computation.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::month::Month;
use super::monthly::Maintenance;
use super::upkeep::{Fate, Fates, OfMonth, Semestral, month_of_end};
use crate::upkeep::semester::{Semester, Week};

fn first() -> Semester {
    Semester::new(2026, 1).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn said(items: Fates) -> (String, Option<bool>) {
    let semestral = Semestral {
        semester: "2026-1".to_owned(),
        until: first().days().1,
        items,
        rescheduled: 0,
        retired: Vec::new(),
        before: Vec::new(),
        attached: None,
    };
    let value = semestral.indicator().value;
    (value.text(), value.is_met())
}

#[test]
fn of_ten_with_seven_done_one_moved_and_done_one_moved_away_and_one_retired_it_is_eight_of_nine() {
    let mut fates = vec![Fate::Done(day("2026-03-02")); 7];
    // Moved to another week of the semester, and done in it; moved to the next semester; retired.
    fates.extend([Fate::Done(day("2026-06-30")), Fate::Open, Fate::Retired(day("2026-05-04"))]);
    let count = Fates::count(first(), &fates);
    assert_eq!((count.done, count.programmed(), count.retired), (8, 9, 1));
    assert_eq!(said(count), ("88.89 %".to_owned(), Some(true)));
}

#[test]
fn what_was_done_a_day_after_the_semester_does_not_count() {
    let mut fates = vec![Fate::Done(day("2026-06-30")); 79];
    fates.push(Fate::Done(day("2026-07-01")));
    fates.extend([Fate::NotDone; 20]);
    let count = Fates::count(first(), &fates);
    assert_eq!((count.done, count.late, count.programmed()), (79, 1, 100));
    assert_eq!(said(count), ("79.00 %".to_owned(), Some(false)));
    fates[99] = Fate::Done(day("2026-01-05"));
    assert_eq!(said(Fates::count(first(), &fates)), ("80.00 %".to_owned(), Some(true)));
}

#[test]
fn without_items_there_is_no_figure_and_what_is_retired_later_was_not_done() {
    let all_retired = Fates::count(first(), &[Fate::Retired(day("2026-06-30"))]);
    for count in [Fates::default(), all_retired] {
        assert_eq!(said(count), ("sin datos".to_owned(), None));
    }
    assert_eq!(said(Fates::count(first(), &[Fate::Retired(day("2026-07-01"))])), ("0.00 %".to_owned(), Some(false)));
    // 79.996 is never shown as if it were reached.
    assert_eq!(said(Fates { done: 79_996, not_done: 20_004, ..Fates::default() }), ("79.99 %".to_owned(), Some(false)));
}

#[test]
fn the_indicator_is_due_after_the_month_of_its_end() {
    let end = |finished: Option<&str>| month_of_end(first(), finished.map(day)).to_string();
    assert_eq!((end(None), end(Some("2026-05-29"))), ("2026-06".to_owned(), "2026-05".to_owned()));
    assert_eq!(end(Some("2026-08-03")), "2026-06", "whoever ends it late gains no time");
}

fn item(week: &str, fate: Fate) -> OfMonth {
    let week = Week::of_word(week).unwrap();
    OfMonth { semester: first(), week, now: week, fate, finished: false }
}

#[test]
fn a_month_counts_what_was_programmed_done_and_left_in_it() {
    let (june, july) = (Month::parse("2026-06").unwrap(), Month::parse("2026-07").unwrap());
    // The week from 29 June to 5 July is, of the first semester, one of June.
    let items = [
        item("2026-W27", Fate::Open),
        item("2026-W24", Fate::Done(day("2026-06-10"))),
        item("2026-W24", Fate::Done(day("2026-07-02"))),
        item("2026-W24", Fate::NotDone),
        item("2026-W24", Fate::Retired(day("2026-06-01"))),
        OfMonth { now: Week::of_word("2026-W30").unwrap(), ..item("2026-W24", Fate::Open) },
    ];
    let count = |month: Month| Maintenance::count(month, month.last(), &items, 3);
    assert_eq!(count(june), Maintenance { programmed: 5, executed: 1, rescheduled: 3, pending: 2 });
    assert_eq!(count(july), Maintenance { programmed: 0, executed: 1, rescheduled: 3, pending: 2 });
}

#[test]
fn what_left_after_its_semester_was_programmed_in_it_and_waited_until_it_left() {
    let june = Month::parse("2026-06").unwrap();
    let count = |fate| Maintenance::count(june, june.last(), &[item("2026-W24", fate)], 0);
    let of = |programmed, pending| Maintenance { programmed, pending, ..Maintenance::default() };
    assert_eq!(count(Fate::Retired(day("2026-06-30"))), of(0, 0));
    assert_eq!(count(Fate::Retired(day("2026-07-01"))), of(1, 1));
}

#[test]
fn every_item_is_programmed_for_one_month_of_its_semester() {
    for half in [1, 2] {
        let semester = Semester::new(2026, half).unwrap();
        let months: Vec<Month> = (1..=12).map(|month| Month::parse(&format!("2026-{month:02}")).unwrap()).collect();
        for week in semester.weeks(&|_| true) {
            let one = OfMonth { semester, week, now: week, fate: Fate::Open, finished: false };
            let of: Vec<&Month> = months.iter().filter(|month| one.is_programmed(**month)).collect();
            assert_eq!(of.len(), 1, "{}", week.word());
            let (first, last) = semester.days();
            assert!(of[0].first() >= first && of[0].last() <= last, "{}", week.word());
        }
    }
}

proptest! {
    #[test]
    fn the_indicator_is_that_of_a_slow_second_computation(kinds in prop::collection::vec((0u8..4, 0u64..400), 0..200)) {
        let fate = |(kind, days): (u8, u64)| {
            let day = day("2026-01-01") + Days::new(days);
            match kind { 0 => Fate::Done(day), 1 => Fate::NotDone, 2 => Fate::Retired(day), _ => Fate::Open }
        };
        let fates: Vec<Fate> = kinds.into_iter().map(fate).collect();
        // One after the other, by the words of the procedure.
        let (mut done, mut programmed) = (0u64, fates.len() as u64);
        for fate in &fates {
            if let Fate::Retired(day) = fate && day.to_string().as_str() <= "2026-06-30" { programmed -= 1; }
            if let Fate::Done(day) = fate && day.to_string().as_str() <= "2026-06-30" { done += 1; }
        }
        let count = Fates::count(first(), &fates);
        let fraction = count.fraction();
        prop_assert_eq!((fraction.part, fraction.whole), (done, programmed));
        let (text, met) = said(count);
        if programmed == 0 {
            prop_assert_eq!((text.as_str(), met), ("sin datos", None));
        } else {
            prop_assert_eq!(met, Some(100 * done >= 80 * programmed));
            let shown: f64 = text.trim_end_matches(" %").parse().unwrap();
            prop_assert_eq!(shown >= 80.0, met == Some(true), "{} of {} is shown as {}", done, programmed, text);
        }
        prop_assert_eq!(count.programmed() + count.retired, fates.len() as i64);
    }
}
