//! The indicator of a semester: its figures, what the head writes of them, its delivery and receipt, and its papers. It may not know how
//! figures are counted, nor who may do what with it when.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::programme::path_of;
use super::shown::{name, sentence};
use crate::desk::access::Action;
use crate::desk::report::ReportState;
use crate::figures::fraction::decimal;
use crate::figures::upkeep::Semestral;
use crate::jobs::upkeep::UpkeepError;
use crate::jobs::upkeep::semester::{self, View};
use crate::store::semester_reports::{Said, SemesterReport};
use crate::upkeep::semester::Semester;
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::{Fields, whole};
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::paper;
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

const SEES: Access = Access::May(Action::SeeReports);
const WRITES: Access = Access::May(Action::WriteReports);

pub(super) fn routes(routes: &mut Routes) {
    routes.get(SEES, "/mantenimiento/indicador/{semestre}", shown);
    routes.post(WRITES, "/mantenimiento/indicador/{semestre}", write);
    routes.post(WRITES, "/mantenimiento/indicador/{semestre}/revision", revise);
    routes.post(Access::May(Action::ReceiveReports), "/mantenimiento/indicador/{semestre}/recibir", receive);
    routes.get(SEES, "/mantenimiento/indicador/{semestre}/rp-fo-03", indicators);
    routes.get(SEES, "/mantenimiento/indicador/{semestre}/fo-02", copy);
}

/// How it was delivered.
struct Delivery {
    day: String,
    business_day: String,
    by: String,
    digest: String,
    copy: String,
    /// Who received it and when; empty where nobody did yet.
    received: String,
}

#[derive(Template)]
#[template(path = "semester.html")]
struct SemesterPage {
    page: Page,
    path: String,
    programme: String,
    state: &'static str,
    tone: &'static str,
    due: String,
    is_late: bool,
    delivery: Option<Delivery>,
    revision: u32,
    revisions: Vec<(u32, String, String)>,
    result: String,
    met: Option<bool>,
    fraction: String,
    formula: String,
    until: String,
    counts: Vec<(&'static str, i64)>,
    retired: Vec<(String, String, String)>,
    before: Vec<(String, String)>,
    said: Vec<(&'static str, String)>,
    /// The form of whoever writes it now.
    form: Option<Form>,
    delivers: bool,
    /// The form of whoever corrects what was delivered.
    revise: Option<Form>,
    /// The form of whoever receives it.
    receive: Option<Form>,
}

impl SemesterPage {
    /// What the paper is called.
    fn record(&self) -> String {
        let revision = if self.revision > 1 { format!("-R{}", self.revision) } else { String::new() };
        format!("RP-FO-03-{}{revision}", self.path.rsplit('/').next().unwrap_or_default())
    }
}

/// Which of its forms a page shows again.
enum Again {
    Write(Form),
    Revise(Form),
    Receive(Form),
}

/// A semester, and a revision of its indicator: as in paths, `2026-1`, or as a paper names it, `RP-FO-03-2026-1-R2`.
fn named(path: &str) -> Option<(Semester, Option<u32>)> {
    let path = path.strip_prefix("RP-FO-03-").unwrap_or(path);
    match path.split_once("-R") {
        Some((semester, revision)) => Some((Semester::of_word(semester)?, Some(whole(revision)?))),
        None => Some((Semester::of_word(path)?, None)),
    }
}

fn delivery(view: &View, shown: &SemesterReport, zone: chrono_tz::Tz) -> Option<Delivery> {
    let frozen = shown.frozen.as_ref()?;
    let received =
        shown.received.map(|(at, by)| format!("{}, {}", dates::moment(at, zone), name(&view.faces, Some(by))));
    Some(Delivery {
        day: dates::moment(frozen.at, zone),
        business_day: business_day(frozen.business_day),
        by: name(&view.faces, Some(frozen.by)),
        digest: frozen.digest.clone(),
        copy: frozen.figures.attached.as_ref().map(|one| one.sha256.clone()).unwrap_or_default(),
        received: received.unwrap_or_default(),
    })
}

/// Which business day of its term a delivery was on; before the term there is none.
fn business_day(number: u32) -> String {
    if number == 0 { "antes de que empezara el plazo".to_owned() } else { format!("el día hábil {number}") }
}

fn state(view: &View) -> (&'static str, &'static str) {
    match view.shown.as_ref().map(|shown| shown.state) {
        None if !view.programme.programme.is_finished() => ("en curso", "calm"),
        None => ("por redactar", "warn"),
        Some(state @ ReportState::Draft) => (state.label(), "warn"),
        Some(state) => (state.label(), "good"),
    }
}

/// The forms that somebody is shown: to write, to correct, to receive.
fn forms(visit: &Visit, view: &View) -> [Option<Form>; 3] {
    let shown = view.shown.as_ref();
    let is_last = shown.map(|one| one.revision) == view.revisions.last().map(|one| one.revision);
    let state = shown.map(|one| one.state);
    let is_draft = state.is_none_or(|state| state == ReportState::Draft);
    let writes = visit.may(Action::WriteReports) && is_last;
    let version = || ("version", shown.map_or(0, |one| one.version).to_string());
    let said = shown.map(|one| one.said.clone()).unwrap_or_default();
    let stored = [version(), ("analysis", said.analysis), ("causes", said.causes), ("deed", said.deed)];
    let receives = visit.may(Action::ReceiveReports) && is_last && state == Some(ReportState::Delivered);
    [
        (writes && is_draft).then(|| visit.form(Fields::of(stored))),
        (writes && !is_draft).then(|| visit.form(Fields::default())),
        receives.then(|| visit.form(Fields::of([version()]))),
    ]
}

fn counts(of: &Semestral) -> Vec<(&'static str, i64)> {
    vec![
        ("Programados", of.items.programmed()),
        ("Ejecutados en el semestre", of.items.done),
        ("Ejecutados después", of.items.late),
        ("No ejecutados", of.items.not_done),
        ("Por ejecutar", of.items.open),
        ("Retirados", of.items.retired),
        ("Reprogramaciones", of.rescheduled),
    ]
}

/// What was written of a semester. A draft is nobody's but its author's.
fn said(shown: Option<&SemesterReport>) -> Vec<(&'static str, String)> {
    let said = shown.filter(|one| one.frozen.is_some()).map(|one| one.said.clone()).unwrap_or_default();
    let all = [("Análisis", said.analysis), ("Causas", said.causes), ("Acción", said.deed)];
    all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn page(app: &App, visit: &Visit, view: &View, again: Option<Again>) -> SemesterPage {
    let (shown, of) = (view.shown.as_ref(), &view.figures);
    let semester = view.programme.programme.semester;
    let [mut form, mut revise, mut receive] = forms(visit, view);
    match again {
        Some(Again::Write(again)) => form = Some(again),
        Some(Again::Revise(again)) => revise = Some(again),
        Some(Again::Receive(again)) => receive = Some(again),
        None => {}
    }
    let (state, tone) = state(view);
    let indicator = of.indicator();
    let fraction = indicator.value.fraction().map(|fraction| format!("{} / {}", fraction.part, fraction.whole));
    let revision = |one: &SemesterReport| (one.revision, sentence(one.state.label()), one.reason.clone());
    let is_delivered = view.revisions.iter().any(|one| one.frozen.is_some());
    let earlier = |one: &crate::figures::upkeep::Earlier| {
        let result = one.hundredths.map_or_else(|| "sin datos".to_owned(), |shown| format!("{} %", decimal(shown)));
        (one.semester.clone(), result)
    };
    SemesterPage {
        page: visit.page(&format!("Indicador: {}", semester.to_string().to_lowercase())),
        path: format!("/mantenimiento/indicador/{}", semester.word()),
        programme: path_of(semester),
        state,
        tone,
        due: view.due.map(dates::day).unwrap_or_default(),
        is_late: !is_delivered && view.due.is_some_and(|due| view.today > due),
        delivery: shown.and_then(|shown| delivery(view, shown, app.config.time_zone)),
        revision: shown.map_or(1, |one| one.revision),
        revisions: if view.revisions.len() > 1 { view.revisions.iter().map(revision).collect() } else { Vec::new() },
        result: indicator.value.text(),
        met: indicator.value.is_met(),
        fraction: fraction.unwrap_or_default(),
        formula: sentence(indicator.formula),
        until: dates::day(of.until),
        counts: counts(of),
        retired: of.retired.iter().map(|one| (one.code.clone(), dates::day(one.day), one.document.clone())).collect(),
        before: of.before.iter().map(earlier).collect(),
        said: said(shown),
        form,
        delivers: view.programme.programme.is_finished(),
        revise,
        receive,
    }
}

async fn shown(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(path): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let (semester, revision) = named(&path).ok_or(Failure::NotFound)?;
    let revision = whole(asked.text("revision")).or(revision);
    let view = semester::view(app.office(), visit.by(), semester, revision).await?;
    show(&page(&app, &visit, &view, None))
}

/// The page again, with what is wrong with one of its forms.
async fn again(app: &App, visit: &Visit, semester: Semester, again: Again) -> Result<Response, Failure> {
    let view = semester::view(app.office(), visit.by(), semester, None).await?;
    show_again(&page(app, visit, &view, Some(again)))
}

fn semester_of(path: &str) -> Result<Semester, Failure> {
    Semester::of_word(path).ok_or(Failure::NotFound)
}

async fn write(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(path): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let semester = semester_of(&path)?;
    let version = fields.number("version").unwrap_or_default();
    let text = |name: &str| fields.text(name).to_owned();
    let said = Said { analysis: text("analysis"), causes: text("causes"), deed: text("deed") };
    match Box::pin(written(&app, &visit, (semester, version), &said, fields.has("deliver"))).await? {
        Ok(word) => Ok(visit.done(&format!("/mantenimiento/indicador/{}", semester.word()), &word)),
        Err((error, version)) => {
            // The draft was stored, and has another version by now.
            let texts = [
                ("version", version.to_string()),
                ("analysis", said.analysis),
                ("causes", said.causes),
                ("deed", said.deed),
            ];
            let form = visit.form(Fields::of(texts)).not_kept(error)?;
            Box::pin(again(&app, &visit, semester, Again::Write(form))).await
        }
    }
}

/// Writes the indicator, and delivers it where that is wanted: what is said then, or why not and the version that there is.
async fn written(
    app: &App,
    visit: &Visit,
    (semester, version): (Semester, i64),
    said: &Said,
    deliver: bool,
) -> Result<Result<String, (UpkeepError, i64)>, Failure> {
    let (office, by) = (app.office(), visit.by());
    let report = match semester::write(office, by, (semester, version), said).await {
        Ok(report) => report,
        Err(error) => return Ok(Err((error, version))),
    };
    if !deliver {
        return Ok(Ok("El borrador se guardó.".to_owned()));
    }
    let copy = Box::pin(paper::programme_pdf(app, visit, semester)).await?;
    let delivered = Box::pin(semester::deliver(office, by, (semester, report.version), &copy)).await;
    Ok(delivered.map_err(|error| (error, report.version)).map(|report| {
        let day = report.frozen.map(|frozen| frozen.business_day).unwrap_or_default();
        format!("El indicador se entregó {}.", business_day(day))
    }))
}

async fn revise(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(path): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let semester = semester_of(&path)?;
    match semester::revise(app.office(), visit.by(), semester, fields.text("reason")).await {
        Ok(number) => {
            let word = format!("Empezó la revisión {number}; lo que ya se entregó queda como está.");
            Ok(visit.done(&format!("/mantenimiento/indicador/{}", semester.word()), &word))
        }
        Err(error) => {
            let form = visit.form(fields).not_kept(error)?;
            Box::pin(again(&app, &visit, semester, Again::Revise(form))).await
        }
    }
}

async fn receive(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(path): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let semester = semester_of(&path)?;
    let version = fields.number("version").unwrap_or_default();
    match semester::receive(app.office(), visit.by(), semester, version).await {
        Ok(()) => {
            let path = format!("/mantenimiento/indicador/{}", semester.word());
            Ok(visit.done(&path, "El acuse de recibo quedó registrado."))
        }
        Err(error) => {
            let form = visit.form(fields).not_kept(error)?;
            Box::pin(again(&app, &visit, semester, Again::Receive(form))).await
        }
    }
}

async fn indicators(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(path): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let revision = whole(asked.text("revision"));
    Box::pin(paper::semester_indicator(&app, &visit, semester_of(&path)?, revision)).await
}

async fn copy(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(path): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    Box::pin(paper::semester_copy(&app, &visit, semester_of(&path)?, whole(asked.text("revision")))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_indicator_is_found_by_its_semester_and_by_what_its_paper_is_called() {
        let found = |path| named(path).map(|(semester, revision)| (semester.word(), revision));
        assert_eq!(found("2026-1"), Some(("2026-1".to_owned(), None)));
        assert_eq!(found("RP-FO-03-2026-2"), Some(("2026-2".to_owned(), None)));
        assert_eq!(found("RP-FO-03-2026-1-R2"), Some(("2026-1".to_owned(), Some(2))));
        for bad in ["", "2026-3", "RP-FO-03-", "2026-1-R0", "2026-1-R", "FO-02-2026-1", "2026-1-Rx"] {
            assert_eq!(found(bad), None, "{bad}");
        }
    }
}
