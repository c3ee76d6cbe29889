//! *Informes*: the months with the states of their reports. It may not know what stands in them.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::shown::sentence;
use crate::desk::access::Action;
use crate::desk::report::ReportState;
use crate::figures::indicators::Value;
use crate::figures::month::Month;
use crate::jobs::monthly::month_name;
use crate::jobs::monthly::months::{MonthRow, Months, months};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeReports), "/informes", list);
}

/// A month as the list shows it.
struct Row {
    month: Month,
    name: String,
    state: String,
    tone: &'static str,
    revision: u32,
    due: String,
    delivered: String,
    in_time: String,
}

#[derive(Template)]
#[template(path = "reports.html")]
struct ReportsPage {
    page: Page,
    rows: Vec<Row>,
    first: String,
    next: String,
}

/// What a state is called, and its colour: a report that is not delivered is late after its due day.
fn state(row: &MonthRow, all: &Months) -> (String, &'static str) {
    let is_over = all.today > row.month.last();
    let is_late = row.due.is_some_and(|due| all.today > due);
    match row.report.as_ref().map(|report| report.state) {
        Some(ReportState::Received) => (sentence(ReportState::Received.label()), "good"),
        Some(ReportState::Delivered) => (sentence(ReportState::Delivered.label()), "good"),
        Some(ReportState::Draft) if row.report.as_ref().is_some_and(|report| report.revision > 1) => {
            ("En revisión".to_owned(), "warn")
        }
        Some(ReportState::Draft) if is_late => ("Borrador, vencido".to_owned(), "bad"),
        Some(ReportState::Draft) => (sentence(ReportState::Draft.label()), "warn"),
        None if !is_over => ("En curso".to_owned(), "calm"),
        None if is_late => ("Sin entregar, vencido".to_owned(), "bad"),
        None => ("Por redactar".to_owned(), "warn"),
    }
}

async fn list(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let until = Month::parse(asked.text("hasta"));
    let all = months(app.office(), &visit.caller(), until).await?;
    let row = |row: &MonthRow| {
        let (state, tone) = state(row, &all);
        let frozen = row.delivered.as_ref();
        Row {
            month: row.month,
            name: sentence(&month_name(row.month)),
            state,
            tone,
            revision: row.report.as_ref().map_or(1, |report| report.revision),
            due: row.due.map(dates::day).unwrap_or_default(),
            delivered: frozen.map(|frozen| dates::day(frozen.day)).unwrap_or_default(),
            in_time: frozen.map(|frozen| Value::Delivered(Some(frozen.business_day)).text()).unwrap_or_default(),
        }
    };
    let next =
        all.rows.last().map(|last| last.month.before()).filter(|month| Month::parse(&month.to_string()).is_some());
    show(&ReportsPage {
        page: visit.page("Informes mensuales"),
        rows: all.rows.iter().map(row).collect(),
        first: until.map(|_| "/informes".to_owned()).unwrap_or_default(),
        next: next.map(|month| format!("/informes?hasta={month}")).unwrap_or_default(),
    })
}
