//! A simulated year: the schedule, the slots and the register on real databases, with a clock that the test turns and
//! backups that it invents. Power cuts, clocks that are wrong, time zones that change, absent disks and failing servers
//! come at random; each due time must end with exactly one outcome, and the chain must be whole.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use resguardo::register::entry::{Entry, Outcome};
use resguardo::register::verify::verify;
use resguardo::schedule::slot::SlotOutcome;
use resguardo::store::rows::{RunState, Slot};

#[path = "store/place.rs"]
#[expect(dead_code, reason = "the tests of the store use more of it")]
mod place;
#[path = "year/chance.rs"]
mod chance;
#[path = "year/office.rs"]
mod office;

use chance::Chance;
use office::Year;
use place::Place;

const GUATEMALA: Tz = chrono_tz::America::Guatemala;
/// Its clocks go on and back, on Sundays at two in the night.
const NEW_YORK: Tz = chrono_tz::America::New_York;

#[test]
fn a_year_in_guatemala_on_sqlite() {
    lives_through_a_year(&in_memory(), GUATEMALA, 1);
}

#[test]
fn a_year_in_guatemala_on_postgres() {
    lives_through_a_year(&Place::postgres(), GUATEMALA, 2);
}

#[test]
fn a_year_of_changing_clocks_on_sqlite() {
    lives_through_a_year(&in_memory(), NEW_YORK, 3);
}

#[test]
fn a_year_of_changing_clocks_on_postgres() {
    lives_through_a_year(&Place::postgres(), NEW_YORK, 4);
}

/// A year in which nothing happens but what is planned.
#[test]
fn an_uneventful_year_is_done_in_every_slot() {
    let place = in_memory();
    let year = Year::begin(&place, GUATEMALA);
    year.live_until(year.begun() + TimeDelta::days(365));
    let slots = year.slots();
    assert!(slots.len() >= 52 + 365 - 1, "{}", slots.len());
    let open: Vec<&Slot> = slots.iter().filter(|slot| slot.outcome != Some(SlotOutcome::Done)).collect();
    assert!(open.is_empty(), "{open:?}");
    check(&year);
}

/// Power cuts are simulated, so nothing needs to survive a real one.
fn in_memory() -> Place {
    Place::sqlite_in("/dev/shm")
}

fn lives_through_a_year(place: &Place, tz: Tz, seed: u64) {
    let year = Year::begin(place, tz);
    let mut chance = Chance::new(seed);
    let end = year.begun() + TimeDelta::days(365);
    // The first Sunday is excused, whatever chance brings later.
    year.excused_for("semanal", TimeDelta::days(8));
    year.without_disks_for(&["disco-a", "disco-b"], TimeDelta::days(10));
    year.live_until(year.begun() + TimeDelta::days(11));
    while year.now() < end {
        year.live_until(year.now() + chance.hours(1, 96));
        match chance.of(12) {
            0 => year.off_for(chance.hours(1, 20)),
            1 => year.off_for(chance.hours(20, 24 * 20)),
            2 => year.cut_in_next_backup(),
            3 => year.without_disks_for(&["disco-a"], chance.hours(10, 24 * 9)),
            4 => year.without_disks_for(&["disco-a", "disco-b"], chance.hours(10, 24 * 9)),
            5 => year.failing_for("bd/quejas", chance.hours(2, 24 * 9)),
            6 => year.clock_wrong_by(chance.hours(2, 24 * 15), chance.hours(1, 30)),
            7 => year.clock_wrong_by(-chance.hours(2, 24 * 15), chance.hours(1, 30)),
            8 => year.operator_backs_up(&["semanal"]),
            9 => year.operator_backs_up(&["web/sitio"]),
            10 => year.excused_for("semanal", chance.hours(24, 24 * 8)),
            _ => year.slow_for(chance.hours(1, 40), chance.hours(1, 30)),
        }
    }
    // Whatever was wrong is right again, so that the last slots can end.
    year.right_everything();
    year.live_until(year.now() + TimeDelta::days(8));
    check(&year);
    let slots = year.slots();
    let count = |outcome| slots.iter().filter(|slot| slot.outcome == Some(outcome)).count();
    let counts = [SlotOutcome::Done, SlotOutcome::Late, SlotOutcome::Missed, SlotOutcome::Excused].map(count);
    assert!(counts.iter().all(|count| *count > 0), "the year was too quiet to prove anything: {counts:?}");
}

/// What holds after every year.
fn check(year: &Year<'_>) {
    let slots = year.slots();
    every_due_time_is_one_slot(year, &slots);
    every_slot_has_its_entries(year, &slots);
    nothing_is_open_but_the_present(year, &slots);
    let files = year.register();
    let report = verify(&files, None, None);
    let broken: Vec<_> = report.problems.iter().filter(|problem| !problem.what.contains("no head")).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

fn every_due_time_is_one_slot(year: &Year<'_>, slots: &[Slot]) {
    for plan in &year.config.plans {
        let mut due = plan.when.next_after(year.begun() - TimeDelta::seconds(1)).map(|due| due.to_utc());
        let mut of_plan: Vec<&Slot> = slots.iter().filter(|slot| slot.plan == plan.name).collect();
        of_plan.sort_by_key(|slot| slot.due);
        for slot in of_plan {
            assert_eq!(Some(slot.due), due, "plan {}: a due time has no slot, or a slot no due time", plan.name);
            due = plan.when.next_after(slot.due).map(|due| due.to_utc());
        }
        assert!(due.is_some_and(|due| due > year.now()), "plan {}: {due:?} has no slot", plan.name);
    }
}

/// Each dataset of each slot has exactly one entry that settles it; what was taken back because the clock was wrong
/// does not count.
fn every_slot_has_its_entries(year: &Year<'_>, slots: &[Slot]) {
    let entries = year.entries();
    for slot in slots {
        let Some(outcome) = slot.outcome else { continue };
        let plan = year.config.plan(&slot.plan).unwrap();
        let mut late = false;
        for (server, dataset) in &plan.datasets {
            let of_slot = |entry: &&Entry| {
                entry.draft.plan.as_ref() == Some(&slot.plan)
                    && entry.draft.due.is_some_and(|due| due.to_utc() == slot.due)
                    && entry.draft.origin.server == *server
                    && entry.draft.origin.name == *dataset
            };
            let all: Vec<&Entry> = entries.iter().filter(of_slot).collect();
            let valid = all.iter().rposition(|entry| entry.draft.outcome == Outcome::Void).map_or(0, |at| at + 1);
            let settling: Vec<&&Entry> = all[valid..].iter().filter(|entry| settles(entry)).collect();
            let what = format!("{} {} {server}/{dataset}: {outcome:?}: {settling:?}", slot.plan, slot.due);
            assert_eq!(settling.len(), 1, "{what}");
            let word = settling[0].draft.outcome;
            late |= word == Outcome::DoneLate;
            match outcome {
                SlotOutcome::Done => assert_eq!(word, Outcome::Done, "{what}"),
                SlotOutcome::Late => assert!(matches!(word, Outcome::Done | Outcome::DoneLate), "{what}"),
                SlotOutcome::Missed => assert_ne!(word, Outcome::Excused, "{what}"),
                SlotOutcome::Excused => assert!(!matches!(word, Outcome::Missed | Outcome::Failed), "{what}"),
            }
        }
        assert!(outcome != SlotOutcome::Late || late, "{slot:?} is late, and none of its datasets is");
    }
}

fn settles(entry: &Entry) -> bool {
    let ended = |note: &String| note.starts_with("el turno terminó sin respaldo");
    match entry.draft.outcome {
        Outcome::Done | Outcome::DoneLate | Outcome::Missed | Outcome::Excused => true,
        // The first failure is entered at once, and the end of the slot on its own.
        Outcome::Failed => entry.draft.notes.iter().any(ended),
        _ => false,
    }
}

fn nothing_is_open_but_the_present(year: &Year<'_>, slots: &[Slot]) {
    for slot in slots.iter().filter(|slot| slot.outcome.is_none()) {
        let plan = year.config.plan(&slot.plan).unwrap();
        let end: DateTime<Utc> = plan.when.next_after(slot.due).unwrap().to_utc();
        assert!(end > year.now(), "{slot:?} has no outcome and is over");
    }
    for run in year.runs() {
        let over = !matches!(run.state, RunState::Queued | RunState::Running);
        assert!(over, "{run:?} is open and nobody works on it");
    }
}
