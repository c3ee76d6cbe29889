//! What is stored of the programmes of maintenance.

use chrono::{DateTime, Utc};
use resguardo::store::db::Store;
use resguardo::store::people_change::PeopleChange;
use resguardo::store::people_rows::User;
use resguardo::store::programmes::ProgrammeChange;
use resguardo::upkeep::programme::{Decision, Handed, Item, Medium, Programme, State, digest};
use resguardo::upkeep::semester::{Semester, Week};

use crate::equipment::{change as entered, piece, with_units};
use crate::place::Place;
use crate::{moment, on_both};

on_both!(
    a_programme_comes_back_as_it_was_stored_and_only_over_the_version_that_was_read,
    what_was_sent_is_changed_by_nobody_and_copies_stay,
);

pub(crate) fn at() -> DateTime<Utc> {
    moment("2026-01-05T09:00:00.000007-06:00")
}

pub(crate) fn programme() -> Programme {
    Programme {
        id: 0,
        semester: Semester::new(2026, 1).unwrap(),
        state: State::Draft,
        made: at(),
        made_by: 1,
        sent: None,
        digest: None,
        decision: None,
        finish: None,
        version: 1,
    }
}

pub(crate) fn item(number: i64) -> Item {
    let week = Week::of_word("2026-W05").unwrap();
    Item { number, equipment: number, unit: 1, activity: "Limpieza \0ñ".replace('\0', ""), week, technician: Some(1) }
}

pub(crate) fn only(programme: Programme) -> ProgrammeChange {
    ProgrammeChange {
        programme,
        items: None,
        item: None,
        copies: Vec::new(),
        acknowledged: Vec::new(),
        endings: Vec::new(),
        audit: Vec::new(),
    }
}

/// The database with a person, two units, three pieces of equipment and a draft of two of them.
pub(crate) async fn drafted(place: &Place) -> Store {
    let store = place.open().await;
    with_units(&store).await;
    let user = User {
        id: 0,
        login: "elena".to_owned(),
        name: "Elena".to_owned(),
        post: String::new(),
        email: None,
        unit: None,
        superior: None,
        directory: false,
        active: true,
        must_change: false,
        last_login: None,
        version: 1,
        created: at(),
        created_by: "x".to_owned(),
    };
    store.apply_people(&PeopleChange { users: vec![user], ..PeopleChange::default() }).await.unwrap();
    assert!(store.apply_equipment(&entered(&[piece("A", 1), piece("B", 1), piece("C", 2)])).await.unwrap());
    let draft = ProgrammeChange { items: Some(vec![item(1), item(2)]), ..only(programme()) };
    assert!(store.apply_programme(&draft).await.unwrap());
    store
}

async fn a_programme_comes_back_as_it_was_stored_and_only_over_the_version_that_was_read(place: Place) {
    let store = drafted(&place).await;
    let semester = programme().semester;
    let known = store.programme(semester).await.unwrap().unwrap();
    assert_eq!(known, Programme { id: 1, ..programme() });
    assert_eq!(store.programme_items(1).await.unwrap(), [item(1), item(2)]);
    assert_eq!(store.programme(Semester::new(2026, 2).unwrap()).await.unwrap(), None);
    assert!(!store.apply_programme(&only(programme())).await.unwrap(), "a semester has two programmes");

    // All items anew, and then one of them otherwise.
    let anew = ProgrammeChange { items: Some(vec![item(3), item(1)]), ..only(known.clone()) };
    assert!(store.apply_programme(&anew).await.unwrap());
    assert!(!store.apply_programme(&anew).await.unwrap(), "an old version was stored");
    assert_eq!(store.programme_items(1).await.unwrap(), [item(1), item(3)]);
    let other = Item { week: Week::of_word("2026-W06").unwrap(), technician: None, ..item(3) };
    let moved = Programme { version: 2, ..known.clone() };
    let change = ProgrammeChange { item: Some(other.clone()), ..only(moved.clone()) };
    assert!(store.apply_programme(&change).await.unwrap());
    let missing = ProgrammeChange { item: Some(item(9)), ..only(Programme { version: 3, ..moved.clone() }) };
    assert!(!store.apply_programme(&missing).await.unwrap());
    assert_eq!(store.programme_items(1).await.unwrap(), [item(1), other]);
    assert_eq!(store.programmes().await.unwrap(), [Programme { version: 3, ..moved }], "half of a change was stored");
}

async fn what_was_sent_is_changed_by_nobody_and_copies_stay(place: Place) {
    let store = drafted(&place).await;
    let items = [item(1), item(2)];
    let known = store.programme(programme().semester).await.unwrap().unwrap();
    let digest = Some(digest(known.semester, &items));
    let sent = Programme { state: State::Sent, sent: Some((at(), 1)), digest, ..known };
    assert!(store.apply_programme(&only(sent.clone())).await.unwrap());
    let refused = |sql: &str| {
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| place.sql(sql)));
        assert!(refused.is_err(), "{sql}");
    };
    refused("UPDATE programme_items SET week = '2026-W07' WHERE number = 1");
    refused("DELETE FROM programme_items WHERE number = 1");
    let decision = Some(Decision { at: at(), by: 1, approved: true, comment: String::new() });
    let approved = Programme { state: State::Approved, decision, version: 2, ..sent };
    assert!(store.apply_programme(&only(approved.clone())).await.unwrap());
    refused("UPDATE programmes SET state = 'draft'");
    refused("UPDATE programmes SET digest = NULL");
    refused("DELETE FROM programmes");

    let copy = Handed { unit: 1, recipient: 1, medium: Medium::Digital, given: at(), acknowledged: None };
    let handed = Programme { state: State::Distributed, version: 3, ..approved };
    let change = ProgrammeChange { copies: vec![copy.clone()], ..only(handed.clone()) };
    assert!(store.apply_programme(&change).await.unwrap());
    let again = ProgrammeChange { programme: Programme { version: 4, ..handed.clone() }, ..change };
    assert!(!store.apply_programme(&again).await.unwrap(), "a unit has two copies");
    let received = Programme { version: 4, ..handed.clone() };
    let change = ProgrammeChange { acknowledged: vec![(1, at())], ..only(received.clone()) };
    assert!(store.apply_programme(&change).await.unwrap());
    let again = ProgrammeChange { programme: Programme { version: 5, ..received }, ..change };
    assert!(!store.apply_programme(&again).await.unwrap(), "a copy is acknowledged twice");
    assert_eq!(store.programme_copies(1).await.unwrap(), [Handed { acknowledged: Some(at()), ..copy }]);
    assert_eq!(store.programmes().await.unwrap(), [Programme { version: 5, ..handed }]);
    refused("DELETE FROM programme_copies");
    assert_eq!(store.programme_items(1).await.unwrap(), items);
}
