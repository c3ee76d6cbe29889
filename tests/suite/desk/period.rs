//! What the database says of a period, on the first and the last instant of it in Guatemala, and just outside.

use chrono::NaiveDate;
use resguardo::desk::account::AccountKind;
use resguardo::jobs::desk::accounts;
use resguardo::jobs::desk::enter::{File, NewTicket};
use resguardo::store::of_period::OfTicket;

use crate::house::{House, asked};
use crate::{Place, on_both};

on_both!(a_period_holds_its_first_and_last_instant_and_nothing_beside_them);

const FIRST: &str = "2026-02-01T00:00:00-06:00";
const LAST: &str = "2026-02-28T23:59:59.999999-06:00";
const BEFORE: &str = "2026-01-31T23:59:59.999999-06:00";
const AFTER: &str = "2026-03-01T00:00:00-06:00";

fn days() -> (NaiveDate, NaiveDate) {
    ("2026-02-01".parse().unwrap(), "2026-02-28".parse().unwrap())
}

/// The numbers that rows belong to, each once.
fn numbers<T>(rows: &[OfTicket<T>]) -> Vec<&str> {
    let mut numbers: Vec<&str> = rows.iter().map(|row| row.number.as_str()).collect();
    numbers.dedup();
    numbers
}

async fn a_period_holds_its_first_and_last_instant_and_nothing_beside_them(place: Place) {
    let house = House::new(place).await;
    let file = || vec![File { name: "acta.pdf".to_owned(), kind: "pdf", bytes: vec![1, 2, 3] }];
    house.at("2026-01-30T10:00:00-06:00");
    // One for each edge, attended then; and one that comes then, and stays open.
    let mut attended = Vec::new();
    for _ in 0..4 {
        attended.push(house.enter("ana", asked("no imprime"), file()).await.unwrap().number);
    }
    let mut entered = Vec::new();
    for (number, edge) in attended.iter().zip([BEFORE, FIRST, LAST, AFTER]) {
        house.at(edge);
        house.attend("carlos", number).await;
        let about_mail = NewTicket { category: resguardo::desk::account::CATEGORY, ..asked("correo nuevo") };
        let number = house.enter("ana", about_mail, file()).await.unwrap().number;
        let carlos = house.who("carlos").await;
        house.act("carlos", &number, resguardo::desk::acts::Act::Take).await.unwrap();
        let begun = house
            .work(async |office| accounts::start(office, &carlos, &number, AccountKind::Creation, "Lucía").await)
            .await;
        begun.unwrap();
        entered.push(number);
    }
    let within = [&attended[1], &attended[2], &entered[1], &entered[2]];
    let (store, all) = (&house.store, (0, i64::MAX));
    let tickets = store.tickets_of(days(), 0, 100).await.unwrap();
    assert_eq!(tickets.iter().map(|ticket| &ticket.number).collect::<Vec<_>>(), within);
    let behind = store.tickets_of(days(), tickets[0].id, 2).await.unwrap();
    assert_eq!(behind, tickets[1..3], "a batch goes on behind an id");
    assert_eq!(store.attended_numbers(days()).await.unwrap(), attended[1..3]);
    let files = store.attached(days()).await.unwrap();
    assert_eq!(files.iter().map(|file| &file.number).collect::<Vec<_>>(), within[..2]);
    let events = store.events_of(days(), all).await.unwrap();
    assert_eq!(numbers(&events), within);
    // A ticket of the period is told whole, also what happened to it before.
    assert_eq!(events[0].row.kind, "entered");
    let one = store.events_of(days(), (tickets[1].id, tickets[1].id)).await.unwrap();
    assert_eq!(numbers(&one), [within[1]]);
    assert_eq!(numbers(&store.rulings_of(days(), all).await.unwrap()), within[..2]);
    // What was begun before and is not over belongs to the period as well; what is begun after it does not.
    let accounts = store.accounts_of(days()).await.unwrap();
    assert_eq!(
        accounts.iter().map(|waiting| &waiting.number).collect::<Vec<_>>(),
        entered[..3].iter().collect::<Vec<_>>()
    );
}
