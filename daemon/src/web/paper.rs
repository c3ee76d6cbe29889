//! What is printed on request, in turns, since one sheet takes a process of its own for a moment. It may not know what is on it.

use std::path::Path;

use axum::response::Response;
use resguardo_forms_model::{Form, Record};

use super::app::App;
use super::download::paper;
use super::failure::Failure;
use super::visit::Visit;
use crate::figures::month::Month;
use crate::forms::{self, FormError};
use crate::jobs::desk::{Caller, cover, fo_01, now};
use crate::jobs::error::chain;
use crate::jobs::monthly::{fo_05, rp_fo_03};
use crate::jobs::quality::catalogue::version_on;
use crate::jobs::quality::register::Extent;
use crate::jobs::quality::{events, fo_06};
use crate::jobs::upkeep::semester::copy;
use crate::jobs::upkeep::{fo_02, fo_03, rp_fo_03 as semester_rp_fo_03};
use crate::upkeep::semester::Semester;

/// A ticket's report with its ruling, form DIACO-IN-FO-01 (R047).
pub(super) async fn ticket_report(app: &App, who: &Caller, number: &str) -> Result<Response, Failure> {
    let record = Box::pin(fo_01::record(app.office(), who, number)).await?;
    printed(app, who.actor.id, &record, &format!("FO-01 {number}.pdf")).await
}

/// The cover sheet of a ticket's request for a mail account (R091).
pub(super) async fn cover(app: &App, who: &Caller, number: &str) -> Result<Response, Failure> {
    let record = Box::pin(cover::record(app.office(), who, number)).await?;
    printed(app, who.actor.id, &record, &format!("Carátula {number}.pdf")).await
}

/// A part of the register, form DIACO-IN-FO-06 (R101).
pub(super) async fn register(app: &App, visit: &Visit, extent: Extent) -> Result<Response, Failure> {
    let record = Box::pin(fo_06::record(app.office(), visit.by(), &app.key, extent)).await?;
    printed(app, visit.actor().id, &record, &format!("FO-06 {}.pdf", extent.name())).await
}

/// The programme of a semester, form DIACO-IN-FO-02 (R060).
pub(super) async fn programme(app: &App, visit: &Visit, semester: Semester) -> Result<Response, Failure> {
    let record = Box::pin(fo_02::record(app.office(), visit.by(), semester)).await?;
    let name = format!("FO-02 {}-{}.pdf", semester.year(), semester.half());
    printed(app, visit.actor().id, &record, &name).await
}

/// An event's list of attendance, form DIACO-RH-FO-02 (R118).
pub(super) async fn attendance(app: &App, visit: &Visit, number: &str) -> Result<Response, Failure> {
    let record = events::record(app.office(), visit.by(), number).await?;
    printed(app, visit.actor().id, &record, &format!("RH-FO-02 {number}.pdf")).await
}

/// The same as bytes, to be kept.
pub(super) async fn programme_pdf(app: &App, visit: &Visit, semester: Semester) -> Result<Vec<u8>, Failure> {
    let record = Box::pin(fo_02::record(app.office(), visit.by(), semester)).await?;
    let printing = app.prints.turn(visit.actor().id).await?;
    let pdf = forms::print(&record, templates(app)).await;
    drop(printing);
    pdf.map_err(|error| Failure::Internal(chain(&error)))
}

/// An item that was moved to another week, form DIACO-IN-FO-03 (R068).
pub(super) async fn rescheduling(app: &App, visit: &Visit, name: &str) -> Result<Response, Failure> {
    let record = Box::pin(fo_03::record(app.office(), visit.by(), name)).await?;
    printed(app, visit.actor().id, &record, &format!("{name}.pdf")).await
}

/// The indicator of a semester, form DIACO-RP-FO-03 (R070).
pub(super) async fn semester_indicator(
    app: &App,
    visit: &Visit,
    semester: Semester,
    revision: Option<u32>,
) -> Result<Response, Failure> {
    let record = Box::pin(semester_rp_fo_03::record(app.office(), visit.by(), semester, revision)).await?;
    printed(app, visit.actor().id, &record, &format!("RP-FO-03 {}.pdf", semester.word())).await
}

/// The copy of the programme that was delivered with it (R071), byte by byte.
pub(super) async fn semester_copy(
    app: &App,
    visit: &Visit,
    semester: Semester,
    revision: Option<u32>,
) -> Result<Response, Failure> {
    let (name, pdf) = Box::pin(copy(app.office(), visit.by(), semester, revision)).await?;
    handed_out(app, visit.actor().id, Ok(pdf), &name).await
}

/// The report of a month, form DIACO-IN-FO-05 (R110).
pub(super) async fn monthly_report(
    app: &App,
    who: &Caller,
    month: Month,
    revision: Option<u32>,
) -> Result<Response, Failure> {
    let record = Box::pin(fo_05::record(app.office(), who, month, revision)).await?;
    printed(app, who.actor.id, &record, &format!("FO-05 {month}.pdf")).await
}

/// The indicators of a month, form DIACO-RP-FO-03 (R111).
pub(super) async fn monthly_indicators(
    app: &App,
    who: &Caller,
    month: Month,
    revision: Option<u32>,
) -> Result<Response, Failure> {
    let record = Box::pin(rp_fo_03::record(app.office(), who, month, revision)).await?;
    printed(app, who.actor.id, &record, &format!("RP-FO-03 {month}.pdf")).await
}

/// An empty form in the version of today.
pub(super) async fn blank(app: &App, who: i64, form: Form) -> Result<Response, Failure> {
    let version = version_on(app.office(), form, now(app.office()).day).await?;
    let printing = app.prints.turn(who).await?;
    let pdf = forms::blank(&version, templates(app)).await;
    drop(printing);
    handed_out(app, who, pdf, &format!("{} en blanco.pdf", form.code())).await
}

/// The operator's manual.
pub(super) async fn manual(app: &App, who: i64) -> Result<Response, Failure> {
    let printing = app.prints.turn(who).await?;
    let pdf = forms::manual(env!("CARGO_PKG_VERSION"), templates(app)).await;
    drop(printing);
    handed_out(app, who, pdf, "Manual de operación.pdf").await
}

async fn printed(app: &App, who: i64, record: &Record, name: &str) -> Result<Response, Failure> {
    let printing = app.prints.turn(who).await?;
    let pdf = forms::print(record, templates(app)).await;
    drop(printing);
    handed_out(app, who, pdf, name).await
}

/// Whoever takes long to fetch it keeps nobody from printing.
async fn handed_out(app: &App, who: i64, pdf: Result<Vec<u8>, FormError>, name: &str) -> Result<Response, Failure> {
    let pdf = pdf.map_err(|error| Failure::Internal(chain(&error)))?;
    let turn = app.downloads.turn(who).await?;
    Ok(paper(name, pdf, turn))
}

fn templates(app: &App) -> Option<&Path> {
    app.config.desk.as_ref()?.forms.as_deref()
}
