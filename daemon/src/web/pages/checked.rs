//! What the QR code of a printed form leads to: whether the sheet says what the system says of its record now (procedure, 9.2). It may
//! not know how a form is filled.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use resguardo_forms_model::{Form, Record};
use resguardo_shared::digest::Digest;

use crate::jobs::desk::{cover, fo_01};
use crate::jobs::monthly::{fo_05, rp_fo_03};
use crate::jobs::quality::register::Extent;
use crate::jobs::quality::signed::Signable;
use crate::jobs::quality::{events, fo_06};
use crate::jobs::upkeep::{fo_02, fo_03, rp_fo_03 as of_semester};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

pub(super) fn routes(routes: &mut Routes) {
    // Who may see a record, its operation says.
    routes.get(Access::SignedIn, "/comprobar/{registro}", check);
}

#[derive(Template)]
#[template(path = "checked.html")]
struct CheckedPage {
    page: Page,
    form: &'static str,
    title: &'static str,
    record: String,
    /// Where the record is, and where it is printed anew.
    places: [String; 2],
    printed: String,
    now: String,
    is_same: bool,
}

async fn check(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(id): Path<String>,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let form = Form::of_code(asked.text("form")).ok_or(Failure::NotFound)?;
    let printed: Digest = asked.text("sha256").parse().map_err(|_| Failure::NotFound)?;
    let (record, places) = found(&app, &visit, form, &id).await?;
    let now = record.digest().map_err(|error| Failure::Internal(error.to_string()))?;
    show(&CheckedPage {
        page: visit.page(&format!("Comprobación de {id}")),
        form: form.code(),
        title: form.title(),
        record: id,
        places,
        printed: printed.to_string(),
        now: now.to_string(),
        is_same: printed == now,
    })
}

/// A record as it is now, with the paths of its page and its paper.
async fn found(app: &App, visit: &Visit, form: Form, id: &str) -> Result<(Record, [String; 2]), Failure> {
    let (office, who) = (app.office(), visit.caller());
    let places = |page: String, paper: &str| [page.clone(), format!("{page}{paper}")];
    Ok(match form {
        Form::Fo01 => {
            (Box::pin(fo_01::record(office, &who, id)).await?, places(format!("/solicitudes/{id}"), "/fo-01"))
        }
        Form::Cover => {
            let page = format!("/solicitudes/{id}/correo");
            (Box::pin(cover::record(office, &who, id)).await?, places(page, "/caratula"))
        }
        Form::Fo02 => {
            let Some(Signable::Programme(semester)) = Signable::of_record(id) else { return Err(Failure::NotFound) };
            let record = Box::pin(fo_02::record(office, visit.by(), semester)).await?;
            (record, places(format!("/mantenimiento/{}", semester.word()), "/fo-02"))
        }
        Form::Fo05 => {
            let Some(Signable::Report(month, revision)) = Signable::of_record(id) else {
                return Err(Failure::NotFound);
            };
            let record = Box::pin(fo_05::record(office, &who, month, Some(revision))).await?;
            (record, revised(&format!("/informes/{month}"), revision, "fo-05"))
        }
        Form::RpFo03 => match Signable::of_record(id) {
            Some(Signable::Semester(semester, revision)) => {
                let record = Box::pin(of_semester::record(office, visit.by(), semester, Some(revision))).await?;
                let page = format!("/mantenimiento/indicador/{}", semester.word());
                (record, revised(&page, revision, "rp-fo-03"))
            }
            Some(Signable::Indicators(month, revision)) => {
                let record = Box::pin(rp_fo_03::record(office, &who, month, Some(revision))).await?;
                (record, revised(&format!("/informes/{month}"), revision, "rp-fo-03"))
            }
            _ => return Err(Failure::NotFound),
        },
        Form::Fo06 => {
            let extent = Extent::of_record(id).ok_or(Failure::NotFound)?;
            let record = Box::pin(fo_06::record(office, visit.by(), &app.key, extent)).await?;
            let kind = match extent {
                Extent::Entry(..) => "asiento",
                Extent::Month(_) => "mes",
                Extent::Year(_) => "anio",
            };
            (record, ["/registro".to_owned(), format!("/registro/{kind}/{}/fo-06", extent.name())])
        }
        Form::RhFo02 => {
            let record = events::record(office, visit.by(), id).await?;
            (record, places(format!("/asistencias/{id}"), "/rh-fo-02"))
        }
        Form::Fo03 => {
            let record = Box::pin(fo_03::record(office, visit.by(), id)).await?;
            (record, places(format!("/mantenimiento/reprogramaciones/{id}"), "/fo-03"))
        }
    })
}

/// A page and a paper of a revision.
fn revised(page: &str, revision: u32, paper: &str) -> [String; 2] {
    [format!("{page}?revision={revision}"), format!("{page}/{paper}?revision={revision}")]
}
