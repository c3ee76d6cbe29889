//! What is done with a ticket, step by step and by two at once.

use resguardo::desk::acts::Act;
use resguardo::desk::ticket::{Cause, Mode, Rating, State};
use resguardo::desk::{Refused, Verdict};
use resguardo::jobs::desk::enter::{self, File, NewTicket};
use resguardo::jobs::desk::{DeskError, act, view};

use crate::house::{House, asked, ruling};
use crate::{Place, on_both};

on_both!(
    a_ticket_goes_from_its_entry_to_its_rating,
    an_extension_for_parts_goes_through_the_heads,
    what_is_not_ones_own_does_not_exist,
    of_two_who_take_a_ticket_at_once_one_does,
    a_request_that_comes_twice_makes_one_ticket,
    numbers_have_no_gaps_whoever_fails,
    what_happened_and_was_ruled_is_never_changed,
    files_come_back_as_they_were_to_those_who_may_see_them,
);

fn refused<T: std::fmt::Debug>(result: Result<T, DeskError>) -> Refused {
    match result.unwrap_err() {
        DeskError::Refused(refused) => refused,
        other => panic!("{other:?}"),
    }
}

async fn a_ticket_goes_from_its_entry_to_its_rating(place: Place) {
    let house = House::new(place).await;
    let ticket = house.ticket("ana").await;
    assert_eq!(ticket.number, "ST-2026-000001");
    assert_eq!(ticket.first_limit.to_string(), "2026-01-08", "three business days, the day of entry excluded");
    let number = ticket.number.as_str();
    house.act("elena", number, Act::Assign { to: house.who("carlos").await.actor }).await.unwrap();
    house.at("2026-01-06T10:00:00-06:00");
    house.act("carlos", number, Act::Analyse { text: "el rodillo está gastado".to_owned() }).await.unwrap();
    let who = house.who("carlos").await;
    house
        .work(async |office| enter::comment(office, &who, number, "voy en camino", false, vec![]).await.unwrap())
        .await;
    house.work(async |office| enter::comment(office, &who, number, "otra vez ella", true, vec![]).await.unwrap()).await;
    let version = house.store.ticket_by_number(number).await.unwrap().unwrap().version;
    let at = house.now();
    let visited =
        house.work(async |office| enter::visit(office, &who, (number, version), at, "2.º nivel", "").await).await;
    assert_eq!(visited.unwrap().state, State::Attending);
    house.at("2026-01-08T23:30:00-06:00");
    let ruled = house.act("carlos", number, Act::Rule { mode: Mode::OnSite, ruling: ruling() }).await.unwrap();
    assert_eq!(ruled.verdict, Some(Verdict::Kept), "23:30 of the last day, which is the next one in UTC");
    house.act("carlos", number, Act::Finish).await.unwrap();
    let rating = Act::Rate { rating: Rating::Unsatisfied, comment: "volvió a fallar".to_owned() };
    let rated = house.act("ana", number, rating).await.unwrap();
    assert_eq!((rated.state, rated.verdict), (State::Rated, Some(Verdict::Kept)), "the two are never merged");
    assert_eq!(
        refused(house.act("ana", number, Act::Rate { rating: Rating::Satisfied, comment: String::new() }).await),
        Refused::State(State::Rated)
    );
    house.act("fidel", number, Act::Answer { text: "se cambiará".to_owned() }).await.unwrap();

    let ana = house.who("ana").await;
    let seen = house.work(async |office| view::ticket(office, &ana, number).await.unwrap()).await;
    let kinds: Vec<&str> = seen.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["entered", "assigned", "analysed", "commented", "visited", "ruled", "finished", "rated", "answered"]
    );
    assert!(seen.events.iter().all(|event| event.address == "127.0.0.1" && event.actor.is_some()));
    assert_eq!(seen.comments.len(), 1, "the internal note is not hers to read");
    assert_eq!(seen.case.rulings[0].number, "DT-2026-000001");
    let carlos = house.who("carlos").await;
    let all = house.work(async |office| view::ticket(office, &carlos, number).await.unwrap()).await;
    assert_eq!((all.comments.len(), all.events.len(), all.visits.len()), (2, 10, 1));
    let follow = NewTicket { follows: Some(number.to_owned()), ..asked("sigue sin imprimir") };
    let next = house.enter("ana", follow, Vec::new()).await.unwrap();
    let seen = house.work(async |office| view::ticket(office, &ana, &next.number).await.unwrap()).await;
    assert_eq!(seen.followed.map(|followed| followed.number), Some(number.to_owned()));
    let told = house.letters(ticket.id).await;
    let expected = [
        ("ticket_recibido", "ana"),
        ("asignada", "carlos"),
        ("comentario", "ana"),
        ("ticket_finalizado", "ana"),
        ("calificada_no_conforme", "elena"),
        ("calificada_no_conforme", "fidel"),
        ("respuesta_no_conforme", "ana"),
    ];
    assert_eq!(told, expected.map(|(template, name)| (template.to_owned(), name.to_owned())));
}

async fn an_extension_for_parts_goes_through_the_heads(place: Place) {
    let house = House::new(place).await;
    let number = house.ticket("ana").await.number;
    house.act("carlos", &number, Act::Take).await.unwrap();
    house.act("carlos", &number, Act::Analyse { text: "fuente quemada".to_owned() }).await.unwrap();
    let new_limit = "2026-01-15".parse().unwrap();
    let extend =
        Act::Extend { cause: Cause::Parts, reason: "hay que comprarla".to_owned(), new_limit, ruling: ruling() };
    let proposed = house.act("carlos", &number, extend).await.unwrap();
    assert_eq!(proposed.last_limit, proposed.first_limit, "nothing moves before it is confirmed");
    let confirm = Act::DecideExtension { confirmed: true };
    assert_eq!(refused(house.act("carlos", &number, confirm.clone()).await), Refused::NotAllowed);
    let extended = house.act("elena", &number, confirm).await.unwrap();
    assert_eq!((extended.last_limit, extended.first_limit.to_string()), (new_limit, "2026-01-08".to_owned()));
    house.at("2026-01-15T16:00:00-06:00");
    let ruled = house.act("carlos", &number, Act::Rule { mode: Mode::OnSite, ruling: ruling() }).await.unwrap();
    assert_eq!(ruled.verdict, Some(Verdict::KeptExtended));
    assert_eq!(
        refused(house.act("carlos", &number, Act::Finish).await),
        Refused::NotDelivered("DT-2026-000001".to_owned())
    );
    house.act("carlos", &number, Act::Deliver).await.unwrap();
    assert_eq!(refused(house.act("gloria", &number, Act::Acknowledge).await), Refused::NotAllowed);
    house.act("ines", &number, Act::Acknowledge).await.unwrap();
    house.act("carlos", &number, Act::Finish).await.unwrap();
    let case = house.store.case(&number).await.unwrap().unwrap();
    assert_eq!(case.extensions[0].ruling, 0, "the extension is explained by the first of two rulings");
    assert!(case.rulings[0].acknowledged.is_some() && case.extensions[0].decision.as_ref().unwrap().confirmed);
}

async fn what_is_not_ones_own_does_not_exist(place: Place) {
    let house = House::new(place).await;
    let ticket = house.ticket("ana").await;
    let seen = async |login: &str, number: &str| {
        let who = house.who(login).await;
        house.work(async |office| view::ticket(office, &who, number).await.map(drop)).await
    };
    for login in ["berta", "admin"] {
        for number in [ticket.number.as_str(), "ST-2026-999999", "' OR 1=1--", ""] {
            assert!(matches!(seen(login, number).await.unwrap_err(), DeskError::NotFound), "{login} {number}");
        }
        for wanted in [Act::Take, Act::Finish, Act::Void { reason: "x".to_owned() }] {
            let result = house.act(login, &ticket.number, wanted).await;
            assert!(matches!(result.unwrap_err(), DeskError::NotFound), "{login}");
        }
        let who = house.who(login).await;
        let said =
            house.work(async |office| enter::comment(office, &who, &ticket.number, "hola", false, vec![]).await).await;
        assert!(matches!(said.unwrap_err(), DeskError::NotFound));
        let follow = NewTicket { follows: Some(ticket.number.clone()), ..asked("x") };
        assert!(matches!(refused(house.enter(login, follow, vec![]).await), Refused::Field { field: "follows", .. }));
        let other = NewTicket { requester: Some(house.id("ana").await), ..asked("x") };
        assert_eq!(refused(house.enter(login, other, vec![]).await), Refused::NotAllowed);
    }
    for login in ["ana", "ines", "carlos", "elena", "gloria", "hugo"] {
        seen(login, &ticket.number).await.unwrap();
    }
    assert_eq!(house.store.ticket_events(ticket.id).await.unwrap().len(), 1, "nothing came of it");
}

async fn of_two_who_take_a_ticket_at_once_one_does(place: Place) {
    let house = House::new(place).await;
    for _ in 0..5 {
        let ticket = house.ticket("ana").await;
        let at = (ticket.number.as_str(), ticket.version);
        let (carlos, diego) = (house.who("carlos").await, house.who("diego").await);
        let (first, second) = house
            .work(async |office| {
                tokio::join!(act::act(office, &carlos, at, Act::Take), act::act(office, &diego, at, Act::Take))
            })
            .await;
        assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1, "{first:?} {second:?}");
        let loser = if first.is_ok() { refused(second) } else { refused(first) };
        assert!(matches!(loser, Refused::Changed | Refused::State(State::Assigned)), "{loser:?}");
        assert_eq!(house.store.ticket_events(ticket.id).await.unwrap().len(), 2);
    }
}

async fn a_request_that_comes_twice_makes_one_ticket(place: Place) {
    let house = House::new(place).await;
    let once = |subject: &str, key: &str| NewTicket { once: Some(key.to_owned()), ..asked(subject) };
    let (first, second) = tokio::join!(
        house.enter("ana", once("no imprime", "k1"), vec![]),
        house.enter("ana", once("no imprime", "k1"), vec![])
    );
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.id, &first.number), (second.id, &second.number));
    assert_eq!(house.enter("ana", once("no imprime", "k1"), vec![]).await.unwrap().id, first.id);
    assert!(matches!(house.enter("ana", once("otra cosa", "k1"), vec![]).await.unwrap_err(), DeskError::OtherRequest));
    let other = house.enter("berta", once("no imprime", "k1"), vec![]).await.unwrap();
    assert_eq!(other.number, "ST-2026-000002", "another person's key is another key, and no number was lost");
}

async fn numbers_have_no_gaps_whoever_fails(place: Place) {
    let house = House::new(place).await;
    let file = |bytes: usize| File { name: "a.pdf".to_owned(), kind: "pdf", bytes: vec![1; bytes] };
    let mut numbers = Vec::new();
    for round in 0..4 {
        let bad = NewTicket { category: 99, ..asked("x") };
        let many = vec![file(1), file(1), file(1), file(1), file(1), file(1)];
        let (a, b, c, d) = tokio::join!(
            house.enter("ana", asked("uno"), vec![file(10)]),
            house.enter("berta", bad, vec![]),
            house.enter("berta", asked("dos"), vec![]),
            house.enter("carlos", asked("tres"), many),
        );
        assert!(b.is_err() && d.is_err(), "{round}");
        numbers.extend([a.unwrap().number, c.unwrap().number]);
    }
    house.at("2027-01-04T09:00:00-06:00");
    let next_year = house.ticket("ana").await.number;
    numbers.sort();
    let expected: Vec<String> = (1..=8).map(|n| format!("ST-2026-{n:06}")).collect();
    assert_eq!((numbers, next_year.as_str()), (expected, "ST-2027-000001"));
}

async fn what_happened_and_was_ruled_is_never_changed(place: Place) {
    let house = House::new(place).await;
    let ticket = house.ticket("ana").await;
    house.attend("carlos", &ticket.number).await;
    let denied = |sql: &str| {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| house.place.sql(sql)));
        assert!(result.is_err(), "{sql} went through");
    };
    denied("UPDATE ticket_events SET kind = 'x'");
    denied("DELETE FROM ticket_events");
    denied("UPDATE rulings SET findings = 'x'");
    denied("DELETE FROM rulings");
    denied("DELETE FROM tickets");
    denied("UPDATE tickets SET words = 'x'");
    let events = house.store.ticket_events(ticket.id).await.unwrap();
    assert_eq!(events.iter().map(|event| event.n).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

async fn files_come_back_as_they_were_to_those_who_may_see_them(place: Place) {
    let house = House::new(place).await;
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let file = File { name: "dictámen técnico ñ.pdf".to_owned(), kind: "pdf", bytes: bytes.clone() };
    let ticket = house.enter("ana", asked("con archivo"), vec![file.clone()]).await.unwrap();
    let other = house.enter("berta", asked("sin archivo"), vec![]).await.unwrap();
    let about = house.store.attachments(ticket.id).await.unwrap().remove(0);
    let get = async |login: &str, number: &str| {
        let who = house.who(login).await;
        house.work(async |office| view::file(office, &who, number, &about.id).await).await
    };
    let (again, held) = get("carlos", &ticket.number).await.unwrap();
    assert_eq!((again, held), (about.clone(), bytes));
    assert!(matches!(get("berta", &ticket.number).await.unwrap_err(), DeskError::NotFound));
    assert!(matches!(get("berta", &other.number).await.unwrap_err(), DeskError::NotFound), "another ticket's file");
    let ana = house.who("ana").await;
    let more = vec![file; 5];
    let said = house.work(async |office| enter::comment(office, &ana, &ticket.number, "", false, more).await).await;
    assert!(matches!(refused(said), Refused::Field { field: "files", .. }), "five in all");
}
