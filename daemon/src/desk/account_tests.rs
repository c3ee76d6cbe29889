//! Requests for mail accounts: who may take which step, and that their order holds whatever is tried.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::Refused;
use super::account::{AccountKind, AccountRequest, CATEGORY, Outcome, Step, StepKind, act, may_start, may_step, start};
use super::acts::{Now, Told};
use super::people::{Actor, Role};
use super::tests::{CHIEF, REQUESTER, STRANGER, TECHNICIAN, case, chief, day, now, person, technician};
use super::ticket::{State, Ticket};

const DIRECTOR: i64 = 7;

fn director() -> Actor {
    Actor { roles: vec![Role::Direction], ..person(DIRECTOR) }
}

/// A ticket about mail that the technician has.
fn ticket() -> Ticket {
    Ticket { category: CATEGORY, state: State::Attending, assignee: Some(TECHNICIAN), ..case().ticket }
}

fn begun(kind: AccountKind) -> AccountRequest {
    start(&ticket(), &technician(TECHNICIAN), kind, "Ana Pérez", now()).unwrap().request
}

fn step(kind: StepKind, on: NaiveDate) -> Step {
    match kind {
        StepKind::Give => Step::Give { on },
        StepKind::Authorize => Step::Authorize { on, by: "Directora".to_owned() },
        StepKind::Receive => Step::Receive { on, superior: "Inés Pérez".to_owned(), scan: [1; 16] },
        StepKind::Upload => Step::Upload { on, number: "MINECO-9".to_owned() },
        StepKind::Answer => Step::Answer { on, outcome: Outcome::Granted },
        StepKind::Tell => Step::Tell,
    }
}

/// The request with the steps before this one taken by whoever may.
fn before(kind: AccountKind, wanted: StepKind) -> AccountRequest {
    let steps = kind.steps().iter().take_while(|&&one| one != wanted);
    steps.fold(begun(kind), |request, &one| {
        let who = if one == StepKind::Upload { chief(CHIEF) } else { technician(TECHNICIAN) };
        act(request, &ticket(), &who, step(one, now().day), now()).unwrap().request
    })
}

/// The procedure's 4.4, step by step: technician, another technician, head, direction, requester.
#[test]
fn each_step_is_taken_by_those_whom_the_procedure_names() {
    use AccountKind::{Creation, Reset};
    use StepKind::{Answer, Authorize, Give, Receive, Tell, Upload};
    let table = [
        (Creation, Give, [true, false, true, false, false]),
        (Creation, Authorize, [true, false, true, true, false]),
        (Creation, Receive, [true, false, true, false, false]),
        (Creation, Upload, [true, false, true, false, false]),
        (Creation, Answer, [true, false, true, false, false]),
        (Creation, Tell, [true, false, true, false, false]),
        (Reset, Give, [true, false, true, false, false]),
        (Reset, Receive, [true, false, true, false, false]),
        (Reset, Upload, [false, false, true, false, false]),
        (Reset, Answer, [true, false, true, false, false]),
        (Reset, Tell, [true, false, true, false, false]),
    ];
    let people = [technician(TECHNICIAN), technician(STRANGER), chief(CHIEF), director(), person(REQUESTER)];
    for (kind, wanted, allowed) in table {
        for (who, allowed) in people.iter().zip(allowed) {
            let done = act(before(kind, wanted), &ticket(), who, step(wanted, now().day), now());
            let expected = if allowed { None } else { Some(Refused::NotAllowed) };
            assert_eq!(done.err(), expected, "{kind:?} {wanted:?} by {}", who.id);
            assert_eq!(may_step(kind, wanted, &ticket(), who), allowed, "the button of {wanted:?} is as the rule");
        }
    }
    let own = Ticket { requester: DIRECTOR, ..ticket() };
    assert!(!may_step(Creation, Authorize, &own, &director()), "nobody authorises their own");
}

#[test]
fn a_request_begins_with_a_ticket_about_mail_that_is_still_open() {
    let begin = |ticket: &Ticket, who: &Actor, person: &str| start(ticket, who, AccountKind::Creation, person, now());
    let refused = |ticket: &Ticket, who: &Actor| begin(ticket, who, "Ana").unwrap_err();
    let who = technician(TECHNICIAN);
    assert!(
        may_start(&ticket(), &who) && begin(&ticket(), &who, " Ana  Pérez ").unwrap().request.person == "Ana Pérez"
    );
    assert_eq!(refused(&ticket(), &person(REQUESTER)), Refused::NotAllowed);
    assert_eq!(refused(&ticket(), &technician(STRANGER)), Refused::NotAllowed);
    assert!(matches!(refused(&Ticket { category: 1, ..ticket() }, &who), Refused::Account(_)));
    for state in [State::Ruled, State::Finished, State::Rated, State::Void] {
        assert_eq!(refused(&Ticket { state, ..ticket() }, &who), Refused::State(state));
    }
    assert!(matches!(begin(&ticket(), &who, " \u{200b} ").unwrap_err(), Refused::Field { field: "person", .. }));
}

#[test]
fn a_deletion_is_only_written_down() {
    for wanted in StepKind::ALL {
        let done = act(begun(AccountKind::Deletion), &ticket(), &chief(CHIEF), step(*wanted, now().day), now());
        assert!(matches!(done.unwrap_err(), Refused::Account(_)), "{wanted:?}");
    }
    assert_eq!(begun(AccountKind::Deletion).next_step(), None);
    let letters = |kind| start(&ticket(), &chief(CHIEF), kind, "Lucía", now()).unwrap().letters;
    assert_eq!(
        letters(AccountKind::Deletion),
        [("cuenta_de_baja", Told::Administrators)],
        "their account here is closed, too"
    );
    assert_eq!(letters(AccountKind::Creation), []);
}

#[test]
fn what_a_step_needs_is_asked_for_and_who_must_know_is_told() {
    let who = technician(TECHNICIAN);
    let reset = |step| act(before(AccountKind::Reset, StepKind::Receive), &ticket(), &who, step, now());
    let nobody = Step::Receive { on: now().day, superior: " ".to_owned(), scan: [1; 16] };
    assert!(matches!(reset(nobody).unwrap_err(), Refused::Field { field: "superior", .. }));
    let given = |kind| act(begun(kind), &ticket(), &who, step(StepKind::Give, now().day), now()).unwrap().letters;
    assert_eq!(given(AccountKind::Creation), [("cuenta_por_autorizar", Told::Direction)]);
    assert_eq!(given(AccountKind::Reset), [], "the direction has no part in it");
    let received = reset(step(StepKind::Receive, now().day)).unwrap();
    assert_eq!(received.letters, [("cuenta_por_cargar", Told::Chiefs)]);
    let upload = Step::Upload { on: now().day, number: String::new() };
    let refused = act(received.request, &ticket(), &chief(CHIEF), upload, now()).unwrap_err();
    assert!(matches!(refused, Refused::Field { field: "number", .. }));
    let told = act(before(AccountKind::Creation, StepKind::Tell), &ticket(), &who, Step::Tell, now()).unwrap();
    assert_eq!(told.letters, [("cuenta_informada", Told::Person(REQUESTER))]);
    assert_eq!(told.detail["outcome"], "granted");
}

#[test]
fn a_day_to_come_or_before_the_last_step_is_refused_and_the_direction_authorises_today() {
    let request = || before(AccountKind::Creation, StepKind::Authorize);
    let later = Now { day: day("2026-01-09"), ..now() };
    let authorize = |who: &Actor, on: &str| act(request(), &ticket(), who, step(StepKind::Authorize, day(on)), later);
    for (on, said) in [("2026-01-10", "hoy a más tardar"), ("2026-01-04", "lo anterior fue el 05-01-2026")] {
        let refused = authorize(&technician(TECHNICIAN), on).unwrap_err().to_string();
        assert!(refused.contains(said), "{on}: {refused}");
    }
    let on_paper = authorize(&technician(TECHNICIAN), "2026-01-07").unwrap();
    assert_eq!((&on_paper.detail["on_paper"], &on_paper.detail["by"]), (&true.into(), &"Directora".into()));
    assert!(authorize(&director(), "2026-01-07").is_err());
    assert_eq!(authorize(&director(), "2026-01-09").unwrap().detail["on_paper"], false);
    let void = Ticket { state: State::Void, ..ticket() };
    let refused = act(request(), &void, &technician(TECHNICIAN), step(StepKind::Authorize, later.day), later);
    assert_eq!(refused.unwrap_err(), Refused::State(State::Void));
}

fn tries() -> impl Strategy<Value = (AccountKind, Vec<(i64, StepKind, u64, u64)>)> {
    let who = prop::sample::select(vec![TECHNICIAN, TECHNICIAN, CHIEF, CHIEF, DIRECTOR, REQUESTER, STRANGER]);
    let step = prop::sample::select(StepKind::ALL.to_vec());
    let one = (who, step, 0_u64..3, 0_u64..6);
    (prop::sample::select(AccountKind::ALL.to_vec()), prop::collection::vec(one, 1..80))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn steps_are_taken_once_in_their_order_and_no_day_runs_back((kind, tries) in tries()) {
        let mut now = now();
        let mut request = begun(kind);
        let mut taken = Vec::new();
        for (who, wanted, wait, back) in tries {
            now.day = now.day.checked_add_days(Days::new(wait)).unwrap();
            let on = now.day.checked_sub_days(Days::new(back)).unwrap();
            let actor = match who {
                TECHNICIAN => technician(who),
                CHIEF => chief(who),
                DIRECTOR => director(),
                other => person(other),
            };
            match act(request.clone(), &ticket(), &actor, step(wanted, on), now) {
                Ok(done) => {
                    prop_assert_eq!(request.next_step(), Some(wanted));
                    prop_assert!(may_step(kind, wanted, &ticket(), &actor));
                    prop_assert_eq!(done.request.version, request.version + 1);
                    taken.push(wanted);
                    request = done.request;
                }
                Err(refused) => prop_assert!(!refused.to_string().is_empty()),
            }
            let first: Vec<StepKind> = kind.steps().iter().copied().take(taken.len()).collect();
            prop_assert_eq!(&taken, &first);
            let days: Vec<NaiveDate> = taken.iter().filter_map(|&one| request.day_of(one)).collect();
            prop_assert_eq!(days.len(), taken.len());
            prop_assert!(days.is_sorted() && days.iter().all(|day| *day >= ticket().entered_day && *day <= now.day));
        }
    }
}
