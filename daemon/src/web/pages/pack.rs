//! The auditor's pack: a period is chosen, the pack is made while one may go elsewhere, and then it is fetched, with what is not in it.
//! It may not know how it is made.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::desk::access::Action;
use crate::jobs::desk::now;
use crate::jobs::error::chain;
use crate::jobs::pack::{PackError, Period, make};
use crate::jobs::people::by::By;
use crate::web::app::App;
use crate::web::download::fetched;
use crate::web::failure::{Failure, sentence};
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::packs::Standing;
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const PATH: &str = "/calidad/paquete";
const MAKES: Access = Access::May(Action::MakePack);
/// Months and semesters that may be chosen, the newest first.
const MONTHS: usize = 36;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(MAKES, PATH, ask);
    routes.post(MAKES, PATH, begin);
    routes.get(MAKES, "/calidad/paquete/zip", fetch);
}

#[derive(Template)]
#[template(path = "pack.html")]
struct PackPage {
    page: Page,
    form: Form,
    periods: Vec<Choice>,
    /// What is being made.
    making: String,
    /// What could not be made, and why.
    failed: Option<(String, String)>,
    made: Option<Made>,
}

/// The pack that is there.
struct Made {
    title: String,
    files: usize,
    size: String,
    missing: Vec<String>,
}

fn page(app: &App, visit: &Visit, form: Form) -> PackPage {
    let (mut making, mut failed, mut made) = (String::new(), None, None);
    match app.packs.standing() {
        Standing::Nothing => {}
        Standing::Making(period) => making = period.title(),
        Standing::Failed(period, why) => failed = Some((period.title(), sentence(&why))),
        Standing::Made(pack) => {
            let title = pack.period.title();
            let size = format!("{} KiB", pack.bytes.div_ceil(1024));
            made = Some(Made { title, files: pack.files, size, missing: pack.missing });
        }
    }
    let periods = choices(app);
    PackPage { page: visit.page("Paquete de auditoría"), form, periods, making, failed, made }
}

/// The months until this one, and the semesters that they lie in.
fn choices(app: &App) -> Vec<Choice> {
    let this = crate::figures::month::Month::of(now(app.office()).day);
    let months: Vec<Period> =
        std::iter::successors(Some(this), |month| Some(month.before())).take(MONTHS).map(Period::Month).collect();
    let mut semesters: Vec<Period> = months.iter().filter_map(|month| month.semester()).map(Period::Semester).collect();
    semesters.dedup();
    months.into_iter().chain(semesters).map(|period| Choice::new(period.name(), sentence_of(period))).collect()
}

fn sentence_of(period: Period) -> String {
    sentence(&period.title()).trim_end_matches('.').to_owned()
}

async fn ask(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let before = Period::Month(crate::figures::month::Month::of(now(app.office()).day).before());
    show(&page(&app, &visit, visit.form(Fields::of([("periodo", before.name())]))))
}

async fn begin(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let Some(period) = Period::parse(fields.text("periodo")) else {
        let form = visit.form(fields).wrong("periodo", "elija un mes o un semestre de la lista");
        return show_again(&page(&app, &visit, form));
    };
    if !app.packs.begin(period) {
        return Err(Failure::Conflict(PackError::Busy.to_string()));
    }
    let (of, session, address) = (Arc::clone(&app), Arc::clone(&visit.session), visit.address());
    app.tasks.spawn(async move {
        let making = make(of.office(), By::Person(&session, address), &of.key, period);
        let made = match of.stopping.run_until_cancelled(Box::pin(making)).await {
            Some(made) => made.map_err(|error| {
                tracing::warn!(error = chain(&error), period = period.name(), "the pack was not made");
                error.to_string()
            }),
            None => Err("el servidor se detuvo".to_owned()),
        };
        of.packs.end(period, made);
    });
    Ok(visit.done(PATH, "El paquete se está preparando."))
}

async fn fetch(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let Standing::Made(made) = app.packs.standing() else { return Err(Failure::NotFound) };
    let turn = app.downloads.turn(visit.actor().id).await?;
    Ok(fetched(&made.name, "application/zip", made.file, made.bytes, turn))
}
