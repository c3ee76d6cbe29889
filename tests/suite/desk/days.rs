//! Days: a calendar that changes, and reminders.

use resguardo::calendar::{CalendarError, Kind, NonBusinessDay};
use resguardo::desk::acts::Act;
use resguardo::desk::{Refused, Verdict};
use resguardo::jobs::desk::calendar::{self, Wanted};
use resguardo::jobs::desk::{DeskError, remind};

use crate::house::House;
use crate::{Place, on_both};

on_both!(an_accord_moves_what_is_open_and_leaves_what_was_decided, people_are_reminded_once_of_each_thing,);

fn accord(date: &str) -> NonBusinessDay {
    NonBusinessDay {
        date: date.parse().unwrap(),
        kind: Kind::Accord,
        name: "Permiso".to_owned(),
        citation: "Acuerdo Gubernativo 1-2026".to_owned(),
        place: None,
        counts_for_deadlines: true,
        from_hour: None,
    }
}

async fn an_accord_moves_what_is_open_and_leaves_what_was_decided(place: Place) {
    let house = House::new(place).await;
    let open = house.ticket("ana").await;
    let decided = house.ticket("berta").await;
    house.at("2026-01-08T12:00:00-06:00");
    let before = house.attend("carlos", &decided.number).await;
    let wanted =
        || Wanted { added: vec![accord("2026-01-07")], note: "Permiso de enero".to_owned(), ..Wanted::default() };
    let carlos = house.who("carlos").await;
    let denied = house.work(async |office| calendar::propose(office, &carlos, wanted()).await).await;
    assert!(matches!(denied.unwrap_err(), DeskError::Refused(Refused::NotAllowed)));
    let elena = house.who("elena").await;
    let weekend = Wanted { added: vec![accord("2026-01-10")], ..wanted() };
    let wrong = house.work(async |office| calendar::propose(office, &elena, weekend).await).await;
    assert!(matches!(wrong.unwrap_err(), DeskError::Day(CalendarError::Weekend { .. })));
    let (version, moved) = house.work(async |office| calendar::propose(office, &elena, wanted()).await.unwrap()).await;
    let moved: Vec<_> =
        moved.iter().map(|change| (change.what.id, change.old.to_string(), change.new.to_string())).collect();
    assert_eq!(moved, [(open.id, "2026-01-08".to_owned(), "2026-01-09".to_owned())]);
    assert_eq!(house.store.ticket(open.id).await.unwrap().unwrap().last_limit, open.last_limit, "only proposed");
    let published = house.work(async |office| calendar::publish(office, &elena, wanted()).await.unwrap()).await;
    assert_eq!(published.id, version.id);
    let now = house.store.ticket(open.id).await.unwrap().unwrap();
    assert_eq!(
        (now.first_limit.to_string(), now.last_limit.to_string(), now.calendar),
        ("2026-01-09".to_owned(), "2026-01-09".to_owned(), version.id)
    );
    let kept = house.store.ticket(decided.id).await.unwrap().unwrap();
    assert_eq!(
        (kept.verdict, kept.first_limit, kept.calendar),
        (Some(Verdict::Kept), before.first_limit, before.calendar)
    );
    let events = house.store.ticket_events(open.id).await.unwrap();
    assert_eq!(events.last().unwrap().kind, "recounted");
    let calendars = house.store.calendars().await.unwrap();
    assert_eq!(calendars.iter().map(|version| version.id).collect::<Vec<_>>(), [1, 2]);
}

async fn people_are_reminded_once_of_each_thing(place: Place) {
    let house = House::new(place).await;
    let ticket = house.ticket("ana").await;
    house.act("carlos", &ticket.number, Act::Take).await.unwrap();
    let finished = house.ticket("berta").await;
    house.attend("diego", &finished.number).await;
    house.act("diego", &finished.number, Act::Finish).await.unwrap();
    let day = async |at: &str| {
        house.at(at);
        let first = house.work(async |office| remind::remind(office).await.unwrap()).await;
        let again = house.work(async |office| remind::remind(office).await.unwrap()).await;
        assert!(!again, "nobody is reminded twice");
        first
    };
    assert!(!day("2026-01-06T05:30:00-06:00").await, "nobody is reminded in the night");
    assert!(!day("2026-01-06T09:00:00-06:00").await);
    assert!(day("2026-01-07T09:00:00-06:00").await);
    assert!(day("2026-01-08T09:00:00-06:00").await);
    assert!(day("2026-01-09T09:00:00-06:00").await);
    assert!(!day("2026-01-10T09:00:00-06:00").await, "nobody works on a Saturday");
    day("2026-01-12T09:00:00-06:00").await;
    let told = house.letters(ticket.id).await;
    let told: Vec<(&str, &str)> = told.iter().map(|(template, name)| (template.as_str(), name.as_str())).collect();
    let expected = [
        ("ticket_recibido", "ana"),
        ("vence_manana", "carlos"),
        ("vence_hoy", "carlos"),
        ("vencida", "carlos"),
        ("vencida", "elena"),
        ("vencida", "fidel"),
    ];
    assert_eq!(told, expected);
    let asked: Vec<_> = house
        .letters(finished.id)
        .await
        .into_iter()
        .filter(|(template, _)| template == "recordatorio_calificar")
        .collect();
    assert_eq!(asked.len(), 2, "after two business days and after five: {asked:?}");
}
