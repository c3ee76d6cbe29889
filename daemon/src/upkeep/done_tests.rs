//! What becomes of items, and what is refused of it.

use chrono::{DateTime, NaiveDate};
use proptest::prelude::*;

use super::checklist::checklist;
use super::done::{
    Conformity, Ending, Found, ItemState, Progress, Rescheduling, Work, Written, done, moved, not_done, open, said,
    visited, weeks_ahead,
};
use super::equipment::Kind;
use super::programme::{Programme, State, Stop};
use super::semester::{Semester, Week};
use crate::desk::Refused;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn week(word: &str) -> Week {
    Week::of_word(word).unwrap()
}

fn ending(state: ItemState) -> Option<Ending> {
    Some(Ending { state, day: day("2026-03-02"), reason: String::new() })
}

fn fields(faults: &[Refused]) -> Vec<&'static str> {
    let field = |fault: &Refused| if let Refused::Field { field, .. } = fault { *field } else { "" };
    faults.iter().map(field).collect()
}

#[test]
fn an_item_stands_where_its_entries_and_its_piece_put_it() {
    let retired = Some(day("2026-03-09"));
    let fresh = Progress::default();
    let late = Progress { turns: 2, moved: Some(week("2026-W20")), ..Progress::default() };
    assert_eq!((fresh.state(None, false), fresh.state(retired, false)), (ItemState::Programmed, ItemState::Retired));
    assert_eq!((late.state(None, false), late.week(week("2026-W10"))), (ItemState::Rescheduled, week("2026-W20")));
    let done = Progress { ending: ending(ItemState::Done), ..late.clone() };
    assert_eq!(done.state(retired, false), ItemState::Done, "what was done before it was retired was done");
    let not = Progress { ending: ending(ItemState::NotDone), ..late };
    assert_eq!((not.state(None, false), not.state(retired, false)), (ItemState::NotDone, ItemState::Retired));
    assert_eq!(not.state(retired, true), ItemState::NotDone, "a finished programme changes no more");
    for state in ItemState::ALL {
        let is_closed = matches!(state, ItemState::Done | ItemState::Retired);
        assert_eq!(open(*state).is_err(), is_closed, "{state:?}");
    }
}

#[test]
fn a_head_says_within_the_week_whether_a_piece_is_there() {
    let (w, sunday) = (week("2026-W10"), day("2026-03-08"));
    assert_eq!(said(w, sunday, None), Ok((String::new(), None)));
    assert_eq!(said(w, sunday.succ_opt().unwrap(), None), Err(Stop::WeekOver));
    assert_eq!(said(w, sunday, Some((" en gira ", "2026-W12"))), Ok(("en gira".to_owned(), Some(week("2026-W12")))));
    assert_eq!(said(w, sunday, Some(("en gira", ""))), Ok(("en gira".to_owned(), None)));
    for (reason, proposed) in [(" ", ""), ("x", "2026-W10"), ("x", "2026-W09"), ("x", "2028-W01"), ("x", "pronto")] {
        assert!(matches!(said(w, sunday, Some((reason, proposed))), Err(Stop::Field(_))), "{reason} {proposed}");
    }
}

#[test]
fn an_item_moves_to_another_week_that_is_to_come_also_beyond_its_semester() {
    let (w, today) = (week("2026-W26"), day("2026-06-24"));
    let wanted = |new| moved(w, today, (new, "vacaciones", "Inés"));
    assert_eq!(wanted("2026-W30").unwrap().0, week("2026-W30"), "the next semester");
    for bad in ["2026-W26", "2026-W25", "2027-W40", ""] {
        assert!(wanted(bad).is_err(), "{bad}");
    }
    assert!(moved(w, today, ("2026-W30", "", "Inés")).is_err() && moved(w, today, ("2026-W30", "x", " ")).is_err());
    let ahead = weeks_ahead(w, today, &|day| Week::of(day) != week("2026-W28"));
    assert_eq!(ahead[0], week("2026-W27"));
    assert!(!ahead.contains(&week("2026-W28")) && !ahead.contains(&w));
    assert!(ahead.iter().all(|week| moved(w, today, (&week.word(), "x", "y")).is_ok()));
}

#[test]
fn what_was_done_is_confirmed_by_another_than_who_did_it() {
    let all: Vec<usize> = (0..checklist(Kind::Printer).len()).collect();
    let whole = Written { checks: &all, found: "works", notes: "", received_by: "" };
    let own = done(Kind::Printer, whole, Some(7), "Carlos").unwrap();
    assert!(matches!(&own, Work::Done { conformity: Conformity::Own(7, None), found: Found::Works, .. }));
    assert_eq!(fields(&done(Kind::Printer, whole, None, "Carlos").unwrap_err()), ["received_by"]);
    let himself = Written { received_by: " CÁRLOS  ajú", ..whole };
    assert_eq!(fields(&done(Kind::Printer, himself, None, "Carlos Ajú").unwrap_err()), ["received_by"]);
    let other = Written { received_by: "Marta", ..whole };
    let Work::Done { checks, conformity, .. } = done(Kind::Printer, other, None, "Carlos").unwrap() else { panic!() };
    assert_eq!(conformity, Conformity::Received("Marta".to_owned()));
    assert!(checks.len() == all.len() && checks.iter().all(|(_, done)| *done));
    // What is not whole is explained.
    for lacking in [Written { checks: &[0], ..whole }, Written { found: "needs_repair", ..whole }] {
        assert_eq!(fields(&done(Kind::Printer, lacking, Some(7), "C").unwrap_err()), ["notes"]);
        assert!(done(Kind::Printer, Written { notes: "falta el fusor", ..lacking }, Some(7), "C").is_ok());
    }
    let nothing = Written { checks: &[99], found: "x", ..whole };
    assert_eq!(fields(&done(Kind::Printer, nothing, Some(7), "C").unwrap_err()), ["found", "check"]);
    assert!(not_done(" ").is_err() && not_done("no estaba").is_ok());
    for kind in Kind::ALL {
        assert!(checklist(*kind).len() >= 3, "{kind:?}");
    }
}

#[test]
fn nobody_was_at_the_machine_before_the_programme_held_or_tomorrow() {
    let (since, today) = (day("2026-01-12"), day("2026-02-02"));
    assert_eq!(visited(Some(since), since, today), Ok(since));
    assert_eq!(visited(Some(today), since, today), Ok(today));
    for bad in [None, since.pred_opt(), today.succ_opt()] {
        assert!(visited(bad, since, today).is_err(), "{bad:?}");
    }
}

#[test]
fn a_programme_ends_once_and_says_why_items_were_left() {
    let programme = |state| Programme {
        id: 1,
        semester: Semester::new(2026, 1).unwrap(),
        state,
        made: DateTime::UNIX_EPOCH,
        made_by: 1,
        sent: None,
        digest: None,
        decision: None,
        finish: None,
        version: 1,
    };
    let finish = |state, open, reason| programme(state).finish(open, reason, DateTime::UNIX_EPOCH, 1);
    assert!(finish(State::Distributed, 0, "").unwrap().is_finished());
    assert!(finish(State::Approved, 2, "sin repuestos").is_ok());
    assert!(matches!(finish(State::Approved, 2, " "), Err(Stop::Field(_))));
    for state in [State::Draft, State::Sent, State::Returned, State::Finished] {
        assert_eq!(finish(state, 0, "x"), Err(Stop::State(state)));
    }
}

proptest! {
    #[test]
    fn a_rescheduling_is_found_by_its_name(year in 2020i32..2200, number in 1i64..99_999) {
        let moment = (DateTime::UNIX_EPOCH, 1);
        let one = Rescheduling {
            year, number, programme: 1, item: 1, entry: 1, old_week: week("2026-W10"), new_week: week("2026-W11"),
            reason: String::new(), informed: (String::new(), DateTime::UNIX_EPOCH), made: moment,
            day: day("2026-03-02"), aware: None,
        };
        prop_assert_eq!(Rescheduling::of_name(&one.name()), Some((year, number)));
    }

    #[test]
    fn what_is_no_name_of_a_rescheduling_is_none(name in "[A-Z0-9-]{0,20}") {
        let is_one = Rescheduling::of_name(&name).is_some();
        prop_assert!(!is_one || name.starts_with("FO-03-"));
    }
}
