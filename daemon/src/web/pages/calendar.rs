//! The calendar of a year, and publishing another version with another day: by accord, or the feast of a place. Which open tickets
//! it moves is shown before.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::Datelike as _;

use super::new_ticket::of_form;
use crate::calendar::holidays::by_law;
use crate::calendar::names::{MONTHS, WEEKDAYS};
use crate::calendar::{Change, Kind, NonBusinessDay, Version};
use crate::desk::Refused;
use crate::desk::access::Action;
use crate::desk::ticket::Ticket;
use crate::jobs::desk::calendar::{PLACE, Wanted, current, propose, publish};
use crate::jobs::desk::{DeskError, now};
use crate::store::people_rows::Unit;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// The years that are shown.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeCalendar), "/calendario", show_year);
    routes.get(Access::May(Action::PublishCalendar), "/calendario/nuevo-dia", ask);
    routes.post(Access::May(Action::PublishCalendar), "/calendario/nuevo-dia", add);
}

/// A day on which nobody works, or not all day.
struct Row {
    date: String,
    weekday: &'static str,
    name: String,
    kind: &'static str,
    /// The only place that has it; empty for all.
    place: String,
    citation: String,
}

#[derive(Template)]
#[template(path = "calendar.html")]
struct CalendarPage {
    page: Page,
    year: i32,
    version: i64,
    rows: Vec<Row>,
    reports: Vec<(String, String)>,
    /// Units elsewhere than in the capital, with their places.
    seats: Vec<(String, String)>,
    publishes: bool,
}

#[derive(Template)]
#[template(path = "calendar_day.html")]
struct DayPage {
    page: Page,
    form: Form,
    kinds: Vec<Choice>,
    places: Vec<Choice>,
    /// The tickets whose limits would move, once that was asked for.
    moved: Option<Vec<Moved>>,
}

/// A ticket whose limit moves: its number, the limit, and what it becomes.
pub(super) type Moved = (String, String, String);

/// The tickets whose limits move, as they are shown.
pub(super) fn shown(moved: Vec<Change<Ticket>>) -> Vec<Moved> {
    let row = |change: Change<Ticket>| (change.what.number, dates::day(change.old), dates::day(change.new));
    moved.into_iter().map(row).collect()
}

/// The business day by which the month's report is due (R112).
const REPORT_DAY: u32 = 10;

async fn show_year(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let office = app.office();
    let today = now(office).day;
    let year = asked.text("anio").parse().ok().filter(|year| YEARS.contains(year)).unwrap_or_else(|| today.year());
    let (version, calendar) = current(office, today).await?;
    let by_law = by_law(year).into_iter().filter(|day| day.place.is_none_or(|place| place == PLACE));
    let added = version.extra.iter().filter(|day| day.date.year() == year).cloned();
    let mut days: Vec<NonBusinessDay> = by_law.map(NonBusinessDay::from).chain(added).collect();
    days.sort_by_key(|day| day.date);
    let row = |day: NonBusinessDay| Row {
        date: dates::day(day.date),
        weekday: usize::try_from(day.date.weekday().num_days_from_monday())
            .ok()
            .and_then(|n| WEEKDAYS.get(n))
            .copied()
            .unwrap_or_default(),
        kind: day.kind.words(),
        place: day.place.unwrap_or_default(),
        name: day.name,
        citation: day.citation,
    };
    let months = MONTHS.iter().zip(1..);
    let report = |(name, month): (&&str, u32)| {
        let day = calendar.nth_business_day_of_month(year, month, REPORT_DAY)?;
        Some(((*name).to_owned(), dates::day(day)))
    };
    show(&CalendarPage {
        page: visit.page(&format!("Calendario {year}")),
        year,
        version: version.id,
        rows: days.into_iter().map(row).collect(),
        reports: months.filter_map(report).collect(),
        seats: seats(app.store.units().await?, &version),
        publishes: visit.may(Action::PublishCalendar),
    })
}

/// Units elsewhere than in the capital, by their names.
fn seats(units: Vec<Unit>, version: &Version) -> Vec<(String, String)> {
    let seat = |unit: Unit| Some((unit.name, version.seats.get(&unit.id)?.clone()));
    units.into_iter().filter_map(seat).collect()
}

async fn page(app: &App, visit: &Visit, form: Form, moved: Option<Vec<Moved>>) -> Result<DayPage, Failure> {
    let kinds = [Kind::Accord, Kind::Local, Kind::HalfDay];
    let kinds = kinds.into_iter().map(|kind| Choice::new(format!("{kind:?}"), kind.words())).collect();
    let (version, _) = current(app.office(), now(app.office()).day).await?;
    let places = version.all_places().into_iter().map(|place| Choice::new(place, place)).collect();
    Ok(DayPage { page: visit.page("Agregar un día inhábil"), form, kinds, places, moved })
}

async fn ask(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let known = [("kind", format!("{:?}", Kind::Accord)), ("place", PLACE.to_owned())];
    show(&page(&app, &visit, visit.form(Fields::of(known)), None).await?)
}

/// What the form asks for.
fn wanted(fields: &Fields) -> Result<Wanted, Refused> {
    let date = dates::read("date", fields.text("date"))?.ok_or_else(|| Refused::field("date", "escriba la fecha"))?;
    let kind =
        [Kind::Accord, Kind::Local, Kind::HalfDay].into_iter().find(|kind| format!("{kind:?}") == fields.text("kind"));
    let kind = kind.ok_or_else(|| Refused::field("kind", "elija una de las opciones"))?;
    let from_hour = match fields.text("from_hour").trim() {
        "" => None,
        hour => Some(hour.parse().map_err(|_| Refused::field("from_hour", "escriba solo la hora, de 0 a 23"))?),
    };
    let day = NonBusinessDay {
        date,
        kind,
        name: fields.text("name").to_owned(),
        citation: fields.text("citation").to_owned(),
        place: (kind == Kind::Local).then(|| fields.text("place").to_owned()),
        counts_for_deadlines: true,
        from_hour,
    };
    Ok(Wanted { added: vec![day], note: fields.text("note").to_owned(), ..Wanted::default() })
}

/// Shows first which tickets move; the second button publishes.
async fn add(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let form = visit.form(fields.clone());
    let office = app.office();
    let asked = match wanted(&fields) {
        Ok(asked) => asked,
        Err(refused) => return show_again(&page(&app, &visit, form.refused(refused)?, None).await?),
    };
    let again = |form: Form, error: DeskError| match error {
        DeskError::Day(why) => Ok(form.wrong("date", &why.to_string())),
        error => of_form(form, error),
    };
    if fields.has("publish") {
        return match publish(office, &visit.caller(), asked).await {
            Ok(version) => {
                Ok(visit.done("/calendario", &format!("Se publicó la versión {} del calendario.", version.id)))
            }
            Err(error) => show_again(&page(&app, &visit, again(form, error)?, None).await?),
        };
    }
    match propose(office, &visit.caller(), asked).await {
        Ok((_, moved)) => show(&page(&app, &visit, form, Some(shown(moved))).await?),
        Err(error) => show_again(&page(&app, &visit, again(form, error)?, None).await?),
    }
}
