//! The register of backups, DIACO-IN-FO-06, a month at a time, and on paper: an entry, the month, the year (R101, R105). It may not
//! know how the chain is verified.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::{Datelike as _, Months, NaiveDate};

use crate::desk::access::Action;
use crate::jobs::desk::now;
use crate::jobs::quality::fo_06::{cited, title};
use crate::jobs::quality::register::{Extent, Row, read};
use crate::register::entry::{Outcome, name, word};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::paper;
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

const SEES: Access = Access::May(Action::SeeQuality);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/registro", month);
    routes.get(SEES, "/registro/mes/{mes}/fo-06", of_month);
    routes.get(SEES, "/registro/anio/{anio}/fo-06", of_year);
    routes.get(SEES, "/registro/asiento/{asiento}/fo-06", of_entry);
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    page: Page,
    /// `Noviembre de 2026`.
    period: String,
    /// `2026-11`.
    month: String,
    year: i32,
    /// The month before, as `2026-10` and as `Octubre de 2026`.
    before: Option<(String, String)>,
    /// The next one, unless it has not begun.
    after: Option<(String, String)>,
    rows: Vec<Entry>,
    /// The number of the last entry and the beginning of its hash; none where the register is empty.
    head: Option<(String, String)>,
    entries: u64,
    /// What is wrong with the chain.
    problems: Vec<String>,
}

/// An entry as the list shows it.
struct Entry {
    number: String,
    day: String,
    week: String,
    of: String,
    outcome: String,
    tone: &'static str,
    media: String,
    checked: String,
    corrected_by: String,
    /// The directive that was in force; empty of what tells of nothing that was done.
    directive: String,
}

fn entry(row: &Row) -> Entry {
    let shown = &row.shown;
    let of = format!("{}/{}", shown.origin.server, shown.origin.name);
    let media: Vec<&str> = shown.media.iter().map(|medium| medium.label.as_str()).collect();
    let outcome = match &shown.corrects {
        Some(of) => format!("{} de {}", word(&shown.outcome), name(of.year, of.number)),
        None => word(&shown.outcome),
    };
    Entry {
        number: row.entry.name(),
        day: dates::day(shown.at.date_naive()),
        week: shown.week.clone(),
        of,
        outcome,
        tone: tone(shown.outcome),
        media: media.join(", "),
        checked: shown.verification.clone().unwrap_or_default(),
        corrected_by: row.corrected_by.join(", "),
        directive: if shown.corrects.is_some() { String::new() } else { cited(shown).to_owned() },
    }
}

fn tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done | Outcome::Extraordinary => "good",
        Outcome::DoneLate => "warn",
        Outcome::Missed | Outcome::Failed => "bad",
        Outcome::Excused | Outcome::Correction | Outcome::Copied | Outcome::Void => "calm",
    }
}

async fn month(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let today = now(app.office()).day;
    let this = today.with_day(1).unwrap_or(today);
    let first = match Extent::of_month(asked.text("mes")) {
        Some(Extent::Month(first)) => first,
        _ => this,
    };
    let extent = Extent::Month(first);
    let excerpt = read(app.office(), visit.by(), &app.key, extent).await?;
    let of = |day: NaiveDate| (Extent::Month(day).name(), title(Extent::Month(day)));
    show(&RegisterPage {
        page: visit.page("Registro de respaldos"),
        period: title(extent),
        month: extent.name(),
        year: first.year(),
        before: first.checked_sub_months(Months::new(1)).map(of),
        after: first.checked_add_months(Months::new(1)).filter(|next| *next <= this).map(of),
        rows: excerpt.rows.iter().rev().map(entry).collect(),
        head: excerpt.head.map(|head| (name(head.year, head.number), head.hash.chars().take(16).collect())),
        entries: excerpt.report.entries,
        problems: excerpt.report.problems.iter().map(ToString::to_string).collect(),
    })
}

async fn of_month(State(app): State<Arc<App>>, visit: Visit, Path(text): Path<String>) -> Result<Response, Failure> {
    paper::register(&app, &visit, Extent::of_month(&text).ok_or(Failure::NotFound)?).await
}

async fn of_year(State(app): State<Arc<App>>, visit: Visit, Path(text): Path<String>) -> Result<Response, Failure> {
    paper::register(&app, &visit, Extent::of_year(&text).ok_or(Failure::NotFound)?).await
}

async fn of_entry(State(app): State<Arc<App>>, visit: Visit, Path(text): Path<String>) -> Result<Response, Failure> {
    paper::register(&app, &visit, Extent::of_entry(&text).ok_or(Failure::NotFound)?).await
}
