//! Labels for equipment, to be printed and stuck on: the code, what it is, its unit, and a QR code with the address of its page. It may
//! not know who sees which equipment.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::people::unit_choices;
use crate::desk::access::Action;
use crate::jobs::upkeep::inventory::{self, Asked as Wanted, PAGE_MAX};
use crate::sheet::qr_runs;
use crate::upkeep::equipment::Equipment;
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// The most labels of one sheet; a larger inventory is printed unit by unit.
const LABELS_MAX: usize = 1000;
/// The most codes that are asked for one by one.
const CODES_MAX: usize = 40;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::ExecuteUpkeep), "/equipos/etiquetas", labels);
}

#[derive(Template)]
#[template(path = "labels.html")]
struct LabelsPage {
    page: Page,
    form: Form,
    units: Vec<Choice>,
    labels: Vec<Label>,
    /// Whether there are more than are shown.
    more: bool,
}

/// A label.
struct Label {
    code: String,
    kind: &'static str,
    unit: String,
    address: String,
    /// The QR code: the side of its square, and its dark parts as a path.
    side: usize,
    dark: String,
}

/// The pieces that are asked for, those in use, and whether there are more.
async fn pieces(app: &App, visit: &Visit, asked: &Fields) -> Result<(Vec<Equipment>, bool), Failure> {
    let codes: Vec<&str> = asked.texts("codigo").filter(|code| !code.trim().is_empty()).take(CODES_MAX).collect();
    let mut pieces = Vec::new();
    if !codes.is_empty() {
        for code in codes {
            pieces.push(inventory::one(app.office(), visit.by(), code).await?);
        }
        return Ok((pieces, false));
    }
    let mut after: Option<String> = None;
    loop {
        let wanted = Wanted { unit: asked.number("unidad"), retired: Some(false), ..Wanted::default() };
        let page = inventory::list(app.office(), visit.by(), wanted, after.as_deref(), PAGE_MAX).await?;
        pieces.extend(page.items);
        match page.next {
            Some(_) if pieces.len() >= LABELS_MAX => return Ok((pieces, true)),
            Some(next) => after = Some(next),
            None => return Ok((pieces, false)),
        }
    }
}

fn label(base: &str, piece: Equipment, units: &BTreeMap<i64, String>) -> Result<Label, Failure> {
    let address = format!("{base}/equipos/{}", piece.about.code);
    let (runs, side) =
        qr_runs(&address).ok_or_else(|| Failure::Internal("the address is too long for a QR".to_owned()))?;
    let dark = runs.iter().map(|(x, y, length)| format!("M{x} {y}h{length}v1h-{length}z")).collect();
    Ok(Label {
        kind: piece.about.kind.label(),
        unit: units.get(&piece.unit).cloned().unwrap_or_default(),
        code: piece.about.code,
        address,
        side,
        dark,
    })
}

async fn labels(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let (pieces, more) = pieces(&app, &visit, &asked).await?;
    let units = inventory::units(app.office(), visit.by()).await?;
    let names: BTreeMap<i64, String> = units.iter().map(|unit| (unit.id, unit.name.clone())).collect();
    // From the configuration, and never from what a request calls us.
    let base = app.config.web.as_ref().map(|web| web.base_url.trim_end_matches('/').to_owned()).unwrap_or_default();
    let labels: Result<Vec<Label>, Failure> = pieces.into_iter().map(|piece| label(&base, piece, &names)).collect();
    let unit = asked.number("unidad").map(|unit| unit.to_string()).unwrap_or_default();
    show(&LabelsPage {
        page: visit.page("Etiquetas de equipos"),
        form: visit.form(Fields::of([("unidad", unit)])),
        units: unit_choices("Todas", &units),
        labels: labels?,
        more,
    })
}
