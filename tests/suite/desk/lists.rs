//! Lists: whose tickets, in which order, by which words, page by page.

use resguardo::desk::acts::Act;
use resguardo::desk::ticket::{State, Ticket};
use resguardo::jobs::desk::view;
use resguardo::store::ticket_lists::{Counts, Filter};

use crate::house::{House, asked};
use crate::{Place, on_both};

on_both!(
    a_search_finds_words_without_accents_and_takes_signs_for_nothing,
    pages_are_turned_by_key_and_miss_nothing,
    the_queue_says_what_is_overdue_and_due,
    each_list_is_for_those_whose_it_is,
);

fn words(words: &str) -> Filter {
    Filter { words: words.to_owned(), ..Filter::default() }
}

fn subjects(tickets: &[Ticket]) -> Vec<&str> {
    tickets.iter().map(|ticket| ticket.subject.as_str()).collect()
}

async fn a_search_finds_words_without_accents_and_takes_signs_for_nothing(place: Place) {
    let house = House::new(place).await;
    for subject in [
        "La impresión sale borrosa",
        "Sin red en el 2.º nivel",
        "IMPRESORA averiada",
        "100% lleno_disco",
        "Reconfiguración del enrutador",
        "Quedó reconfigurada",
    ] {
        house.enter("ana", asked(subject), vec![]).await.unwrap();
    }
    // Common words are found among the newest, rare ones by the index, for longer and longer stretches: all ways must find
    // the same.
    finds(&house).await;
    house.place.sql(
        "WITH RECURSIVE n (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
         INSERT INTO tickets (id, number, requester, location, phone, category, equipment, subject, description, entered,
           entered_day, state, first_limit, last_limit, calendar, version, words)
         SELECT n * 100, 'R-' || n, (SELECT id FROM users WHERE login = 'berta'), '', '', 1, '', 'relleno', '', 0, '2026-01-05',
           'rated', '2026-01-08', '2026-01-08', 1, 1, 'relleno ' || n FROM n",
    );
    finds(&house).await;
    let who = house.who("carlos").await;
    let (mut seen, mut before) = (0, None);
    loop {
        let filter = words("RELLENO");
        let page = house.work(async |office| view::all(office, &who, &filter, before, 199).await.unwrap()).await;
        before = page.tickets.last().map(|ticket| ticket.id);
        seen += page.tickets.len();
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, 4001, "page by page, over the place where the index takes over");
    // Signs alone are no words, and nothing was asked for.
    for wanted in ["%", "_", "\\", "", "\"*"] {
        let filter = Filter { category: Some(1), ..words(wanted) };
        let page = house.work(async |office| view::all(office, &who, &filter, None, 50).await.unwrap()).await;
        assert_eq!(page.tickets.len(), 50, "{wanted}");
    }
    let long = words(&"x".repeat(10_000));
    assert!(
        house.work(async |office| view::all(office, &who, &long, None, 50).await.unwrap()).await.tickets.is_empty()
    );
}

/// Holds searches against what they find.
async fn finds(house: &House) {
    let all = house.who("carlos").await;
    let own = house.who("ana").await;
    let head = house.who("ines").await;
    let unit = own.actor.unit.unwrap();
    for (wanted, found) in [
        ("impresion", vec!["La impresión sale borrosa"]),
        ("IMPRES", vec!["IMPRESORA averiada", "La impresión sale borrosa"]),
        ("averia impresora", vec!["IMPRESORA averiada"]),
        ("ST-2026-000002", vec!["Sin red en el 2.º nivel"]),
        ("lleno_disco", vec!["100% lleno_disco"]),
        // Longer than the index of PostgreSQL knows words.
        ("reconfigur", vec!["Quedó reconfigurada", "Reconfiguración del enrutador"]),
        ("RECONFIGURACI", vec!["Reconfiguración del enrutador"]),
        ("enrutador reconfiguración", vec!["Reconfiguración del enrutador"]),
        ("reconfigurado", vec![]),
        ("mpresora", vec![]),
        ("' OR 1=1--", vec![]),
        ("%' UNION SELECT password FROM users--", vec![]),
        ("'; DROP TABLE tickets;--", vec![]),
        ("NEAR(red nivel)", vec![]),
    ] {
        let filter = words(wanted);
        let three = house
            .work(async |office| {
                let everywhere = view::all(office, &all, &filter, None, 50).await.unwrap().tickets;
                let of_unit = view::of_unit(office, &head, unit, &filter, None, 50).await.unwrap().tickets;
                (everywhere, view::own(office, &own, &filter, None, 50).await.unwrap().tickets, of_unit)
            })
            .await;
        assert_eq!(subjects(&three.0), found, "{wanted} by the index");
        assert_eq!(subjects(&three.1), found, "{wanted} among one's own");
        assert_eq!(subjects(&three.2), found, "{wanted} among the unit's");
    }
}

async fn pages_are_turned_by_key_and_miss_nothing(place: Place) {
    let house = House::new(place).await;
    for n in 0..23 {
        house.enter("ana", asked(&format!("número {n}")), vec![]).await.unwrap();
    }
    let who = house.who("carlos").await;
    let (mut seen, mut before) = (Vec::new(), None);
    loop {
        let filter = Filter::default();
        let page = house.work(async |office| view::all(office, &who, &filter, before, 5).await.unwrap()).await;
        before = page.tickets.last().map(|ticket| ticket.id);
        seen.extend(page.tickets.iter().map(|ticket| ticket.id));
        assert!(
            page.tickets.len() <= 5 && page.tickets.iter().all(|ticket| page.faces.contains_key(&ticket.requester))
        );
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, (1..=23).rev().collect::<Vec<_>>());
    let (mut queued, mut after) = (Vec::new(), None);
    loop {
        let filter = Filter::default();
        let (page, _) = house.work(async |office| view::queue(office, &who, &filter, after, 7).await.unwrap()).await;
        after = page.tickets.last().map(|ticket| (ticket.last_limit, ticket.id));
        queued.extend(page.tickets.iter().map(|ticket| ticket.id));
        if !page.more {
            break;
        }
    }
    assert_eq!(queued, (1..=23).collect::<Vec<_>>());
}

async fn the_queue_says_what_is_overdue_and_due(place: Place) {
    let house = House::new(place).await;
    let first = house.ticket("ana").await;
    house.at("2026-01-06T09:00:00-06:00");
    let second = house.ticket("ana").await;
    house.at("2026-01-09T08:00:00-06:00");
    let third = house.ticket("berta").await;
    let ruled = house.ticket("berta").await;
    house.attend("diego", &ruled.number).await;
    house.act("diego", &third.number, Act::Take).await.unwrap();
    let who = house.who("elena").await;
    let filter = Filter::default();
    let (page, counts) = house.work(async |office| view::queue(office, &who, &filter, None, 50).await.unwrap()).await;
    assert_eq!(
        page.tickets.iter().map(|ticket| ticket.id).collect::<Vec<_>>(),
        [first.id, second.id, third.id, ruled.id]
    );
    assert_eq!(counts, Counts { pending: 3, overdue: 1, due_today: 1, waiting: 0, unassigned: 2, ruled: 1 });
    let narrow = async |filter: Filter| {
        let (page, _) = house.work(async |office| view::queue(office, &who, &filter, None, 50).await.unwrap()).await;
        page.tickets.iter().map(|ticket| ticket.id).collect::<Vec<_>>()
    };
    let today = "2026-01-09".parse().ok();
    assert_eq!(narrow(Filter { due_before: today, ..Filter::default() }).await, [first.id]);
    assert_eq!(narrow(Filter { due_on: today, ..Filter::default() }).await, [second.id]);
    assert_eq!(narrow(Filter { state: Some(State::Ruled), ..Filter::default() }).await, [ruled.id]);
    assert_eq!(
        narrow(Filter { assignee: Some(house.id("diego").await), ..Filter::default() }).await,
        [third.id, ruled.id]
    );
    assert_eq!(narrow(words("imprime")).await.len(), 4);
    house.work(async |office| view::review(office, &who).await.unwrap()).await;
    house.work(async |office| view::review(office, &who).await.unwrap()).await;
    let reviews = house.store.reviews("2026-01-01".parse().unwrap()).await.unwrap();
    assert_eq!(reviews.iter().map(|review| (review.user, review.pending)).collect::<Vec<_>>(), [(who.actor.id, 3)]);
}

async fn each_list_is_for_those_whose_it_is(place: Place) {
    let house = House::new(place).await;
    house.ticket("ana").await;
    house.ticket("carlos").await;
    let filter = Filter::default();
    for (login, own, all, unit) in [
        ("ana", 1, None, None),
        ("carlos", 1, Some(2), None),
        ("elena", 0, Some(2), None),
        ("hugo", 0, Some(2), None),
        ("ines", 0, None, Some(1)),
        ("admin", 0, None, None),
    ] {
        let who = house.who(login).await;
        let ana = house.store.user_of_login("ana").await.unwrap().unwrap();
        let counted = house
            .work(async |office| {
                let count = |page: view::Page| page.tickets.len();
                let own = view::own(office, &who, &filter, None, 50).await.map(count).unwrap();
                let all = view::all(office, &who, &filter, None, 50).await.map(count).ok();
                let queue = view::queue(office, &who, &filter, None, 50).await.map(|page| page.0.tickets.len()).ok();
                assert_eq!(all, queue);
                (own, all, view::of_unit(office, &who, ana.unit.unwrap(), &filter, None, 50).await.map(count).ok())
            })
            .await;
        assert_eq!(counted, (own, all, unit), "{login}");
    }
}
