//! Requests for mail accounts: from the form to the answer, on whose part each step is, and what waits for the ministry.

use chrono::NaiveDate;
use resguardo::desk::Refused;
use resguardo::desk::account::{AccountKind, AccountRequest, CATEGORY, Outcome, Step};
use resguardo::desk::acts::Act;
use resguardo::jobs::desk::enter::{File, NewTicket};
use resguardo::jobs::desk::{DeskError, accounts, view};

use crate::house::{House, asked};
use crate::{Place, on_both};

on_both!(
    a_creation_goes_from_the_form_to_the_answer_and_is_told,
    a_reset_is_sent_by_the_head_alone,
    a_ticket_has_one_request_and_a_step_is_taken_by_one,
    what_waits_for_the_ministry_is_listed_the_oldest_first,
    a_request_is_for_those_who_see_its_ticket,
);

fn refused<T: std::fmt::Debug>(result: Result<T, DeskError>) -> Refused {
    match result.unwrap_err() {
        DeskError::Refused(refused) => refused,
        other => panic!("{other:?}"),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A ticket about mail that Carlos has, with the scan of a form.
async fn ticket(house: &House) -> String {
    let file = |kind, name: &str| File { name: name.to_owned(), kind, bytes: vec![1, 2, 3] };
    let about_mail = NewTicket { category: CATEGORY, ..asked("correo para la nueva") };
    let files = vec![file("pdf", "SUA.pdf"), file("jpeg", "foto.jpg")];
    let number = house.enter("ana", about_mail, files).await.unwrap().number;
    house.act("carlos", &number, Act::Take).await.unwrap();
    house.act("carlos", &number, Act::Analyse { text: "falta el SUA".to_owned() }).await.unwrap();
    number
}

async fn start(house: &House, login: &str, number: &str, kind: AccountKind) -> Result<AccountRequest, DeskError> {
    let who = house.who(login).await;
    house.work(async |office| accounts::start(office, &who, number, kind, "Lucía Gómez").await).await
}

/// Takes a step of a request as it is now.
async fn step(house: &House, login: &str, number: &str, step: Step) -> Result<AccountRequest, DeskError> {
    let who = house.who(login).await;
    let ticket = house.store.ticket_by_number(number).await.unwrap().unwrap();
    let version = house.store.account_request(ticket.id).await.unwrap().map_or(0, |request| request.version);
    house.work(async |office| accounts::act(office, &who, (number, version), step).await).await
}

/// The id of the first file of this kind.
async fn file(house: &House, number: &str, kind: &str) -> [u8; 16] {
    let ticket = house.store.ticket_by_number(number).await.unwrap().unwrap();
    house.store.attachments(ticket.id).await.unwrap().into_iter().find(|file| file.kind == kind).unwrap().id
}

async fn a_creation_goes_from_the_form_to_the_answer_and_is_told(place: Place) {
    let house = House::new(place).await;
    let number = ticket(&house).await;
    let (scan, photo) = (file(&house, &number, "pdf").await, file(&house, &number, "jpeg").await);
    let begun = start(&house, "carlos", &number, AccountKind::Creation).await.unwrap();
    assert_eq!((begun.person.as_str(), begun.next_step().map(|step| step.word())), ("Lucía Gómez", Some("give")));
    let on = day("2026-01-05");
    let early = step(&house, "carlos", &number, Step::Upload { on, number: "MINECO-9".to_owned() }).await;
    assert!(refused(early).to_string().contains("formulario entregado"), "the first step comes first");
    step(&house, "carlos", &number, Step::Give { on }).await.unwrap();
    house.at("2026-01-06T10:00:00-06:00");
    let on = day("2026-01-06");
    let authorize = || Step::Authorize { on, by: "gloria Pérez".to_owned() };
    assert_eq!(refused(step(&house, "hugo", &number, authorize()).await), Refused::NotAllowed);
    step(&house, "gloria", &number, authorize()).await.unwrap();
    let receive = |scan| Step::Receive { on, superior: String::new(), scan };
    for wrong in [photo, [7; 16]] {
        let result = step(&house, "carlos", &number, receive(wrong)).await;
        assert!(
            matches!(refused(result), Refused::Field { field: "scan", .. }),
            "a PDF of this ticket and nothing else"
        );
    }
    step(&house, "carlos", &number, receive(scan)).await.unwrap();
    step(&house, "carlos", &number, Step::Upload { on, number: "MINECO-9".to_owned() }).await.unwrap();
    house.at("2026-01-09T10:00:00-06:00");
    let answer = Step::Answer { on: day("2026-01-08"), outcome: Outcome::Granted };
    step(&house, "carlos", &number, answer).await.unwrap();
    let told = step(&house, "carlos", &number, Step::Tell).await.unwrap();

    let id = house.store.ticket_by_number(&number).await.unwrap().unwrap().id;
    let expected = AccountRequest {
        form_given: Some(day("2026-01-05")),
        authorized: Some(on),
        authorized_by: Some("gloria Pérez".to_owned()),
        received: Some(on),
        scan: Some(scan),
        uploaded: Some(on),
        uploaded_by: Some(house.id("carlos").await),
        external_number: Some("MINECO-9".to_owned()),
        answered: Some(day("2026-01-08")),
        outcome: Some(Outcome::Granted),
        told: Some(day("2026-01-09")),
        version: 7,
        ..begun
    };
    assert_eq!((told, house.store.account_request(id).await.unwrap()), (expected.clone(), Some(expected)));
    let events: Vec<String> =
        house.store.ticket_events(id).await.unwrap().into_iter().map(|event| event.kind).collect();
    let steps = ["started", "given", "authorized", "received", "uploaded", "answered", "told"];
    assert_eq!(events.get(3..).unwrap(), steps.map(|step| format!("account_{step}")));
    let letters = house.letters(id).await;
    assert_eq!(
        letters,
        [("ticket_recibido", "ana"), ("cuenta_por_autorizar", "gloria"), ("cuenta_informada", "ana")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

async fn a_reset_is_sent_by_the_head_alone(place: Place) {
    let house = House::new(place).await;
    let number = ticket(&house).await;
    let scan = file(&house, &number, "pdf").await;
    start(&house, "carlos", &number, AccountKind::Reset).await.unwrap();
    let on = day("2026-01-05");
    step(&house, "carlos", &number, Step::Give { on }).await.unwrap();
    let authorize = step(&house, "gloria", &number, Step::Authorize { on, by: "x".to_owned() }).await;
    assert!(matches!(refused(authorize), Refused::Account(_)), "the direction has no part in it");
    let receive = |superior: &str| Step::Receive { on, superior: superior.to_owned(), scan };
    let unsigned = step(&house, "carlos", &number, receive(" ")).await;
    assert!(matches!(refused(unsigned), Refused::Field { field: "superior", .. }));
    step(&house, "carlos", &number, receive("Inés Pérez")).await.unwrap();
    let upload = || Step::Upload { on, number: "MINECO-10".to_owned() };
    assert_eq!(refused(step(&house, "carlos", &number, upload()).await), Refused::NotAllowed);
    let sent = step(&house, "elena", &number, upload()).await.unwrap();
    assert_eq!((sent.superior.as_deref(), sent.uploaded_by), (Some("Inés Pérez"), Some(house.id("elena").await)));
    let id = house.store.ticket_by_number(&number).await.unwrap().unwrap().id;
    let told = house.letters(id).await;
    let chiefs: Vec<&str> =
        told.iter().filter(|(template, _)| template == "cuenta_por_cargar").map(|(_, name)| name.as_str()).collect();
    assert_eq!(chiefs, ["elena", "fidel"], "they hear that it is for them to send");
}

async fn a_ticket_has_one_request_and_a_step_is_taken_by_one(place: Place) {
    let house = House::new(place).await;
    let number = ticket(&house).await;
    let (carlos, elena) = (house.who("carlos").await, house.who("elena").await);
    let kind = AccountKind::Creation;
    let both = house
        .work(async |office| {
            tokio::join!(
                accounts::start(office, &carlos, &number, kind, "una"),
                accounts::start(office, &elena, &number, kind, "otra")
            )
        })
        .await;
    assert_eq!(u8::from(both.0.is_ok()) + u8::from(both.1.is_ok()), 1, "{both:?}");
    let on = day("2026-01-05");
    let give = || Step::Give { on };
    let at = (number.as_str(), 1);
    let both = house
        .work(async |office| {
            tokio::join!(accounts::act(office, &carlos, at, give()), accounts::act(office, &elena, at, give()))
        })
        .await;
    assert_eq!(u8::from(both.0.is_ok()) + u8::from(both.1.is_ok()), 1, "{both:?}");
    let stale = house
        .work(async |office| accounts::act(office, &carlos, at, Step::Authorize { on, by: "x".to_owned() }).await)
        .await;
    assert_eq!(refused(stale), Refused::Changed);
    let id = house.store.ticket_by_number(&number).await.unwrap().unwrap().id;
    assert_eq!(house.store.ticket_events(id).await.unwrap().len(), 5, "what was refused left no event");
}

async fn what_waits_for_the_ministry_is_listed_the_oldest_first(place: Place) {
    let house = House::new(place).await;
    let mut numbers = Vec::new();
    for (clock, external) in [
        ("2026-01-05T09:00:00-06:00", "MINECO-1"),
        ("2026-01-07T09:00:00-06:00", "MINECO-2"),
        ("2026-01-08T09:00:00-06:00", "MINECO-3"),
    ] {
        house.at(clock);
        let number = ticket(&house).await;
        let (on, scan) = (house.now().date_naive(), file(&house, &number, "pdf").await);
        start(&house, "carlos", &number, AccountKind::Creation).await.unwrap();
        step(&house, "carlos", &number, Step::Give { on }).await.unwrap();
        step(&house, "carlos", &number, Step::Authorize { on, by: "Directora".to_owned() }).await.unwrap();
        step(&house, "carlos", &number, Step::Receive { on, superior: String::new(), scan }).await.unwrap();
        step(&house, "carlos", &number, Step::Upload { on, number: external.to_owned() }).await.unwrap();
        numbers.push(number);
    }
    house.at("2026-01-12T09:00:00-06:00");
    let answer = Step::Answer { on: day("2026-01-12"), outcome: Outcome::Denied };
    step(&house, "carlos", &numbers[1], answer).await.unwrap();
    for (login, sees) in [("diego", true), ("elena", true), ("ana", false), ("ines", false), ("admin", false)] {
        let who = house.who(login).await;
        let result = house.work(async |office| accounts::waiting(office, &who, None, 50).await).await;
        let Ok(page) = result else {
            assert!(!sees, "{login}");
            continue;
        };
        let seen: Vec<_> = page
            .waiting
            .iter()
            .map(|one| (one.waiting.request.external_number.as_deref().unwrap(), one.days))
            .collect();
        assert!(sees, "{login}");
        assert_eq!(seen, [("MINECO-1", 5), ("MINECO-3", 2)], "business days, the weekend left out");
        assert_eq!((page.total, page.next), (2, None));
        let first = house.work(async |office| accounts::waiting(office, &who, None, 1).await.unwrap()).await;
        assert_eq!((first.waiting.len(), first.total), (1, 2));
        let rest = house.work(async |office| accounts::waiting(office, &who, first.next, 1).await.unwrap()).await;
        assert_eq!((&rest.waiting[..], rest.next), (&page.waiting[1..], None), "page by page, and none twice");
    }
}

async fn a_request_is_for_those_who_see_its_ticket(place: Place) {
    let house = House::new(place).await;
    let number = ticket(&house).await;
    let other = house.ticket("ana").await.number;
    house.act("carlos", &other, Act::Take).await.unwrap();
    assert!(matches!(refused(start(&house, "carlos", &other, AccountKind::Creation).await), Refused::Account(_)));
    for login in ["berta", "admin"] {
        assert!(matches!(start(&house, login, &number, AccountKind::Creation).await.unwrap_err(), DeskError::NotFound));
        let who = house.who(login).await;
        let seen = house.work(async |office| accounts::request(office, &who, &number).await).await;
        assert!(matches!(seen.unwrap_err(), DeskError::NotFound), "{login}");
    }
    for login in ["ana", "diego", "gloria", "hugo"] {
        assert_eq!(refused(start(&house, login, &number, AccountKind::Creation).await), Refused::NotAllowed, "{login}");
    }
    let deletion = start(&house, "elena", &number, AccountKind::Deletion).await.unwrap();
    assert_eq!(deletion.next_step(), None, "the ministry does it");
    let told = house.letters(house.store.ticket_by_number(&number).await.unwrap().unwrap().id).await;
    assert_eq!(told.last().unwrap(), &("cuenta_de_baja".to_owned(), "admin".to_owned()), "the account here is theirs");
    let ana = house.who("ana").await;
    let seen = house.work(async |office| view::ticket(office, &ana, &number).await.unwrap()).await;
    assert_eq!(seen.events.last().unwrap().kind, "account_started");
}
