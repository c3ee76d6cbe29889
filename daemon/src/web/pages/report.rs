//! The report of a month: its figures, what the head writes of them, its delivery and receipt, and its papers. It may not know how
//! figures are counted, nor who may do what with it when.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::Datelike as _;

use super::report_figures::Shown;
use super::shown::{name, sentence};
use crate::desk::access::Action;
use crate::desk::report::ReportState;
use crate::figures::month::Month;
use crate::jobs::monthly::report::{self, View, Written};
use crate::jobs::monthly::{MonthlyError, month_name};
use crate::jobs::quality::signed::Signable;
use crate::store::monthly_reports::MonthlyReport;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, whole};
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::paper::{monthly_indicators, monthly_report};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

const SEES: Access = Access::May(Action::SeeReports);
const WRITES: Access = Access::May(Action::WriteReports);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/informes/{mes}", show_report);
    routes.post(WRITES, "/informes/{mes}", write);
    routes.post(WRITES, "/informes/{mes}/revision", revise);
    routes.post(Access::May(Action::ReceiveReports), "/informes/{mes}/recibir", receive);
    routes.get(SEES, "/informes/{mes}/fo-05", paper);
    routes.get(SEES, "/informes/{mes}/rp-fo-03", indicators);
}

/// A revision of the report as a line.
struct Revision {
    path: String,
    number: u32,
    state: String,
    reason: String,
    is_shown: bool,
}

/// How a report was delivered.
struct Delivery {
    day: String,
    business_day: u32,
    by: String,
    digest: String,
    /// Who received it and when; empty where nobody did yet.
    received: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    page: Page,
    month: Month,
    year: i32,
    before: String,
    /// Empty where it is still to come.
    after: String,
    state: &'static str,
    tone: &'static str,
    due: String,
    is_late: bool,
    delivery: Option<Delivery>,
    revision: u32,
    revisions: Vec<Revision>,
    analysis: String,
    notes: String,
    /// The form of whoever writes it now.
    form: Option<Form>,
    /// Whether that may be delivered.
    delivers: bool,
    /// The form of whoever corrects what was delivered.
    revise: Option<Form>,
    /// The form of whoever receives it.
    receive: Option<Form>,
    shown: Shown,
}

impl ReportPage {
    /// What the papers of the report and of its indicators are called.
    fn records(&self) -> [String; 2] {
        [Signable::Report(self.month, self.revision), Signable::Indicators(self.month, self.revision)]
            .map(|one| one.record())
    }
}

/// Which of its forms a page shows again.
enum Again {
    Write(Form),
    Revise(Form),
    Receive(Form),
}

/// A month, and a revision of its report: as in paths, `2026-10`, or as a paper names it, `FO-05-2026-10-R2`.
fn named(path: &str) -> Option<(Month, Option<u32>)> {
    let path = path.strip_prefix("RP-").unwrap_or(path);
    let path = path.strip_prefix("FO-05-").or_else(|| path.strip_prefix("FO-03-")).unwrap_or(path);
    match path.split_once("-R") {
        Some((month, revision)) => Some((Month::parse(month)?, Some(whole(revision)?))),
        None => Some((Month::parse(path)?, None)),
    }
}

fn delivery(view: &View, shown: &MonthlyReport, zone: chrono_tz::Tz) -> Option<Delivery> {
    let frozen = shown.frozen.as_ref()?;
    let received =
        shown.received.map(|(at, by)| format!("{}, {}", dates::moment(at, zone), name(&view.faces, Some(by))));
    Some(Delivery {
        day: dates::moment(frozen.at, zone),
        business_day: frozen.business_day,
        by: name(&view.faces, Some(frozen.by)),
        digest: frozen.digest.clone(),
        received: received.unwrap_or_default(),
    })
}

fn state(view: &View) -> (&'static str, &'static str) {
    match view.shown.as_ref().map(|shown| shown.state) {
        None if view.today <= view.month.last() => ("en curso", "calm"),
        None => ("por redactar", "warn"),
        Some(state @ ReportState::Draft) => (state.label(), "warn"),
        Some(state) => (state.label(), "good"),
    }
}

fn page(app: &App, visit: &Visit, view: &View, again: Option<Again>) -> ReportPage {
    let (month, shown) = (view.month, view.shown.as_ref());
    let last = view.revisions.last();
    let is_last = shown.map(|one| one.revision) == last.map(|one| one.revision);
    let state_of = shown.map(|one| one.state);
    let writes = visit.may(Action::WriteReports) && is_last;
    let is_draft = state_of.is_none_or(|state| state == ReportState::Draft);
    let text = |of: fn(&MonthlyReport) -> &String| shown.map(|one| of(one).clone()).unwrap_or_default();
    let version = || ("version", shown.map_or(0, |one| one.version).to_string());
    let (mut form, mut revise, mut receive) = (None, None, None);
    if writes && is_draft {
        let texts = [version(), ("analysis", text(|one| &one.analysis)), ("notes", text(|one| &one.notes))];
        form = Some(visit.form(Fields::of(texts)));
    }
    if writes && !is_draft {
        revise = Some(visit.form(Fields::default()));
    }
    if visit.may(Action::ReceiveReports) && is_last && state_of == Some(ReportState::Delivered) {
        receive = Some(visit.form(Fields::of([version()])));
    }
    match again {
        Some(Again::Write(again)) => form = Some(again),
        Some(Again::Revise(again)) => revise = Some(again),
        Some(Again::Receive(again)) => receive = Some(again),
        None => {}
    }
    let (state, tone) = state(view);
    let revision = |one: &MonthlyReport| Revision {
        path: format!("/informes/{month}?revision={}", one.revision),
        number: one.revision,
        state: sentence(one.state.label()),
        reason: one.reason.clone(),
        is_shown: Some(one.revision) == shown.map(|shown| shown.revision),
    };
    let first = view.revisions.first().and_then(|one| one.frozen.as_ref());
    ReportPage {
        page: visit.page(&format!("Informe de {}", month_name(month))),
        month,
        year: month.first().year(),
        before: month.before().to_string(),
        after: if month < Month::of(view.today) { month.after().to_string() } else { String::new() },
        state,
        tone,
        due: view.due.map(dates::day).unwrap_or_default(),
        is_late: first.is_none() && view.due.is_some_and(|due| view.today > due),
        delivery: shown.and_then(|shown| delivery(view, shown, app.config.time_zone)),
        revision: shown.map_or(1, |one| one.revision),
        revisions: if view.revisions.len() > 1 { view.revisions.iter().map(revision).collect() } else { Vec::new() },
        // A draft is nobody's but its author's.
        analysis: if is_draft { String::new() } else { text(|one| &one.analysis) },
        notes: if is_draft { String::new() } else { text(|one| &one.notes) },
        form,
        delivers: view.today > month.last(),
        revise,
        receive,
        shown: Shown::of(&view.figures),
    }
}

async fn show_report(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(month): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (month, revision) = named(&month).ok_or(Failure::NotFound)?;
    let revision = whole(asked.text("revision")).or(revision);
    let view = Box::pin(report::view(app.office(), &visit.caller(), month, revision)).await?;
    show(&page(&app, &visit, &view, None))
}

/// The page again, with what is wrong with one of its forms.
async fn again(app: &App, visit: &Visit, month: Month, again: Again) -> Result<Response, Failure> {
    let view = Box::pin(report::view(app.office(), &visit.caller(), month, None)).await?;
    show_again(&page(app, visit, &view, Some(again)))
}

fn month_of(path: &str) -> Result<Month, Failure> {
    Month::parse(path).ok_or(Failure::NotFound)
}

async fn write(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(month): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let month = month_of(&month)?;
    let version = fields.number("version").unwrap_or_default();
    let written = Written { analysis: fields.text("analysis").to_owned(), notes: fields.text("notes").to_owned() };
    let deliver = fields.has("deliver");
    let who = visit.caller();
    match Box::pin(report::write(app.office(), &who, (month, version), &written, deliver)).await {
        Ok(done) => {
            let word = done.frozen.map_or_else(
                || "El borrador se guardó.".to_owned(),
                |frozen| format!("El informe se entregó el día hábil {}.", frozen.business_day),
            );
            Ok(visit.done(&format!("/informes/{month}"), &word))
        }
        Err(error @ MonthlyError::State) => Err(error.into()),
        Err(error) => {
            let form = visit.form(fields).unreported(error)?;
            again(&app, &visit, month, Again::Write(form)).await
        }
    }
}

async fn revise(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(month): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let month = month_of(&month)?;
    match report::revise(app.office(), &visit.caller(), month, fields.text("reason")).await {
        Ok(number) => {
            let word = format!("Empezó la revisión {number}; lo que ya se entregó queda como está.");
            Ok(visit.done(&format!("/informes/{month}"), &word))
        }
        Err(error @ MonthlyError::State) => Err(error.into()),
        Err(error) => {
            let form = visit.form(fields).unreported(error)?;
            again(&app, &visit, month, Again::Revise(form)).await
        }
    }
}

async fn receive(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(month): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let month = month_of(&month)?;
    let version = fields.number("version").unwrap_or_default();
    match report::receive(app.office(), &visit.caller(), month, version).await {
        Ok(_) => Ok(visit.done(&format!("/informes/{month}"), "El acuse de recibo quedó registrado.")),
        Err(error @ (MonthlyError::State | MonthlyError::Changed)) => Err(error.into()),
        Err(error) => {
            let form = visit.form(fields).unreported(error)?;
            again(&app, &visit, month, Again::Receive(form)).await
        }
    }
}

async fn paper(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(month): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    monthly_report(&app, &visit.caller(), month_of(&month)?, whole(asked.text("revision"))).await
}

async fn indicators(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(month): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    monthly_indicators(&app, &visit.caller(), month_of(&month)?, whole(asked.text("revision"))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_found_by_its_month_and_by_what_its_paper_is_called() {
        let found = |path| named(path).map(|(month, revision)| (month.to_string(), revision));
        assert_eq!(found("2026-10"), Some(("2026-10".to_owned(), None)));
        assert_eq!(found("FO-05-2026-10"), Some(("2026-10".to_owned(), None)));
        assert_eq!(found("FO-05-2026-10-R2"), Some(("2026-10".to_owned(), Some(2))));
        assert_eq!(found("RP-FO-03-2026-10-R12"), Some(("2026-10".to_owned(), Some(12))));
        for bad in ["", "2026-13", "FO-05-", "FO-05-2026-10-R0", "FO-05-2026-10-R", "2026-10-Rx", "FO-06-2026-10"] {
            assert_eq!(found(bad), None, "{bad}");
        }
    }
}
