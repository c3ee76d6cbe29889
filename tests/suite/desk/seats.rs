//! Feasts of places: whose tickets they move, and what happens when a unit is elsewhere.

use chrono::NaiveDate;
use resguardo::calendar::{Kind, NonBusinessDay};
use resguardo::desk::Refused;
use resguardo::desk::acts::Act;
use resguardo::desk::ticket::{Cause, Ticket};
use resguardo::jobs::desk::DeskError;
use resguardo::jobs::desk::calendar::{self, Wanted};
use resguardo::jobs::people;

use crate::house::{House, ruling};
use crate::{Place, on_both};

on_both!(
    the_feast_of_a_place_moves_the_tickets_of_its_units_alone,
    a_unit_that_moves_takes_its_tickets_along,
    only_the_head_of_the_desk_says_where_units_are,
);

const ANTIGUA: &str = "Antigua Guatemala";

fn feast(date: &str, place: &str) -> NonBusinessDay {
    NonBusinessDay {
        date: date.parse().unwrap(),
        kind: Kind::Local,
        name: "Fiesta patronal".to_owned(),
        citation: "Acuerdo municipal".to_owned(),
        place: Some(place.to_owned()),
        counts_for_deadlines: true,
        from_hour: None,
    }
}

fn wanted() -> Wanted {
    Wanted { note: "sede".to_owned(), ..Wanted::default() }
}

async fn unit(house: &House, name: &str) -> i64 {
    house.work(async |office| people::units::unit_named(office, name).await.unwrap().id).await
}

async fn publish(house: &House, wanted: Wanted) -> Result<resguardo::calendar::Version, DeskError> {
    let elena = house.who("elena").await;
    house.work(async |office| calendar::publish(office, &elena, wanted).await).await
}

async fn limit(house: &House, ticket: &Ticket) -> String {
    house.store.ticket(ticket.id).await.unwrap().unwrap().last_limit.to_string()
}

async fn the_feast_of_a_place_moves_the_tickets_of_its_units_alone(place: Place) {
    let house = House::new(place).await;
    let (there, here) = (house.ticket("ana").await, house.ticket("gloria").await);
    let seats = vec![(unit(&house, "Verificación").await, format!(" {ANTIGUA} "))];
    let version = publish(&house, Wanted { seats, ..wanted() }).await.unwrap();
    assert_eq!(version.seats.values().collect::<Vec<_>>(), [ANTIGUA]);
    assert_eq!(limit(&house, &there).await, "2026-01-08", "a place without feasts moves nothing");
    let unknown = Wanted { added: vec![feast("2026-01-07", "Cobán")], ..wanted() };
    let refused = publish(&house, unknown).await.unwrap_err();
    assert!(matches!(refused, DeskError::Refused(Refused::Field { field: "place", .. })), "{refused}");
    let day = || Wanted { added: vec![feast("2026-01-07", ANTIGUA)], ..wanted() };
    let elena = house.who("elena").await;
    let (_, moved) = house.work(async |office| calendar::propose(office, &elena, day()).await.unwrap()).await;
    let moved: Vec<_> = moved.iter().map(|change| (change.what.id, change.new.to_string())).collect();
    assert_eq!(moved, [(there.id, "2026-01-09".to_owned())], "shown before, and of the unit alone");
    publish(&house, day()).await.unwrap();
    assert_eq!((limit(&house, &there).await, limit(&house, &here).await), ("2026-01-09".into(), "2026-01-08".into()));
    // What comes after is counted so from the beginning, and explained so.
    let next = house.ticket("berta").await;
    assert_eq!(next.first_limit.to_string(), "2026-01-09");
    let today: NaiveDate = "2026-01-05".parse().unwrap();
    let calendars = house.work(async |office| calendar::calendars(office, today).await.unwrap()).await;
    let explained = calendars.of_unit(next.unit).explain(today, calendar::BUSINESS_DAYS);
    assert!(explained.iter().any(|step| step.reason == "Fiesta patronal (Acuerdo municipal)"), "{explained:?}");
    assert!(calendars.here.is_business_day("2026-01-07".parse().unwrap()), "the office works");
    // Nor is anything extended to such a day.
    publish(&house, Wanted { added: vec![feast("2026-01-14", ANTIGUA)], ..wanted() }).await.unwrap();
    for (ticket, may) in [(&there, false), (&here, true)] {
        house.act("carlos", &ticket.number, Act::Take).await.unwrap();
        house.act("carlos", &ticket.number, Act::Analyse { text: "x".to_owned() }).await.unwrap();
        let new_limit = "2026-01-14".parse().unwrap();
        let extend = Act::Extend { cause: Cause::System, reason: "x".to_owned(), new_limit, ruling: ruling() };
        assert_eq!(house.act("carlos", &ticket.number, extend).await.is_ok(), may);
    }
}

async fn a_unit_that_moves_takes_its_tickets_along(place: Place) {
    let house = House::new(place).await;
    // 15 August 2028 is a Tuesday, and the feast of the capital, where those are who attend.
    house.at("2028-08-14T09:00:00-06:00");
    let verification = unit(&house, "Verificación").await;
    let seat = |place: &str| Wanted { seats: vec![(verification, place.to_owned())], ..wanted() };
    publish(&house, seat(ANTIGUA)).await.unwrap();
    publish(&house, Wanted { added: vec![feast("2028-08-16", ANTIGUA)], ..wanted() }).await.unwrap();
    let (there, here) = (house.ticket("ana").await, house.ticket("gloria").await);
    assert_eq!((limit(&house, &there).await, limit(&house, &here).await), ("2028-08-21".into(), "2028-08-18".into()));
    // The same place, written otherwise, is the same place.
    let version = publish(&house, seat("antigua guatemala")).await.unwrap();
    assert_eq!(version.seats.get(&verification).map(String::as_str), Some(ANTIGUA));
    publish(&house, seat("Guatemala")).await.unwrap();
    assert_eq!(limit(&house, &there).await, "2028-08-18");
    let events = house.store.ticket_events(there.id).await.unwrap();
    assert_eq!(events.last().unwrap().kind, "recounted");
    assert!(house.store.calendars().await.unwrap().last().unwrap().seats.is_empty());
}

async fn only_the_head_of_the_desk_says_where_units_are(place: Place) {
    let house = House::new(place).await;
    let seats = vec![(unit(&house, "Verificación").await, ANTIGUA.to_owned())];
    for login in ["ana", "carlos", "gloria", "hugo", "ines", "admin"] {
        let who = house.who(login).await;
        let wanted = Wanted { seats: seats.clone(), ..wanted() };
        let denied = house.work(async |office| calendar::publish(office, &who, wanted).await).await.unwrap_err();
        assert!(matches!(denied, DeskError::Refused(Refused::NotAllowed)), "{login}");
    }
    let long = Wanted { seats: vec![(1, "x".repeat(300))], ..wanted() };
    assert!(publish(&house, long).await.is_err());
    assert!(house.store.calendars().await.unwrap().iter().all(|version| version.seats.is_empty()));
}
