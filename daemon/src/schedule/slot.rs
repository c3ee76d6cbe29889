//! Slots, not timers: each time that a plan is due opens a slot, which lasts until the next one, and each slot ends with
//! exactly one outcome. So a machine that was off catches up once and never twice, and nothing is skipped in silence.
//! Pure: what is known and the time come as arguments.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

use super::When;

/// The first attempts after a failure, in minutes; from then on the last of them goes on.
const BACK_OFF_MINUTES: [i64; 6] = [15, 30, 60, 120, 240, 360];
/// How soon a slot that found no disk looks again, in minutes.
const DISK_MINUTES: i64 = 5;
/// A clock that stands further behind a known slot than this was put back.
const PUT_BACK: TimeDelta = TimeDelta::hours(1);

/// How a slot ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotOutcome {
    /// Everything was kept in time.
    Done,
    /// Everything was kept, after the time it should have been and before the next slot.
    Late,
    /// Something was not kept before the next slot began.
    Missed,
    /// Something was not kept, and a person had said beforehand that it might not be.
    Excused,
}

impl SlotOutcome {
    /// The word in the database, in JSON and in listings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Late => "late",
            Self::Missed => "missed",
            Self::Excused => "excused",
        }
    }

    /// The outcome of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Done, Self::Late, Self::Missed, Self::Excused].into_iter().find(|outcome| outcome.word() == word)
    }
}

/// A slot without an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSlot {
    /// When it began.
    pub due: DateTime<Utc>,
    /// When the next run may be made for it.
    pub next_attempt: DateTime<Utc>,
}

/// What is known of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// When it is due.
    pub when: &'a When,
    /// When it was first seen; before that it had no duties.
    pub first_seen: DateTime<Utc>,
    /// The beginning of its latest slot, if it has had one.
    pub latest: Option<DateTime<Utc>>,
    /// Its slots without an outcome.
    pub open: &'a [OpenSlot],
    /// The slot that a run is being made for just now.
    pub running: Option<DateTime<Utc>>,
}

/// What is to be done about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// Slots that begin, in order; some may be over already.
    pub opened: Vec<DateTime<Utc>>,
    /// Slots that are over without everything having been kept, in order.
    pub expired: Vec<DateTime<Utc>>,
    /// The slot to make a run for now.
    pub run: Option<DateTime<Utc>>,
    /// When there will be something to decide again.
    pub next: Option<DateTime<Utc>>,
}

/// Decides what is to be done about a plan at `now`.
pub fn decide(known: Known<'_>, now: DateTime<Utc>) -> Decision {
    let mut decision = Decision::default();
    let mut slots: Vec<OpenSlot> = known.open.to_vec();
    // A plan that is due in the very minute in which it is first seen has not missed it.
    let seen = known.first_seen.duration_trunc(TimeDelta::minutes(1)).unwrap_or(known.first_seen);
    let mut after = known.latest.unwrap_or(seen - TimeDelta::milliseconds(1)).max(seen - TimeDelta::milliseconds(1));
    while let Some(due) = due_after(known.when, after).filter(|due| *due <= now) {
        decision.opened.push(due);
        slots.push(OpenSlot { due, next_attempt: due });
        after = due;
    }
    slots.sort_by_key(|slot| slot.due);
    for (index, slot) in slots.iter().enumerate() {
        let next_slot = slots.get(index + 1).map(|next| next.due);
        let over = end(known.when, slot.due).is_some_and(|end| end <= now) || next_slot.is_some();
        match (over, known.running == Some(slot.due)) {
            // What is being kept now is kept late, not missed.
            (_, true) => {}
            (true, false) => decision.expired.push(slot.due),
            (false, false) if slot.next_attempt <= now => decision.run = Some(slot.due),
            (false, false) => decision.next = Some(slot.next_attempt),
        }
    }
    // One run of a plan at a time.
    if known.running.is_some() {
        decision.run = None;
    }
    let due = due_after(known.when, after.max(now));
    decision.next = decision.next.into_iter().chain(due).min();
    decision
}

/// When a slot ends: when the next one begins. `None` from the year 2100 on.
pub fn end(when: &When, due: DateTime<Utc>) -> Option<DateTime<Utc>> {
    due_after(when, due)
}

fn due_after(when: &When, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    when.next_after(after).map(|due| due.to_utc())
}

/// The outcome of a slot whose last dataset was kept at `kept`: done up to `on_time` after its beginning, or half of it
/// where it is short.
pub fn verdict(when: &When, due: DateTime<Utc>, on_time: TimeDelta, kept: DateTime<Utc>) -> SlotOutcome {
    let half = end(when, due).map_or(on_time, |end| (end - due) / 2);
    if kept <= due + on_time.min(half) { SlotOutcome::Done } else { SlotOutcome::Late }
}

/// When the next run may be made after the given number of attempts, all of which failed.
pub fn after_failure(attempts: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let place = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(BACK_OFF_MINUTES.len() - 1);
    now + TimeDelta::minutes(BACK_OFF_MINUTES[place])
}

/// When to look again for a disk.
pub fn after_no_disk(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::minutes(DISK_MINUTES)
}

/// The latest moment at which a slot can have begun, if the clock is to be believed. What began later began while the
/// clock was wrong.
pub fn believable(now: DateTime<Utc>) -> DateTime<Utc> {
    now + PUT_BACK
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use chrono_tz::America::Guatemala;
    use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn weekly() -> When {
        When::parse("0 2 * * SUN", Guatemala).unwrap()
    }

    /// 02:00 in Guatemala on a day of November 2026; the 1st is a Sunday.
    fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
        Guatemala.with_ymd_and_hms(2026, 11, day, hour, minute, 0).unwrap().to_utc()
    }

    fn known<'a>(when: &'a When, latest: Option<DateTime<Utc>>, open: &'a [OpenSlot]) -> Known<'a> {
        Known { when, first_seen: at(1, 0, 0), latest, open, running: None }
    }

    #[test]
    fn a_machine_that_was_off_for_weeks_catches_up_once() {
        let when = weekly();
        let decision = decide(known(&when, Some(at(1, 2, 0)), &[]), at(25, 9, 0));
        assert_eq!(decision.opened, [at(8, 2, 0), at(15, 2, 0), at(22, 2, 0)]);
        assert_eq!(decision.expired, [at(8, 2, 0), at(15, 2, 0)]);
        assert_eq!((decision.run, decision.next), (Some(at(22, 2, 0)), Some(at(29, 2, 0))));
    }

    #[test]
    fn a_slot_that_has_its_outcome_is_left_alone() {
        let when = weekly();
        let decision = decide(known(&when, Some(at(22, 2, 0)), &[]), at(25, 9, 0));
        assert_eq!(decision, Decision { next: Some(at(29, 2, 0)), ..Decision::default() });
    }

    #[test]
    fn a_new_plan_waits_for_its_time_and_does_not_miss_the_minute_it_is_born_in() {
        let when = weekly();
        let born = |first_seen| Known { when: &when, first_seen, latest: None, open: &[], running: None };
        assert_eq!(decide(born(at(4, 9, 0)), at(4, 9, 1)).next, Some(at(8, 2, 0)));
        let seconds = TimeDelta::seconds(40);
        assert_eq!(decide(born(at(8, 2, 0) + seconds), at(8, 2, 0) + seconds).run, Some(at(8, 2, 0)));
        assert_eq!(decide(born(at(8, 2, 1)), at(8, 2, 1)).run, None);
    }

    #[test]
    fn a_failed_slot_waits_for_its_next_attempt() {
        let when = weekly();
        let open = [OpenSlot { due: at(1, 2, 0), next_attempt: at(1, 2, 15) }];
        let decision = decide(known(&when, Some(at(1, 2, 0)), &open), at(1, 2, 14));
        assert_eq!((decision.run, decision.next), (None, Some(at(1, 2, 15))));
        assert_eq!(decide(known(&when, Some(at(1, 2, 0)), &open), at(1, 2, 15)).run, Some(at(1, 2, 0)));
    }

    #[test]
    fn what_is_being_kept_does_not_expire_and_the_next_slot_waits_for_it() {
        let when = weekly();
        let open = [OpenSlot { due: at(1, 2, 0), next_attempt: at(1, 2, 0) }];
        let known = Known { running: Some(at(1, 2, 0)), ..known(&when, Some(at(1, 2, 0)), &open) };
        let decision = decide(known, at(8, 3, 0));
        assert_eq!((decision.opened, decision.expired, decision.run), (vec![at(8, 2, 0)], vec![], None));
    }

    #[test]
    fn a_slot_is_done_in_time_and_late_after_it() {
        let when = weekly();
        let day = TimeDelta::hours(24);
        assert_eq!(verdict(&when, at(1, 2, 0), day, at(2, 2, 0)), SlotOutcome::Done);
        assert_eq!(verdict(&when, at(1, 2, 0), day, at(2, 2, 1)), SlotOutcome::Late);
        let hourly = When::parse("0 * * * *", Guatemala).unwrap();
        assert_eq!(verdict(&hourly, at(1, 2, 0), day, at(1, 2, 30)), SlotOutcome::Done);
        assert_eq!(verdict(&hourly, at(1, 2, 0), day, at(1, 2, 31)), SlotOutcome::Late);
    }

    #[test]
    fn attempts_come_less_often_and_never_stop() {
        let minutes = |attempts| (after_failure(attempts, at(1, 2, 0)) - at(1, 2, 0)).num_minutes();
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 1000].map(minutes), [15, 30, 60, 120, 240, 360, 360, 360]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// However rarely and irregularly it is asked, each due time becomes one slot, and all but the last of them end.
        #[test]
        fn each_due_time_is_one_slot_however_often_it_is_asked(gaps in proptest::collection::vec(1_i64..60 * 24 * 30, 1..60), fails in any::<bool>()) {
            let when = weekly();
            let mut now = at(1, 0, 0);
            let (mut slots, mut settled): (Vec<DateTime<Utc>>, Vec<DateTime<Utc>>) = (Vec::new(), Vec::new());
            for gap in gaps {
                now += TimeDelta::minutes(gap);
                let open: Vec<OpenSlot> = slots.iter().filter(|due| !settled.contains(due))
                    .map(|&due| OpenSlot { due, next_attempt: due }).collect();
                let decision = decide(known(&when, slots.last().copied(), &open), now);
                slots.extend(&decision.opened);
                settled.extend(&decision.expired);
                if let Some(due) = decision.run.filter(|_| !fails) {
                    settled.push(due);
                }
                prop_assert!(decision.next.is_some_and(|next| next > now));
            }
            let mut due = due_after(&when, at(1, 0, 0) - TimeDelta::minutes(1));
            for slot in &slots {
                prop_assert_eq!(Some(*slot), due);
                due = due_after(&when, *slot);
            }
            prop_assert!(due.is_some_and(|due| due > now));
            settled.sort();
            settled.dedup_by(|a, b| a == b);
            let open = slots.iter().filter(|due| !settled.contains(due)).count();
            prop_assert!(open <= usize::from(fails && !slots.is_empty()));
        }
    }
}
