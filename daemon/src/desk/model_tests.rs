//! The state machine against a model that is written from the procedure's table alone: the same steps are taken by both, and
//! they must agree on what is refused and where the ticket stands.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use proptest::prelude::*;

use super::acts::{Act, Done, act};
use super::check::Draft;
use super::people::Actor;
use super::tests::{
    CHIEF, OTHER_CHIEF, REQUESTER, STRANGER, TECHNICIAN, UNIT_HEAD, case, draft, now, person, technician,
};
use super::ticket::{Case, Cause, ExceptionKind, Mode, Rating, RulingKind, State};
use super::{Refused, Verdict};

/// What the procedure's table knows of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Model {
    state: State,
    assignee: Option<i64>,
    /// New limits: proposer, day, and what was decided.
    extensions: Vec<(i64, NaiveDate, Option<bool>)>,
    exceptions: Vec<(i64, Option<bool>)>,
    /// Of the rulings about parts: whether they were delivered, and acknowledged.
    parts: Vec<(bool, bool)>,
    verdict: Option<Verdict>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    who: i64,
    what: u8,
    days: u64,
    flag: bool,
}

fn is_business(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

fn actor(id: i64) -> Actor {
    match id {
        TECHNICIAN => technician(TECHNICIAN),
        CHIEF | OTHER_CHIEF => super::tests::chief(id),
        UNIT_HEAD => Actor { heads: vec![1], ..person(UNIT_HEAD) },
        other => person(other),
    }
}

fn wanted(step: Step, today: NaiveDate) -> Act {
    let new_limit = today.checked_add_days(Days::new(step.days)).unwrap();
    let cause = if step.flag { Cause::Parts } else { Cause::System };
    let text = || "algo".to_owned();
    match step.what {
        0 => Act::Take,
        1 => Act::Assign { to: actor(if step.flag { TECHNICIAN } else { STRANGER }) },
        2 => Act::Analyse { text: text() },
        3 => Act::Extend { cause, reason: text(), new_limit, ruling: draft() },
        4 => Act::DecideExtension { confirmed: step.flag },
        5 => Act::Except { kind: ExceptionKind::Servers, reason: text(), reference: text() },
        6 => Act::DecideException { confirmed: step.flag },
        7 => Act::Resume,
        8 => Act::Rule { mode: Mode::Remote, ruling: if step.flag { draft() } else { Draft::default() } },
        9 => Act::Deliver,
        10 => Act::Acknowledge,
        11 => Act::Finish,
        12 => Act::Rate { rating: if step.flag { Rating::Satisfied } else { Rating::Unsatisfied }, comment: text() },
        13 => Act::Answer { text: text() },
        _ => Act::Void { reason: text() },
    }
}

impl Model {
    /// Takes a step, or says that the table has no such one.
    #[expect(clippy::too_many_lines, reason = "each arm is one row of the procedure's table")]
    fn take(&mut self, step: Step, today: NaiveDate, first: NaiveDate) -> Option<()> {
        use State::{Assigned, Attending, Entered, Finished, Rated, Ruled, Void, Waiting};
        let (who, state) = (step.who, self.state);
        let is_chief = who == CHIEF || who == OTHER_CHIEF;
        let attends = is_chief || who == TECHNICIAN;
        let assigned = attends && self.assignee == Some(who);
        let waits = |decisions: Vec<Option<bool>>| decisions.contains(&None);
        let limit = self.extensions.iter().filter(|one| one.2 == Some(true)).map(|one| one.1).max();
        let limit = limit.map_or(first, |limit| limit.max(first));
        let ok = |good: bool| good.then_some(());
        match step.what {
            0 => {
                ok(attends && state == Entered)?;
                (self.state, self.assignee) = (Assigned, Some(who));
            }
            1 => {
                ok(is_chief && step.flag && [Entered, Assigned, Attending, Waiting].contains(&state))?;
                self.assignee = Some(TECHNICIAN);
                self.state = if state == Entered { Assigned } else { state };
            }
            2 => {
                ok(assigned && state == Assigned)?;
                self.state = Attending;
            }
            3 => {
                let day = today.checked_add_days(Days::new(step.days)).unwrap();
                ok(assigned && state == Attending && !waits(self.extensions.iter().map(|one| one.2).collect()))?;
                ok(day > today && day > limit && step.days <= 365 && is_business(day))?;
                self.extensions.push((who, day, None));
                if step.flag {
                    self.parts.push((false, false));
                }
            }
            4 => {
                ok(is_chief && [Attending, Waiting].contains(&state))?;
                let one = self.extensions.iter_mut().find(|one| one.2.is_none())?;
                ok(one.0 != who)?;
                one.2 = Some(step.flag);
            }
            5 => {
                ok(assigned && state == Attending && !waits(self.exceptions.iter().map(|one| one.1).collect()))?;
                self.exceptions.push((who, None));
                self.state = Waiting;
            }
            6 => {
                ok(is_chief && [Attending, Waiting, Ruled, Finished, Rated].contains(&state))?;
                let one = self.exceptions.iter_mut().find(|one| one.1.is_none())?;
                ok(one.0 != who)?;
                one.1 = Some(step.flag);
            }
            7 => {
                ok(assigned && state == Waiting)?;
                self.state = Attending;
            }
            8 => {
                ok(assigned && state == Attending && step.flag)?;
                ok(!waits(self.extensions.iter().map(|one| one.2).collect()))?;
                ok(!waits(self.exceptions.iter().map(|one| one.1).collect()))?;
                let excepted = self.exceptions.iter().any(|one| one.1 == Some(true));
                self.verdict = Some(match () {
                    () if today <= first => Verdict::Kept,
                    () if today <= limit => Verdict::KeptExtended,
                    () if excepted => Verdict::Excepted,
                    () => Verdict::Late,
                });
                self.state = Ruled;
            }
            9 => {
                ok((assigned || is_chief) && ![Entered, Assigned, Void].contains(&state))?;
                self.parts.iter_mut().find(|one| !one.0)?.0 = true;
            }
            10 => {
                ok(who == UNIT_HEAD && ![Entered, Assigned, Void].contains(&state))?;
                self.parts.iter_mut().find(|one| one.0 && !one.1)?.1 = true;
            }
            11 => {
                ok((assigned || is_chief) && state == Ruled && self.parts.iter().all(|one| one.0))?;
                self.state = Finished;
            }
            12 => {
                ok(who == REQUESTER && state == Finished)?;
                self.state = Rated;
            }
            13 => ok(is_chief && state == Rated)?,
            _ => {
                ok((is_chief || who == REQUESTER) && [Entered, Assigned].contains(&state))?;
                self.state = Void;
            }
        }
        Some(())
    }

    fn of(case: &Case) -> Self {
        let decided = |decision: &Option<super::ticket::Decision>| decision.as_ref().map(|decision| decision.confirmed);
        let parts = case.rulings.iter().filter(|ruling| ruling.kind == RulingKind::Parts);
        Self {
            state: case.ticket.state,
            assignee: case.ticket.assignee,
            extensions: case
                .extensions
                .iter()
                .map(|one| (one.proposed_by, one.new_limit, decided(&one.decision)))
                .collect(),
            exceptions: case.exceptions.iter().map(|one| (one.registered_by, decided(&one.decision))).collect(),
            parts: parts.map(|ruling| (ruling.delivered.is_some(), ruling.acknowledged.is_some())).collect(),
            verdict: case.ticket.verdict,
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<(Step, u64)>> {
    let who = prop::sample::select(vec![REQUESTER, TECHNICIAN, TECHNICIAN, CHIEF, OTHER_CHIEF, UNIT_HEAD, STRANGER]);
    let step = (who, 0_u8..15, 0_u64..400, any::<bool>());
    let step =
        step.prop_map(|(who, what, days, flag)| Step { who, what, days: if flag { days % 20 } else { days }, flag });
    // Half of the steps lead on where a random walk would rarely get.
    let leading = prop::sample::select(vec![
        (TECHNICIAN, 0),
        (TECHNICIAN, 2),
        (TECHNICIAN, 8),
        (TECHNICIAN, 11),
        (CHIEF, 4),
        (CHIEF, 6),
    ]);
    let leading = leading.prop_map(|(who, what)| Step { who, what, days: 1, flag: true });
    prop::collection::vec((prop_oneof![step, leading], prop::sample::select(vec![0_u64, 0, 0, 1, 2])), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_state_machine_is_the_procedures_table(steps in steps()) {
        let mut now = now();
        let mut case = case();
        let first = case.ticket.first_limit;
        let mut model = Model::of(&case);
        for (step, wait) in steps {
            now.day = now.day.checked_add_days(Days::new(wait)).unwrap();
            let before = model.clone();
            let taken = model.take(step, now.day, first);
            let result = act(case.clone(), &actor(step.who), wanted(step, now.day), now, &is_business);
            prop_assert_eq!(taken.is_some(), result.is_ok(), "{:?} of {:?}: {:?}", step, before, result);
            match result {
                Ok(Done { case: after, letters, .. }) => {
                    prop_assert_eq!(after.ticket.version, case.ticket.version + 1);
                    prop_assert!(after.ticket.last_limit >= case.ticket.last_limit, "the clock is never put back");
                    prop_assert!(case.ticket.verdict.is_none() || after.ticket.verdict == case.ticket.verdict, "frozen");
                    prop_assert!(letters.iter().all(|(_, told)| *told != super::acts::Told::Person(step.who)));
                    case = after;
                }
                Err(refused) => {
                    prop_assert!(!refused.to_string().is_empty());
                    prop_assert_ne!(refused, Refused::Changed);
                    model = before;
                }
            }
            prop_assert_eq!(&model, &Model::of(&case));
        }
    }
}
