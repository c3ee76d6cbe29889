//! The staff from a spreadsheet: a file is brought or pasted, what each of its lines would do is shown, and only that is then
//! done. It may not know the rules of it.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use tokio::sync::Mutex;

use super::plan::{Counts, Row, sent};
use crate::desk::access::Action;
use crate::jobs::people::PeopleError;
use crate::jobs::people::import::{LineReport, Outcome, Report, Wanted, import};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const PATH: &str = "/importar-personas";
const CHANGES: Access = Access::May(Action::ChangePeople);
/// The most accounts with passwords that a page makes at once: each password takes time, and the page's has an end.
const NEW_MAX: usize = 400;
/// For how long the passwords of an import are shown again to the session that confirmed it: whoever clicks twice gets only the
/// second answer to see, and would lose those of a whole staff.
const AGAIN: Duration = Duration::from_secs(60);
/// The last import that was stored, for so long. Who confirms holds this, so that the second click waits for the first.
static LAST: Mutex<Option<Stored>> = Mutex::const_new(None);
/// What people read of each column.
const LABELS: &[(&str, &str)] = &[
    ("login", "Usuario"),
    ("name", "Nombre"),
    ("post", "Puesto"),
    ("email", "Correo"),
    ("unit", "Unidad"),
    ("superior", "Jefe inmediato"),
];

pub(super) fn routes(routes: &mut Routes) {
    routes.get(CHANGES, PATH, ask);
    routes.upload(CHANGES, PATH, take);
}

/// What the file would do.
struct Plan {
    counts: Counts,
    /// Those that do something or are wrong.
    rows: Vec<Row>,
    /// What the confirmation brings back; empty where there is nothing to be confirmed.
    digest: String,
    /// Whether first passwords will be shown.
    gives: bool,
    /// Whether all is so already.
    is_nothing: bool,
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    page: Page,
    form: Form,
    /// Whether there is a directory whose passwords new people could have.
    directory: bool,
    plan: Option<Plan>,
}

/// An import that was stored.
#[derive(Clone)]
struct Stored {
    /// The key of the session that confirmed it, and the plan.
    of: (String, String),
    counts: Counts,
    /// Who is new: login, name, first password, which is nowhere else.
    firsts: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "imported.html")]
struct ImportedPage {
    page: Page,
    stored: Stored,
}

fn page(app: &App, visit: &Visit, form: Form, plan: Option<Plan>) -> ImportPage {
    let directory = app.config.desk.as_ref().is_some_and(|desk| desk.directory.is_some());
    ImportPage { page: visit.page("Importar personal"), form, directory, plan }
}

async fn ask(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    let form = visit.form(Fields::default());
    show(&page(&app, &visit, form, None))
}

async fn take(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let mut form = visit.form(fields.clone());
    let text = match sent(&fields) {
        Ok(text) => text,
        Err((field, what)) => return show_again(&page(&app, &visit, form.wrong(field, what), None)),
    };
    let directory = fields.has("directory");
    if fields.has("plan") {
        match confirmed(&app, &visit, &text, directory, fields.text("plan")).await {
            Ok(Some(stored)) => {
                return show(&ImportedPage { page: visit.page("Personal importado"), stored });
            }
            // A line that is wrong is shown once more; nothing was stored.
            Ok(None) => {}
            Err(PeopleError::Changed) => {
                let what = "algo cambió desde que usted lo revisó y no se guardó nada; esto es lo que haría ahora";
                form = form.wrong("", what);
            }
            Err(error) => return show_again(&page(&app, &visit, form.unchanged(error)?, None)),
        }
    }
    let report = match import(app.office(), visit.by(), &text, directory, Wanted::Look).await {
        Ok(report) => report,
        Err(error) => return show_again(&page(&app, &visit, form.unchanged(error)?, None)),
    };
    let Counts { new, wrong, .. } = counts_of(&report);
    if new > NEW_MAX && !directory {
        let what = format!("crearía {new} cuentas y aquí se crean {NEW_MAX} de una vez; divida el archivo");
        form = form.wrong("file", &what);
    }
    if wrong > 0 {
        let what = format!("corrija las líneas con error ({wrong}) y revise el archivo de nuevo");
        form = form.wrong("file", &what);
    }
    let is_good = form.faults().iter().all(|fault| fault.field.is_empty());
    let plan = plan_of(report, is_good, directory);
    let is_wrong = !form.faults().is_empty();
    // What was brought as a file comes back as text, for the confirmation and to be mended.
    let again = Fields::of([("text", text), ("directory", if directory { "1".to_owned() } else { String::new() })]);
    let form = form.faults().iter().fold(visit.form(again), |form, fault| form.wrong(&fault.field, &fault.text));
    let page = page(&app, &visit, form, Some(plan));
    if is_wrong { show_again(&page) } else { show(&page) }
}

fn counts_of(report: &Report) -> Counts {
    Counts::of(report.lines.iter().map(|line| line.outcome))
}

fn plan_of(report: Report, is_good: bool, directory: bool) -> Plan {
    let counts = counts_of(&report);
    let does = counts.new + counts.changed > 0;
    let rows = report.lines.into_iter().filter(|line| line.outcome != Outcome::Unchanged).map(row).collect();
    let digest = if is_good && does { report.plan } else { String::new() };
    Plan { rows, digest, gives: counts.new > 0 && !directory, is_nothing: is_good && !does, counts }
}

fn row(line: LineReport) -> Row {
    Row::new(line.line, &line.name, &line.login, line.outcome, &line.what, LABELS)
}

/// Stores what was shown; none where nothing was stored because a line is wrong.
async fn confirmed(
    app: &App,
    visit: &Visit,
    text: &str,
    directory: bool,
    plan: &str,
) -> Result<Option<Stored>, PeopleError> {
    let mut last = LAST.lock().await;
    let of = (visit.guest.form_key.clone(), plan.to_owned());
    if let Some(known) = last.as_ref().filter(|known| known.of == of) {
        return Ok(Some(known.clone()));
    }
    let report = import(app.office(), visit.by(), text, directory, Wanted::AsShown(plan)).await?;
    if !report.stored {
        return Ok(None);
    }
    let counts = counts_of(&report);
    let first = |line: LineReport| line.password.map(|password| (line.login, line.name, password));
    let stored = Stored { of, counts, firsts: report.lines.into_iter().filter_map(first).collect() };
    *last = Some(stored.clone());
    forgotten_later(stored.of.clone());
    Ok(Some(stored))
}

/// Forgets an import when its time is over.
#[expect(
    clippy::disallowed_methods,
    reason = "all it does is to forget, which cannot fail; the end of the program forgets too"
)]
fn forgotten_later(of: (String, String)) {
    tokio::spawn(async move {
        tokio::time::sleep(AGAIN).await;
        let mut last = LAST.lock().await;
        if last.as_ref().is_some_and(|known| known.of == of) {
            *last = None;
        }
    });
}
