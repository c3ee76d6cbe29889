//! What is stored of directives, who has read them and addresses of calendars; and what is asked of everything to know what is due.

use chrono::NaiveDate;
use resguardo::desk::directive::Directive;
use resguardo::figures::month::Month;
use resguardo::register::sample;
use resguardo::store::change::Change;
use resguardo::store::db::Store;
use resguardo::store::desk_rows::NewLetter;
use resguardo::store::directives::Acknowledged;
use resguardo::store::feeds::Feed;
use resguardo::store::people_change::PeopleChange;
use resguardo::store::people_rows::{AuditDraft, User};
use resguardo::upkeep::semester::Week;
use serde_json::json;

use crate::place::Place;
use crate::{moment, on_both};

on_both!(
    directives_stay_as_they_were_issued_and_entries_cite_the_one_of_their_day,
    an_address_of_a_calendar_is_one_a_person_and_known_by_its_digest_alone,
    what_is_due_is_asked_of_an_empty_database,
    letters_about_no_ticket_come_back_with_what_they_tell,
);

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn line(action: &'static str) -> AuditDraft {
    let text = String::new;
    AuditDraft {
        at: moment("2026-11-23T09:00:00-06:00"),
        actor: "x".to_owned(),
        address: text(),
        action,
        object: text(),
        detail: text(),
    }
}

/// A database with two people.
async fn with_people(place: &Place) -> Store {
    let store = place.open().await;
    let user = |login: &str| User {
        id: 0,
        login: login.to_owned(),
        name: format!("Persona {login}"),
        post: String::new(),
        email: Some(format!("{login}@diaco.example")),
        unit: None,
        superior: None,
        directory: false,
        active: true,
        must_change: false,
        last_login: None,
        version: 1,
        created: moment("2026-01-05T09:00:00-06:00"),
        created_by: "x".to_owned(),
    };
    let users = vec![user("ana"), user("elena")];
    store.apply_people(&PeopleChange { users, ..PeopleChange::default() }).await.unwrap();
    store
}

fn directive(number: i64, from: &str) -> Directive {
    let issued = moment("2026-11-23T09:00:00.000007-06:00");
    Directive { number, text: "conectar \n'ñ' \u{1f600}".to_owned(), valid_from: day(from), issued, issued_by: 2 }
}

fn letter(key: &str) -> NewLetter {
    NewLetter {
        key: key.to_owned(),
        user: 1,
        template: "directriz_emitida".to_owned(),
        data: json!({ "what": "directriz «1»", "limit": "2026-11-26" }),
    }
}

async fn directives_stay_as_they_were_issued_and_entries_cite_the_one_of_their_day(place: Place) {
    let store = with_people(&place).await;
    let [first, second] = [directive(1, "2026-11-24"), directive(2, "2026-12-01")];
    assert!(store.issue_directive(&first, &[letter("a"), letter("b")], &line("directive_issued")).await.unwrap());
    assert!(store.issue_directive(&second, &[], &line("directive_issued")).await.unwrap());
    // Neither a number nor a day is given twice, and then no letter and no line is written either.
    for again in [directive(2, "2026-12-24"), directive(3, "2026-12-01")] {
        assert!(!store.issue_directive(&again, &[letter("c")], &line("directive_issued")).await.unwrap());
    }
    assert_eq!(store.directives().await.unwrap(), [first, second]);
    let due = store.letters_due(moment("2026-11-23T10:00:00-06:00"), 10).await.unwrap();
    assert_eq!(due.iter().map(|letter| letter.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let read = Acknowledged { directive: 1, user: 1, at: moment("2026-11-24T09:00:00.000001-06:00") };
    assert!(store.acknowledge_directive(&read, &line("directive_read")).await.unwrap());
    let later = Acknowledged { at: moment("2026-11-25T09:00:00-06:00"), ..read };
    assert!(!store.acknowledge_directive(&later, &line("directive_read")).await.unwrap());
    assert_eq!(store.directive_acks().await.unwrap(), [read]);
    let unknown = Acknowledged { directive: 9, ..read };
    assert!(store.acknowledge_directive(&unknown, &line("directive_read")).await.is_err());
    for sql in [
        "UPDATE directives SET text = 'x' WHERE number = 1",
        "UPDATE directives SET valid_from = '2020-01-01'",
        "DELETE FROM directives WHERE number = 2",
        "UPDATE directive_acks SET \"at\" = 0",
        "DELETE FROM directive_acks",
    ] {
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| place.sql(sql)));
        assert!(refused.is_err(), "{sql}");
    }
    // An entry cites the directive of the day on which its backup began, whenever it is entered; a correction cites none anew.
    let mut drafts = Vec::new();
    for began in [
        "2026-11-23T23:59:00-06:00",
        "2026-11-24T00:00:00-06:00",
        "2026-11-30T23:59:59-06:00",
        "2026-12-01T00:30:00-06:00",
    ] {
        let mut draft = sample::draft(began.parse().unwrap());
        (draft.started, draft.directive) = (Some(began.parse().unwrap()), Some("según la configuración".to_owned()));
        drafts.push(draft);
    }
    let lines = store.apply(Change { drafts, ..Change::default() }).await.unwrap().lines;
    let cited = |text: &str| {
        let line: serde_json::Value = serde_json::from_str(text).unwrap();
        line["directriz"].as_str().unwrap().to_owned()
    };
    let expected = [
        "según la configuración",
        "Directriz 1, vigente desde el 24-11-2026",
        "Directriz 1, vigente desde el 24-11-2026",
        "Directriz 2, vigente desde el 01-12-2026",
    ];
    assert_eq!(lines.iter().map(|line| cited(&line.text)).collect::<Vec<_>>(), expected);
}

async fn an_address_of_a_calendar_is_one_a_person_and_known_by_its_digest_alone(place: Place) {
    let store = with_people(&place).await;
    let feed = |user| Feed { user, created: moment("2026-11-23T09:00:00.000001-06:00") };
    let (one, other) = ([1_u8; 32], [2_u8; 32]);
    assert_eq!(store.feed_of(1).await.unwrap(), None);
    assert!(!store.put_feed(feed(1), None, &line("feed_revoked")).await.unwrap());
    assert!(store.put_feed(feed(1), Some(&one), &line("feed_made")).await.unwrap());
    assert_eq!(store.feed(&one).await.unwrap(), Some(feed(1)));
    assert!(store.put_feed(feed(1), Some(&other), &line("feed_made")).await.unwrap());
    assert_eq!((store.feed(&one).await.unwrap(), store.feed(&other).await.unwrap()), (None, Some(feed(1))));
    assert!(store.put_feed(feed(2), Some(&other), &line("feed_made")).await.is_err(), "a secret of two people");
    assert_eq!((store.feed_of(2).await.unwrap(), store.feed_of(1).await.unwrap()), (None, Some(feed(1))));
    assert!(store.put_feed(feed(1), None, &line("feed_revoked")).await.unwrap());
    assert_eq!(store.feed(&other).await.unwrap(), None);
}

async fn what_is_due_is_asked_of_an_empty_database(place: Place) {
    let store = with_people(&place).await;
    assert!(store.reports_due(Month::of(day("2026-10-01"))).await.unwrap().is_empty());
    assert!(store.semesters_due().await.unwrap().is_empty());
    assert!(store.copies_waiting().await.unwrap().is_empty());
    assert!(store.items_of_week(Week::of(day("2026-11-23"))).await.unwrap().is_empty());
    assert!(store.drilled().await.unwrap().is_empty());
    assert!(store.slots_since(moment("2026-11-23T00:00:00-06:00")).await.unwrap().is_empty());
    assert_eq!(store.accounts_waiting_since(day("2026-11-23")).await.unwrap(), 0);
    assert!(store.tickets_to_attend(1, true, 5).await.unwrap().is_empty());
    let counts = store.counts_to_attend(1, false, day("2026-11-23")).await.unwrap();
    assert_eq!((counts.overdue, counts.today, counts.ahead), ((0, None), 0, (0, None)));
    assert!(store.unrated_of(1, 5).await.unwrap().is_empty());
}

async fn letters_about_no_ticket_come_back_with_what_they_tell(place: Place) {
    let store = with_people(&place).await;
    let at = moment("2026-11-23T09:00:00-06:00");
    store.write_notes(&[letter("a"), letter("b"), letter("a")], at).await.unwrap();
    store.write_notes(&[letter("b")], at).await.unwrap();
    store.write_notes(&[], at).await.unwrap();
    let due = store.letters_due(at, 10).await.unwrap();
    assert_eq!(due.len(), 2);
    assert_eq!((due[0].ticket, due[0].data["what"].as_str()), (None, Some("directriz «1»")));
    assert_eq!((due[0].name.as_str(), due[0].email.as_deref()), ("Persona ana", Some("ana@diaco.example")));
}
