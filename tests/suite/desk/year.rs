//! A year of a desk by chance, told month by month: each report is delivered in its time, what twelve of them say adds up to what
//! happened, and all of them come onto paper.

use chrono::{Datelike as _, NaiveDate, Weekday};
use resguardo::desk::report::ReportState;
use resguardo::figures::indicators::{REPORT_DAY, indicators};
use resguardo::figures::month::Month;
use resguardo::figures::monthly::{Monthly, Share};
use resguardo::jobs::desk::enter::NewTicket;
use resguardo::jobs::monthly::report::{self, Written, receive};
use resguardo::jobs::monthly::tasks::{self, TaskForm};
use resguardo::jobs::monthly::{due, figures, fo_05, rp_fo_03};
use resguardo_forms_model::Record;

use crate::figures::{Chance, step};
use crate::house::{House, asked};
use crate::papers::{self, printed};
use crate::year_upkeep::Upkeep;
use crate::{Place, on_both, year_semesters};

on_both!(a_year_of_reports_adds_up_and_comes_onto_paper);

/// What people ask for.
const SUBJECTS: &[(&str, i64)] = &[
    ("La impresora del segundo nivel no imprime", 1),
    ("Se perdió el acceso a la carpeta compartida", 3),
    ("El equipo no enciende después del apagón", 1),
    ("No abre el libro de quejas en DIACO En-Línea", 6),
    ("Actualizar el lector de PDF", 2),
    ("Sin red en la sala de audiencias", 3),
    ("El teclado escribe otra letra", 1),
    ("Instalar la hoja de cálculo", 2),
    ("El servidor de expedientes está lento", 5),
];
/// What is done besides.
const TASKS: &[&str] = &[
    "Inventario de licencias",
    "Capacitación a personal de reciente ingreso",
    "Traslado de equipo a la sede central",
    "Apoyo en la jornada de verificación",
];

async fn caller(house: &House, login: &str) -> resguardo::jobs::desk::Caller {
    house.who(login).await
}

/// Delivers the report of a month and has it received a day later.
async fn report_month(house: &House, month: Month, today: NaiveDate) {
    let elena = caller(house, "elena").await;
    let analysis = format!("En {month} se atendió lo que ingresó.");
    let written = Written { analysis, notes: String::new() };
    let delivered = house.work(async |office| report::write(office, &elena, (month, 0), &written, true).await).await;
    let version = delivered.unwrap().version;
    house.at(&format!("{today}T16:00:00-06:00"));
    let hugo = caller(house, "hugo").await;
    house.work(async |office| receive(office, &hugo, month, version).await).await.unwrap();
}

/// Lives a year of workdays, and the first of the next, until the last report is delivered.
async fn live(house: &House, chance: &mut Chance, upkeep: &mut Upkeep) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    let (first, last): (NaiveDate, NaiveDate) = ("2026-01-05".parse().unwrap(), "2027-01-11".parse().unwrap());
    let mut told = Month::of(first).before();
    for today in first.iter_days().take_while(|day| *day <= last) {
        if matches!(today.weekday(), Weekday::Sat | Weekday::Sun) {
            continue;
        }
        house.at(&format!("{today}T{:02}:{:02}:00-06:00", 8 + chance.of(8), chance.of(60)));
        let month = Month::of(today).before();
        if today.day() >= 8 && month > told {
            if month >= Month::of(first) {
                report_month(house, month, today).await;
                upkeep.reported(month, today);
            }
            told = month;
        }
        upkeep.day(house, today).await;
        for _ in 0..chance.of(4) {
            let (subject, category) = chance.one(SUBJECTS);
            let by = chance.one(&["ana", "berta", "gloria", "ines", "hugo"]);
            let ticket = house.enter(by, NewTicket { category, ..asked(subject) }, vec![]).await.unwrap();
            numbers.push(ticket.number);
        }
        // What is older than the last sixty is done, or waits for somebody who does not come.
        for number in &numbers[numbers.len().saturating_sub(60)..] {
            if chance.of(2) > 0 {
                let ticket = house.store.ticket_by_number(number).await.unwrap().unwrap();
                step(house, chance, &ticket, today).await;
            }
        }
        if chance.of(7) == 0 {
            let carlos = caller(house, "carlos").await;
            let form = TaskForm {
                day: Some(today),
                text: chance.one(TASKS).to_owned(),
                done_by: carlos.actor.id,
                hours: (1 + chance.of(6)).to_string(),
                ..TaskForm::default()
            };
            house.work(async |office| tasks::add(office, &carlos, &form).await).await.unwrap();
        }
    }
    numbers
}

fn sums(shares: &[Share]) -> (i64, i64, i64) {
    shares.iter().fold((0, 0, 0), |sum, one| (sum.0 + one.received, sum.1 + one.attended, sum.2 + one.pending))
}

/// What a month says is one with itself, and goes on where the month before ended.
fn adds_up(of: &Monthly, pending_before: i64) {
    let requests = &of.requests;
    let all = (requests.received, requests.attended, requests.pending);
    for parts in [&requests.categories, &requests.units, &requests.technicians] {
        assert_eq!(sums(parts), all, "{}", of.month);
    }
    let verdicts = requests.kept + requests.kept_extended + requests.late + requests.excepted;
    assert_eq!(verdicts, requests.attended, "{}", of.month);
    let left = pending_before + requests.received - requests.attended - requests.void;
    assert_eq!(requests.pending, left, "{}: what was open, what came and what went", of.month);
}

async fn a_year_of_reports_adds_up_and_comes_onto_paper(place: Place) {
    let house = House::new(place).await;
    let mut upkeep = Upkeep::new(2026);
    let numbers = live(&house, &mut Chance(2026), &mut upkeep).await;
    assert!(numbers.len() > 300, "chance brought {} tickets", numbers.len());
    house.at("2027-01-20T09:00:00-06:00");
    let elena = caller(&house, "elena").await;
    let months: Vec<Month> =
        std::iter::successors(Month::parse("2026-01"), |month| Some(month.after())).take(12).collect();
    let (mut received, mut attended, mut pending, mut tasks, mut results) = (0, 0, 0, 0, Vec::new());
    for month in months {
        let view = house.work(async |office| report::view(office, &elena, month, None).await).await.unwrap();
        let shown = view.shown.unwrap();
        assert_eq!((shown.revision, shown.state), (1, ReportState::Received), "{month}");
        let frozen = shown.frozen.unwrap();
        let of = &frozen.figures;
        adds_up(of, pending);
        // Ratings come later; what entered and what was attended is what it was.
        let again = house.work(async |office| figures::of_month(office, month, None).await.unwrap()).await.requests;
        let now = (again.received, again.attended, again.pending, again.void, again.late);
        let then = &of.requests;
        assert_eq!(now, (then.received, then.attended, then.pending, then.void, then.late), "{month}");
        assert!(frozen.business_day <= REPORT_DAY, "{month} was delivered on business day {}", frozen.business_day);

        let fo_05 = house.work(async |office| fo_05::record(office, &elena, month, None).await).await.unwrap();
        let text = printed(&fo_05);
        for said in
            [format!("FO-05-{month}"), format!("En {month} se atendió lo que ingresó."), "DIACO-IN-FO-05".to_owned()]
        {
            assert!(text.contains(&said), "{said} is not in\n{text}");
        }
        let (_, maintained) = upkeep.ledger.months[&month.first()];
        let figures = of.maintenance.unwrap();
        let said = [figures.programmed, figures.executed, figures.rescheduled, figures.pending];
        assert_eq!(said, maintained, "the maintenance of {month}");
        let names = "Programados Ejecutados Reprogramados Pendientes";
        assert_eq!(papers::figures(&text, names), maintained, "the maintenance of {month} on paper");
        let rp = house.work(async |office| rp_fo_03::record(office, &elena, month, None).await).await.unwrap();
        let Record::RpFo03(sheet) = &rp else { panic!("another form") };
        for (one, known) in sheet.content.indicators.0.iter().zip(indicators(of)) {
            let last = one.trend.0.iter().last().unwrap();
            assert_eq!((one.code.0.as_str(), last.hundredths), (known.code, known.value.hundredths()), "{month}");
            // The bars before are what those months' own reports said.
            let told = one.trend.0.iter().rev().skip(1).map(|point| point.hundredths);
            let before = results.iter().rev().map(|past: &Vec<(String, Option<i64>)>| {
                past.iter().find(|(code, _)| *code == known.code).and_then(|(_, value)| *value)
            });
            assert!(told.zip(before).all(|(told, before)| told == before), "{month}, {}", known.code);
        }
        assert!(printed(&rp).contains(&format!("RP-FO-03-{month}")));
        results
            .push(indicators(of).iter().map(|one| (one.code.to_owned(), one.value.hundredths())).collect::<Vec<_>>());
        received += of.requests.received;
        attended += of.requests.attended;
        tasks += of.tasks.len();
        pending = of.requests.pending;
    }
    let of_year = numbers.iter().filter(|number| number.starts_with("ST-2026-")).count();
    assert_eq!(usize::try_from(received), Ok(of_year), "every ticket of the year is in one report");
    assert!(attended > 200 && tasks > 10, "{attended} attended, {tasks} tasks");
    // Every report was due on its own day, around Easter and New Year as well.
    let today = "2027-01-20".parse().unwrap();
    let calendar =
        house.work(async |office| resguardo::jobs::desk::calendar::current(office, today).await.unwrap()).await;
    assert_eq!(due(&calendar.1, Month::parse("2026-03").unwrap()), "2026-04-16".parse().ok());
    year_semesters::add_up_and_come_onto_paper(&house, &upkeep).await;
}
