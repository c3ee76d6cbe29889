//! The people and the ticket of the tests, and what the model does not say.

use chrono::{DateTime, NaiveDate};

use super::access::{Action, OnTicket, may, may_on};
use super::acts::{Act, Now, Told, act};
use super::check::Draft;
use super::people::{Actor, Role};
use super::ticket::{Case, Cause, ExceptionKind, Mode, Rating, State, Ticket};
use super::{Refused, Verdict, verdict};

pub(super) const REQUESTER: i64 = 1;
pub(super) const TECHNICIAN: i64 = 2;
pub(super) const CHIEF: i64 = 3;
pub(super) const OTHER_CHIEF: i64 = 4;
pub(super) const UNIT_HEAD: i64 = 5;
pub(super) const STRANGER: i64 = 6;

pub(super) fn person(id: i64) -> Actor {
    Actor { id, unit: Some(1), heads: Vec::new(), roles: Vec::new() }
}

pub(super) fn technician(id: i64) -> Actor {
    Actor { roles: vec![Role::Technician], ..person(id) }
}

pub(super) fn chief(id: i64) -> Actor {
    Actor { roles: vec![Role::Chief], ..person(id) }
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Monday, 5 January 2026.
pub(super) fn now() -> Now {
    Now { at: DateTime::from_timestamp(1_767_628_800, 0).unwrap(), day: day("2026-01-05") }
}

pub(super) fn draft() -> Draft {
    let text = || "algo".to_owned();
    Draft { findings: text(), actions: text(), recommendation: String::new(), parts: text() }
}

/// A ticket that was just made.
pub(super) fn case() -> Case {
    let ticket = Ticket {
        id: 1,
        number: "ST-2026-000001".to_owned(),
        unit: Some(1),
        category: 1,
        ..Ticket::new(REQUESTER, (now().at, now().day), day("2026-01-08"), 1)
    };
    Case { ticket, rulings: Vec::new(), extensions: Vec::new(), exceptions: Vec::new(), unit_head: Some(UNIT_HEAD) }
}

fn any_day(_: NaiveDate) -> bool {
    true
}

/// Does it today.
fn done(case: Case, who: &Actor, wanted: Act) -> Case {
    act(case, who, wanted, now(), &any_day).unwrap().case
}

fn attending() -> Case {
    let case = done(case(), &technician(TECHNICIAN), Act::Take);
    done(case, &technician(TECHNICIAN), Act::Analyse { text: "el rodillo".to_owned() })
}

#[test]
fn the_verdict_is_that_of_the_procedures_table() {
    let (first, last) = (day("2026-01-08"), day("2026-01-15"));
    for (attended, excepted, expected) in [
        ("2026-01-05", false, Verdict::Kept),
        ("2026-01-08", true, Verdict::Kept),
        ("2026-01-09", false, Verdict::KeptExtended),
        ("2026-01-15", true, Verdict::KeptExtended),
        ("2026-01-16", true, Verdict::Excepted),
        ("2026-01-16", false, Verdict::Late),
    ] {
        assert_eq!(verdict(first, last, day(attended), excepted), expected, "{attended} {excepted}");
    }
}

#[test]
fn nothing_is_closed_without_a_ruling_and_no_ruling_is_empty() {
    let close = |case| act(case, &technician(TECHNICIAN), Act::Finish, now(), &any_day);
    assert_eq!(close(attending()).unwrap_err(), Refused::State(State::Attending));
    for findings in ["", "  \n\u{200b} "] {
        let ruling = Draft { findings: findings.to_owned(), ..draft() };
        let refused =
            act(attending(), &technician(TECHNICIAN), Act::Rule { mode: Mode::Remote, ruling }, now(), &any_day);
        assert!(matches!(refused.unwrap_err(), Refused::Field { field: "findings", .. }));
    }
}

#[test]
fn an_extension_needs_its_cause_ruling_and_a_business_day_to_come() {
    let weekend = |day: NaiveDate| day != NaiveDate::from_ymd_opt(2026, 1, 10).unwrap();
    let extend = |new_limit, reason: &str, ruling| Act::Extend {
        cause: Cause::Parts,
        reason: reason.to_owned(),
        new_limit: day(new_limit),
        ruling,
    };
    for (new_limit, reason, ruling, said) in [
        ("2026-01-05", "x", draft(), "después de hoy"),
        ("2026-01-08", "x", draft(), "uno posterior"),
        ("2026-01-10", "x", draft(), "no es día hábil"),
        ("2027-01-06", "x", draft(), "más de un año"),
        ("2026-01-12", " ", draft(), "reason: "),
        ("2026-01-12", "x", Draft { parts: String::new(), ..draft() }, "parts: "),
    ] {
        let refused = act(attending(), &technician(TECHNICIAN), extend(new_limit, reason, ruling), now(), &weekend);
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(said), "{new_limit}: {refused}");
    }
}

#[test]
fn what_is_registered_after_the_limit_is_marked_as_late() {
    let late = Now { day: day("2026-01-09"), ..now() };
    let except =
        Act::Except { kind: ExceptionKind::Contract, reason: "compra".to_owned(), reference: "OC-12".to_owned() };
    let case = act(attending(), &technician(TECHNICIAN), except, late, &any_day).unwrap().case;
    assert!(case.exceptions[0].late && case.ticket.state == State::Waiting);
    let kept = done(
        attending(),
        &technician(TECHNICIAN),
        Act::Except { kind: ExceptionKind::Servers, reason: "x".to_owned(), reference: "MINECO-9".to_owned() },
    );
    assert!(!kept.exceptions[0].late);
}

#[test]
fn a_bad_rating_needs_words_and_is_told_to_the_head() {
    let case = done(attending(), &technician(TECHNICIAN), Act::Rule { mode: Mode::OnSite, ruling: draft() });
    let case = done(case, &technician(TECHNICIAN), Act::Finish);
    let rate = |comment: &str| Act::Rate { rating: Rating::Unsatisfied, comment: comment.to_owned() };
    let refused = act(case.clone(), &person(REQUESTER), rate(" "), now(), &any_day).unwrap_err();
    assert!(matches!(refused, Refused::Field { field: "comment", .. }));
    let rated = act(case, &person(REQUESTER), rate("volvió a fallar"), now(), &any_day).unwrap();
    assert_eq!(rated.letters, [("calificada_no_conforme", Told::Chiefs)]);
    assert_eq!(rated.case.ticket.verdict, Some(Verdict::Kept), "the two conformidades are never merged");
}

#[test]
fn nobody_attends_decides_or_rates_their_own() {
    let own = Case { ticket: Ticket { requester: TECHNICIAN, ..case().ticket }, ..case() };
    assert_eq!(act(own.clone(), &technician(TECHNICIAN), Act::Take, now(), &any_day).unwrap_err(), Refused::NotAllowed);
    let to_self = Act::Assign { to: technician(TECHNICIAN) };
    assert!(matches!(
        act(own, &chief(CHIEF), to_self, now(), &any_day).unwrap_err(),
        Refused::Field { field: "to", .. }
    ));
    let case = done(case(), &chief(CHIEF), Act::Take);
    let case = done(case, &chief(CHIEF), Act::Analyse { text: "x".to_owned() });
    let extend =
        Act::Extend { cause: Cause::System, reason: "x".to_owned(), new_limit: day("2026-01-12"), ruling: draft() };
    let case = done(case, &chief(CHIEF), extend);
    let decide = Act::DecideExtension { confirmed: true };
    assert_eq!(act(case.clone(), &chief(CHIEF), decide.clone(), now(), &any_day).unwrap_err(), Refused::SamePerson);
    assert_eq!(done(case, &chief(OTHER_CHIEF), decide).ticket.last_limit, day("2026-01-12"));
}

/// The table of 6.3: who may do what where no ticket is meant.
#[test]
fn each_role_may_what_the_procedures_table_says() {
    use Action::{
        ChangePeople, ChangeTokens, CreateForAnother, CreateTicket, MarkReview, PublishCalendar, SeeAudit, SeeBoard,
        SeeCalendar, SeePeople, SeeQueue,
    };
    let all = [
        CreateTicket,
        CreateForAnother,
        SeeQueue,
        MarkReview,
        SeeBoard,
        SeeCalendar,
        PublishCalendar,
        SeePeople,
        ChangePeople,
        SeeAudit,
        ChangeTokens,
    ];
    let table: [(Option<Role>, &[Action]); 7] = [
        (None, &[CreateTicket, SeeCalendar]),
        (Some(Role::Technician), &[CreateTicket, CreateForAnother, SeeQueue, MarkReview, SeeCalendar, SeePeople]),
        (
            Some(Role::Chief),
            &[
                CreateTicket,
                CreateForAnother,
                SeeQueue,
                MarkReview,
                SeeBoard,
                SeeCalendar,
                PublishCalendar,
                SeePeople,
                SeeAudit,
            ],
        ),
        (Some(Role::Direction), &[CreateTicket, SeeQueue, SeeBoard, SeeCalendar, SeeAudit]),
        (Some(Role::UnitHead), &[CreateTicket, SeeCalendar]),
        (Some(Role::Quality), &[CreateTicket, SeeQueue, SeeBoard, SeeCalendar, SeeAudit]),
        (Some(Role::Administrator), &[CreateTicket, SeeCalendar, SeePeople, ChangePeople, SeeAudit, ChangeTokens]),
    ];
    for (role, allowed) in table {
        let who = Actor { roles: role.into_iter().collect(), ..person(STRANGER) };
        for action in all {
            assert_eq!(may(&who, action), allowed.contains(&action), "{role:?} {action:?}");
        }
    }
}

#[test]
fn a_ticket_is_seen_by_its_requester_its_unit_and_those_whose_work_it_is() {
    let ticket = case().ticket;
    let sees = |who: &Actor| may_on(who, OnTicket::See, &ticket);
    let role = |role| Actor { roles: vec![role], ..person(STRANGER) };
    assert!(!sees(&person(STRANGER)) && !sees(&role(Role::Administrator)) && !sees(&role(Role::UnitHead)));
    assert!(
        sees(&person(REQUESTER)) && sees(&technician(9)) && sees(&role(Role::Direction)) && sees(&role(Role::Quality))
    );
    assert!(
        sees(&Actor { heads: vec![1], ..person(STRANGER) }) && !sees(&Actor { heads: vec![2], ..person(STRANGER) })
    );
    assert!(!may_on(&person(REQUESTER), OnTicket::SeeInternal, &ticket));
    assert!(!may_on(&role(Role::Quality), OnTicket::Comment, &ticket), "quality management writes nothing");
}

#[test]
fn who_keeps_accounts_writes_no_business_data() {
    for other in [Role::Technician, Role::Chief, Role::Direction, Role::Quality] {
        assert!(!Role::Administrator.agrees_with(other) && !other.agrees_with(Role::Administrator));
        assert!(Role::UnitHead.agrees_with(other) && other.agrees_with(Role::Technician));
    }
}
