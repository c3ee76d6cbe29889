//! What is stored of equipment.

use resguardo::desk::people::UnitKind;
use resguardo::store::db::Store;
use resguardo::store::equipment::{EquipmentChange, EquipmentFilter};
use resguardo::store::people_change::PeopleChange;
use resguardo::store::people_rows::{AuditDraft, Unit};
use resguardo::upkeep::equipment::{About, Equipment, Kind, Retirement};

use crate::place::Place;
use crate::{moment, on_both};

on_both!(
    equipment_comes_back_as_it_was_stored_and_only_over_the_version_that_was_read,
    equipment_is_found_by_words_unit_kind_and_state_a_page_at_a_time,
);

pub(crate) fn piece(code: &str, unit: i64) -> Equipment {
    let word = |word: &str| format!("{word} \0ñ");
    Equipment {
        id: 0,
        about: About {
            code: code.to_owned(),
            kind: Kind::Laptop,
            brand: "Marca".to_owned(),
            model: "modelo".to_owned(),
            serial: "%_'".to_owned(),
            location: word("Segundo nivel").replace('\0', ""),
        },
        unit,
        responsible: None,
        retired: None,
        version: 1,
        created: moment("2026-01-05T09:00:00-06:00"),
        created_by: "elena".to_owned(),
    }
}

pub(crate) async fn with_units(store: &Store) {
    let unit = |name: &str| Unit {
        id: 0,
        name: name.to_owned(),
        kind: UnitKind::Department,
        head: None,
        active: true,
        version: 1,
        created: moment("2026-01-05T09:00:00-06:00"),
        created_by: "x".to_owned(),
    };
    let change = PeopleChange { units: vec![unit("A"), unit("B")], ..PeopleChange::default() };
    store.apply_people(&change).await.unwrap();
}

pub(crate) fn change(rows: &[Equipment]) -> EquipmentChange {
    let line = |row: &Equipment| AuditDraft {
        at: row.created,
        actor: "elena".to_owned(),
        address: String::new(),
        action: "equipment_added",
        object: format!("equipment {}", row.about.code),
        detail: String::new(),
    };
    EquipmentChange { rows: rows.to_vec(), audit: rows.iter().map(line).collect() }
}

async fn equipment_comes_back_as_it_was_stored_and_only_over_the_version_that_was_read(place: Place) {
    let store = place.open().await;
    with_units(&store).await;
    let new = piece("INV-1", 1);
    assert!(store.apply_equipment(&change(std::slice::from_ref(&new))).await.unwrap());
    let known = store.equipment_of_code("INV-1").await.unwrap().unwrap();
    assert_eq!(known, Equipment { id: 1, ..new.clone() });
    assert_eq!(store.equipment_of_code("inv-1").await.unwrap(), None);

    // A code that is taken takes the whole change with it.
    assert!(!store.apply_equipment(&change(&[piece("INV-2", 1), new])).await.unwrap());
    assert_eq!(store.all_equipment().await.unwrap().len(), 1, "half of a change was stored");
    assert_eq!(store.audit_given().await.unwrap(), 1);

    let moved = Equipment { unit: 2, ..known.clone() };
    assert!(store.apply_equipment(&change(std::slice::from_ref(&moved))).await.unwrap());
    assert!(!store.apply_equipment(&change(std::slice::from_ref(&known))).await.unwrap(), "an old version was stored");
    let day = "2026-01-05".parse().unwrap();
    let retired = Retirement { day, reason: "no enciende".to_owned(), document: "Acta 3-2026".to_owned() };
    let retired = Equipment { version: 2, retired: Some(retired), ..moved };
    assert!(store.apply_equipment(&change(std::slice::from_ref(&retired))).await.unwrap());
    let known = store.equipment_of_code("INV-1").await.unwrap().unwrap();
    assert_eq!(known, Equipment { version: 3, ..retired });
    // What was retired changes no more, whoever tries it.
    assert!(!store.apply_equipment(&change(&[Equipment { retired: None, ..known.clone() }])).await.unwrap());
    for sql in ["UPDATE equipment SET brand = 'x'", "UPDATE equipment SET retired_day = NULL", "DELETE FROM equipment"]
    {
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| place.sql(sql)));
        assert!(refused.is_err(), "{sql}");
    }
    assert_eq!(store.equipment_of_code("INV-1").await.unwrap(), Some(known));
}

async fn equipment_is_found_by_words_unit_kind_and_state_a_page_at_a_time(place: Place) {
    let store = place.open().await;
    with_units(&store).await;
    let day = "2026-01-05".parse().unwrap();
    let mut rows = [piece("B-2", 1), piece("A-1", 2), piece("C-3", 1)];
    rows[1].about.kind = Kind::Printer;
    rows[2].about.brand = "Épson".to_owned();
    assert!(store.apply_equipment(&change(&rows)).await.unwrap());
    let retired = Retirement { day, reason: "x".to_owned(), document: "y".to_owned() };
    let known = store.equipment_of_code("C-3").await.unwrap().unwrap();
    assert!(store.apply_equipment(&change(&[Equipment { retired: Some(retired), ..known }])).await.unwrap());
    let found = async |filter: EquipmentFilter, after, limit| {
        let items = store.equipment(&filter, after, limit).await.unwrap();
        items.into_iter().map(|item| item.about.code).collect::<Vec<_>>().join(" ")
    };
    let all = EquipmentFilter::default;
    assert_eq!(found(all(), None, 10).await, "A-1 B-2 C-3");
    assert_eq!(found(all(), Some("A-1"), 1).await, "B-2");
    // A page goes on behind a code that is nobody's as well.
    assert_eq!(found(all(), Some("A-9"), 10).await, "B-2 C-3");
    assert_eq!(found(EquipmentFilter { units: Some(vec![1]), ..all() }, None, 10).await, "B-2 C-3");
    assert_eq!(found(EquipmentFilter { units: Some(vec![1, 2]), ..all() }, None, 10).await, "A-1 B-2 C-3");
    assert_eq!(found(EquipmentFilter { units: Some(vec![]), ..all() }, None, 10).await, "", "of no unit is nothing");
    assert_eq!(found(EquipmentFilter { kind: Some(Kind::Printer), ..all() }, None, 10).await, "A-1");
    assert_eq!(found(EquipmentFilter { retired: Some(true), ..all() }, None, 10).await, "C-3");
    assert_eq!(found(EquipmentFilter { retired: Some(false), ..all() }, None, 10).await, "A-1 B-2");
    let words = |words: &str| EquipmentFilter { words: words.to_owned(), ..all() };
    assert_eq!(found(words("EPSÓN"), None, 10).await, "C-3");
    assert_eq!(found(words("segun impres"), None, 10).await, "A-1");
    assert_eq!(found(words("%"), None, 10).await, "A-1 B-2 C-3", "a sign means nothing");
    assert_eq!(found(words("arca"), None, 10).await, "", "a word is found by its beginning");
}
