//! The inventory from a spreadsheet: a file is brought or pasted, what each of its lines would do is shown, and only that is then
//! done. It may not know the rules of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::plan::{Counts, Row, sent};
use crate::bundle::is_zip;
use crate::desk::access::Action;
use crate::jobs::people::import::{Outcome, Wanted};
use crate::jobs::upkeep::UpkeepError;
use crate::jobs::upkeep::import::{LineReport, Report, import};
use crate::tables::read::csv_of_xlsx;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

const PATH: &str = "/equipos/importar";
const CHANGES: Access = Access::May(Action::ChangeEquipment);
/// What people read of each column.
const LABELS: &[(&str, &str)] = &[
    ("code", "Código"),
    ("kind", "Tipo"),
    ("brand", "Marca"),
    ("model", "Modelo"),
    ("serial", "Serie"),
    ("unit", "Unidad"),
    ("responsible", "Responsable"),
    ("location", "Ubicación"),
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
    /// Whether all is so already.
    is_nothing: bool,
}

#[derive(Template)]
#[template(path = "import_equipment.html")]
struct ImportPage {
    page: Page,
    form: Form,
    plan: Option<Plan>,
}

fn page(visit: &Visit, form: Form, plan: Option<Plan>) -> ImportPage {
    ImportPage { page: visit.page("Importar equipos"), form, plan }
}

async fn ask(visit: Visit) -> Result<Response, Failure> {
    show(&page(&visit, visit.form(Fields::default()), None))
}

async fn take(State(app): State<Arc<App>>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let form = visit.form(fields.clone());
    let text = match text(&fields).await {
        Ok(text) => text,
        Err((field, what)) => return show_again(&page(&visit, form.wrong(field, &what), None)),
    };
    // What was brought as a file comes back as text, for the confirmation and to be mended.
    let mut form = visit.form(Fields::of([("text", text.clone())]));
    if fields.has("plan") {
        match import(app.office(), visit.by(), &text, Wanted::AsShown(fields.text("plan"))).await {
            Ok(report) if report.stored => {
                let Counts { new, changed, .. } = counts_of(&report);
                return Ok(visit.done("/equipos", &format!("Se guardó todo. Nuevos: {new}. Cambiaron: {changed}.")));
            }
            // A line that is wrong is shown once more; nothing was stored.
            Ok(_) => {}
            Err(UpkeepError::Changed) => {
                let what = "algo cambió desde que usted lo revisó y no se guardó nada; esto es lo que haría ahora";
                form = form.wrong("", what);
            }
            Err(error) => return show_again(&page(&visit, form.not_kept(error)?, None)),
        }
    }
    let report = match import(app.office(), visit.by(), &text, Wanted::Look).await {
        Ok(report) => report,
        Err(error) => return show_again(&page(&visit, form.not_kept(error)?, None)),
    };
    let wrong = counts_of(&report).wrong;
    if wrong > 0 {
        let what = format!("corrija las líneas con error ({wrong}) y revise el archivo de nuevo");
        form = form.wrong("file", &what);
    }
    let is_wrong = !form.faults().is_empty();
    let page = page(&visit, form, Some(plan_of(report)));
    if is_wrong { show_again(&page) } else { show(&page) }
}

/// The text that was sent: pasted, in a CSV file, or what stands in the first sheet of an XLSX.
async fn text(fields: &Fields) -> Result<String, (&'static str, String)> {
    let sheet = fields.files("file").next().filter(|file| is_zip(&file.bytes)).map(|file| file.bytes.to_vec());
    let Some(bytes) = sheet else { return sent(fields).map_err(|(field, what)| (field, what.to_owned())) };
    let read = tokio::task::spawn_blocking(move || csv_of_xlsx(&bytes)).await;
    read.unwrap_or_else(|_| Err("no se puede leer como hoja de cálculo".to_owned())).map_err(|what| ("file", what))
}

fn counts_of(report: &Report) -> Counts {
    Counts::of(report.lines.iter().map(|line| line.outcome))
}

fn plan_of(report: Report) -> Plan {
    let counts = counts_of(&report);
    let (is_good, does) = (counts.wrong == 0, counts.new + counts.changed > 0);
    let rows = report.lines.into_iter().filter(|line| line.outcome != Outcome::Unchanged).map(row).collect();
    Plan {
        counts,
        rows,
        digest: if is_good && does { report.plan } else { String::new() },
        is_nothing: is_good && !does,
    }
}

fn row(line: LineReport) -> Row {
    Row::new(line.line, &line.code, &line.name, line.outcome, &line.what, LABELS)
}
