//! The board: the figures of a month, counted by hand here and by the database there.

use resguardo::desk::acts::Act;
use resguardo::desk::ticket::{Cause, ExceptionKind, Rating};
use resguardo::desk::{Refused, Verdict};
use resguardo::jobs::desk::board::{Board, Figures, Month, Part, Ratings, board};
use resguardo::jobs::desk::board_lists::{Records, Wanted, records};
use resguardo::jobs::desk::enter::NewTicket;
use resguardo::jobs::desk::{DeskError, view};
use resguardo::store::board_lists::{Asked, CountedBy, CountedFilter, Has, Proposal, Proposed, Rated};

use crate::house::{House, asked, ruling};
use crate::{Place, on_both};

on_both!(
    a_month_says_what_happened_in_it_and_no_other,
    each_figure_has_the_list_of_what_it_counts,
    the_board_is_for_those_who_answer_for_the_desk,
);

async fn of(house: &House, login: &str, month: &str) -> Result<Board, DeskError> {
    let who = house.who(login).await;
    house.work(async |office| board(office, &who, Month::parse(month)).await).await
}

fn counts(figures: &Figures) -> (i64, i64, i64, Option<i64>) {
    (figures.received, figures.attended, figures.void, figures.median_twice())
}

/// Something that happened in January 2026 and early in February.
async fn history(house: &House) {
    // Kept, on the same day, and rated.
    let quick = house.ticket("ana").await.number;
    house.attend("carlos", &quick).await;
    house.act("carlos", &quick, Act::Finish).await.unwrap();
    house.act("ana", &quick, Act::Rate { rating: Rating::Satisfied, comment: String::new() }).await.unwrap();
    // Void.
    let void = house.ticket("berta").await.number;
    house.act("berta", &void, Act::Void { reason: "ya funciona".to_owned() }).await.unwrap();
    // Late by four business days, with an exception that was refused, and never rated.
    let late = house.enter("ana", NewTicket { category: 3, ..asked("sin red") }, vec![]).await.unwrap().number;
    house.act("diego", &late, Act::Take).await.unwrap();
    house.act("diego", &late, Act::Analyse { text: "el cable".to_owned() }).await.unwrap();
    // Extended.
    let extended = house.ticket("carlos").await.number;
    house.act("diego", &extended, Act::Take).await.unwrap();
    house.act("diego", &extended, Act::Analyse { text: "el disco".to_owned() }).await.unwrap();
    let new_limit = "2026-01-15".parse().unwrap();
    let extend = Act::Extend { cause: Cause::System, reason: "reinstalar".to_owned(), new_limit, ruling: ruling() };
    house.act("diego", &extended, extend).await.unwrap();
    house.act("elena", &extended, Act::DecideExtension { confirmed: true }).await.unwrap();
    let diego = house.who("diego").await;
    house.work(async |office| view::review(office, &diego).await.unwrap()).await;
    house.at("2026-01-09T09:00:00-06:00");
    let kind = ExceptionKind::Contract;
    let except = Act::Except { kind, reason: "compra".to_owned(), reference: "OC-1".to_owned() };
    house.act("diego", &late, except).await.unwrap();
    house.act("elena", &late, Act::DecideException { confirmed: false }).await.unwrap();
    house.act("diego", &late, Act::Resume).await.unwrap();
    house.at("2026-01-14T23:30:00-06:00");
    rule(house, &late).await;
    house.act("diego", &late, Act::Finish).await.unwrap();
    rule(house, &extended).await;
    // Made on the last day of January, which is February already in UTC, and attended in February.
    house.at("2026-01-30T19:00:00-06:00");
    let next = house.ticket("berta").await.number;
    house.at("2026-02-02T09:00:00-06:00");
    house.attend("carlos", &next).await;
    // Of February, and overdue by the day of the board.
    house.ticket("ana").await;
}

async fn rule(house: &House, number: &str) {
    let mode = resguardo::desk::ticket::Mode::OnSite;
    house.act("diego", number, Act::Rule { mode, ruling: ruling() }).await.unwrap();
}

async fn a_month_says_what_happened_in_it_and_no_other(place: Place) {
    let house = House::new(place).await;
    history(&house).await;
    house.at("2026-02-10T09:00:00-06:00");
    let january = of(&house, "elena", "2026-01").await.unwrap();
    // Waits of 0, 7 and 7 business days.
    assert_eq!(counts(&january.all), (5, 3, 1, Some(14)));
    let verdicts = Verdict::ALL.iter().map(|&verdict| january.all.with(verdict)).collect::<Vec<_>>();
    assert_eq!(verdicts, [1, 1, 0, 1], "kept, kept by extension, excepted, late");
    assert_eq!((january.pending, january.overdue), (1, 1), "when January was over, and now");
    let divided = |division: &[Part]| -> Vec<(String, (i64, i64, i64))> {
        let three =
            |Part { name, figures, .. }: &Part| (name.clone(), (figures.received, figures.attended, figures.void));
        division.iter().map(three).collect()
    };
    let named = |lines: &[(&str, (i64, i64, i64))]| -> Vec<(String, (i64, i64, i64))> {
        lines.iter().map(|(name, figures)| ((*name).to_owned(), *figures)).collect()
    };
    assert_eq!(divided(&january.categories), named(&[("Hardware", (4, 2, 1)), ("Red", (1, 1, 0))]));
    assert_eq!(divided(&january.units), named(&[("Verificación", (4, 2, 1)), ("Informática", (1, 1, 0))]));
    let technicians = [("diego Pérez", (2, 2, 0)), ("carlos Pérez", (2, 1, 0)), ("sin asignar", (1, 0, 1))];
    assert_eq!(divided(&january.technicians), named(&technicians));
    assert_eq!(january.ratings, Ratings { finished: 2, satisfied: 1, unsatisfied: 0 });
    let asked = |(all, count): &(Vec<Proposed>, i64)| -> Vec<_> {
        assert_eq!(i64::try_from(all.len()).unwrap(), *count);
        all.iter().map(|one| (one.number.clone(), one.day.to_string(), one.asked, one.late, one.confirmed)).collect()
    };
    assert_eq!(
        asked(&january.extensions),
        [("ST-2026-000004".to_owned(), "2026-01-05".to_owned(), Asked::Extension(Cause::System), false, Some(true))]
    );
    let contract = Asked::Exception(ExceptionKind::Contract);
    assert_eq!(
        asked(&january.exceptions),
        [("ST-2026-000003".to_owned(), "2026-01-09".to_owned(), contract, true, Some(false))]
    );
    assert_eq!(january.late.0.iter().map(|one| one.ticket.number.as_str()).collect::<Vec<_>>(), ["ST-2026-000003"]);
    assert_eq!((january.late.1, january.late.0[0].day.to_string()), (1, "2026-01-14".to_owned()));
    let marked: Vec<_> = january.reviews.iter().filter(|day| !day.by.is_empty()).collect();
    assert_eq!((marked.len(), marked[0].day.to_string()), (1, "2026-01-05".to_owned()));
    assert_eq!(january.reviews.len(), 21, "the business days of January 2026, the first of it left out");

    let february = of(&house, "elena", "").await.unwrap();
    assert_eq!(february.month.to_string(), "2026-02", "this month where none is asked for");
    // From Friday to Monday is one business day.
    assert_eq!(counts(&february.all), (1, 1, 0, Some(2)));
    assert_eq!((february.pending, february.overdue, february.reviews.len()), (1, 1, 7), "until today");
    let none = of(&house, "elena", "2025-06").await.unwrap();
    assert_eq!((counts(&none.all), none.pending), ((0, 0, 0, None), 0), "before anything was");
    assert_eq!(of(&house, "elena", "2027-01").await.unwrap().month, february.month, "what is to come has no figures");
}

/// The numbers of the tickets behind a figure of January, turned page by page, of which there are as many as each page says.
async fn numbers(house: &House, filter: CountedFilter) -> Vec<String> {
    let who = house.who("hugo").await;
    let (mut numbers, mut after) = (Vec::new(), None);
    loop {
        let month = Month::parse("2026-01");
        let wanted = Wanted::Tickets(filter);
        let page = house.work(async |office| records(office, &who, month, wanted, after, 2).await.unwrap()).await;
        let Records::Tickets(tickets) = page.records else { panic!("no tickets") };
        assert!(tickets.len() <= 2 && tickets.iter().all(|one| page.faces.contains_key(&one.ticket.requester)));
        numbers.extend(tickets.into_iter().map(|one| one.ticket.number));
        after = page.next;
        if after.is_none() {
            assert_eq!(i64::try_from(numbers.len()).unwrap(), page.total, "{filter:?}");
            return numbers;
        }
    }
}

async fn each_figure_has_the_list_of_what_it_counts(place: Place) {
    let house = House::new(place).await;
    history(&house).await;
    house.at("2026-02-10T09:00:00-06:00");
    let january = of(&house, "elena", "2026-01").await.unwrap();
    let ends = async |filter: CountedFilter| -> Vec<String> {
        numbers(&house, filter).await.iter().map(|number| number.replace("ST-2026-00000", "")).collect()
    };
    let all = CountedFilter::new;
    assert_eq!(ends(all(CountedBy::Received)).await, ["1", "2", "3", "4", "5"]);
    assert_eq!(ends(all(CountedBy::Attended)).await, ["1", "3", "4"]);
    assert_eq!(ends(all(CountedBy::Finished)).await, ["1", "3"]);
    assert_eq!(ends(all(CountedBy::Voided)).await, ["2"]);
    assert_eq!(ends(all(CountedBy::Pending)).await, ["5"], "attended in February, and nothing that came then");
    assert_eq!(january.pending, 1);
    let finished = |rating| CountedFilter { rating: Some(rating), ..all(CountedBy::Finished) };
    assert_eq!(ends(finished(Rated::As(Rating::Satisfied))).await, ["1"]);
    assert!(ends(finished(Rated::As(Rating::Unsatisfied))).await.is_empty());
    assert_eq!(ends(finished(Rated::NotYet)).await, ["3"]);
    let mut parts: Vec<(CountedFilter, &Figures)> = vec![(all(CountedBy::Received), &january.all)];
    let has = |id: Option<i64>| id.map_or(Has::None, Has::Id);
    for part in &january.categories {
        parts.push((CountedFilter { category: part.id, ..all(CountedBy::Received) }, &part.figures));
    }
    for part in &january.units {
        parts.push((CountedFilter { unit: has(part.id), ..all(CountedBy::Received) }, &part.figures));
    }
    for part in &january.technicians {
        parts.push((CountedFilter { assignee: has(part.id), ..all(CountedBy::Received) }, &part.figures));
    }
    for (filter, figures) in parts {
        let count = async |filter| i64::try_from(numbers(&house, filter).await.len()).unwrap();
        assert_eq!(count(filter).await, figures.received, "{filter:?}");
        assert_eq!(count(CountedFilter { by: CountedBy::Attended, ..filter }).await, figures.attended, "{filter:?}");
        assert_eq!(count(CountedFilter { by: CountedBy::Voided, ..filter }).await, figures.void, "{filter:?}");
        for &verdict in Verdict::ALL {
            let filter = CountedFilter { by: CountedBy::Attended, verdict: Some(verdict), ..filter };
            assert_eq!(count(filter).await, figures.with(verdict), "{filter:?}");
        }
    }
    let who = house.who("elena").await;
    for (what, number) in [(Proposal::Extension, "ST-2026-000004"), (Proposal::Exception, "ST-2026-000003")] {
        let (month, wanted) = (Month::parse("2026-01"), Wanted::Proposed(what));
        let page = house.work(async |office| records(office, &who, month, wanted, None, 50).await.unwrap()).await;
        let Records::Proposed(all) = &page.records else { panic!("{page:?}") };
        assert_eq!((all.len(), all[0].number.as_str(), page.total), (1, number, 1));
        let after = Some((all[0].day, all[0].id));
        let page = house.work(async |office| records(office, &who, month, wanted, after, 50).await.unwrap()).await;
        assert!(matches!(page.records, Records::Proposed(all) if all.is_empty()));
    }
    let carlos = house.who("carlos").await;
    let wanted = Wanted::Tickets(all(CountedBy::Received));
    let denied = house.work(async |office| records(office, &carlos, None, wanted, None, 50).await).await.unwrap_err();
    assert!(matches!(denied, DeskError::Refused(Refused::NotAllowed)));
}

async fn the_board_is_for_those_who_answer_for_the_desk(place: Place) {
    let house = House::new(place).await;
    for login in ["ana", "carlos", "ines", "admin"] {
        let denied = of(&house, login, "").await.unwrap_err();
        assert!(matches!(denied, DeskError::Refused(Refused::NotAllowed)), "{login}");
    }
    for login in ["elena", "gloria", "hugo"] {
        of(&house, login, "").await.unwrap();
    }
}
