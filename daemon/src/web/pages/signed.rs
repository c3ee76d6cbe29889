//! *Copias firmadas* of a record: what was signed on paper, with its digest, and attaching another scan (9.3). It may not know which
//! records there are.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::new_ticket::taken;
use super::shown::name;
use crate::intake::{FILE_BYTES_MAX, FILES_MAX};
use crate::jobs::quality::QualityError;
use crate::jobs::quality::signed::{Signable, attach, copies, copy};
use crate::web::app::App;
use crate::web::dates;
use crate::web::download::download;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::Form;
use crate::web::page::{Page, show, show_again};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    // Who may see or add to it depends on the record, which the operations look at.
    routes.get(Access::SignedIn, "/firmados/{registro}", list);
    routes.upload(Access::SignedIn, "/firmados/{registro}", add);
    routes.get(Access::SignedIn, "/firmados/{registro}/{id}", file);
}

/// A signed copy as it is shown.
struct Row {
    path: String,
    name: String,
    kib: i64,
    sha256: String,
    day: String,
    by: String,
}

#[derive(Template)]
#[template(path = "signed.html")]
struct SignedPage {
    page: Page,
    record: String,
    /// Where the record is.
    back: String,
    rows: Vec<Row>,
    /// The form of whoever may attach another.
    form: Option<Form>,
    file_mib: usize,
}

/// Where a record is, behind its id.
fn back(of: &Signable) -> String {
    match of {
        Signable::Programme(semester) => format!("/mantenimiento/{}-{}", semester.year(), semester.half()),
        Signable::Report(month, revision) | Signable::Indicators(month, revision) => {
            format!("/informes/{month}?revision={revision}")
        }
        Signable::Semester(semester, revision) => {
            format!("/mantenimiento/indicador/{}?revision={revision}", semester.word())
        }
        Signable::Moved(..) => format!("/mantenimiento/reprogramaciones/{}", of.record()),
        Signable::Register(month) => format!("/registro?mes={month}"),
        Signable::Event(number) => format!("/asistencias/{number}"),
    }
}

async fn page(app: &App, visit: &Visit, of: &Signable, form: Form) -> Result<SignedPage, Failure> {
    let known = copies(app.office(), visit.by(), of).await?;
    let record = of.record();
    let row = |copy: &crate::store::desk_rows::Attachment| Row {
        path: format!("/firmados/{record}/{}", uuid::Uuid::from_bytes(copy.id).simple()),
        name: copy.name.clone(),
        kib: (copy.bytes + 1023) / 1024,
        sha256: copy.sha256.clone(),
        day: dates::moment(copy.at, app.config.time_zone),
        by: name(&known.faces, Some(copy.uploaded_by)),
    };
    Ok(SignedPage {
        page: visit.page(&format!("Copias firmadas: {record}")),
        back: back(of),
        rows: known.copies.iter().map(row).collect(),
        form: visit.may(of.attached_by()).then_some(form),
        file_mib: FILE_BYTES_MAX >> 20,
        record,
    })
}

fn known(record: &str) -> Result<Signable, Failure> {
    Signable::of_record(record).ok_or(Failure::NotFound)
}

async fn list(State(app): State<Arc<App>>, visit: Visit, Path(record): Path<String>) -> Result<Response, Failure> {
    show(&page(&app, &visit, &known(&record)?, visit.form(Fields::default())).await?)
}

async fn add(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(record): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let of = known(&record)?;
    if !visit.may(of.attached_by()) {
        return Err(Failure::Forbidden);
    }
    let form = visit.form(Fields::default());
    let count = fields.files("files").count();
    if count == 0 || count > FILES_MAX {
        let form = form.wrong("files", "elija el archivo PDF con lo firmado");
        return show_again(&page(&app, &visit, &of, form).await?);
    }
    let (files, mut form) = match taken(&fields, form).await? {
        Ok(taken) => taken,
        Err(form) => return show_again(&page(&app, &visit, &of, form).await?),
    };
    for file in files {
        match attach(app.office(), visit.by(), &of, (file.name, file.kind, file.bytes)).await {
            Ok(()) => {}
            Err(QualityError::Wrong(wrong)) => form = wrong.into_iter().try_fold(form, Form::refused)?,
            Err(error) => return Err(error.into()),
        }
    }
    if form.faults().is_empty() {
        Ok(visit.done(&format!("/firmados/{record}"), "Lo firmado quedó adjunto, con su huella."))
    } else {
        show_again(&page(&app, &visit, &of, form).await?)
    }
}

async fn file(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path((record, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let of = known(&record)?;
    if !visit.may(of.seen_by()) {
        return Err(Failure::Forbidden);
    }
    let id = uuid::Uuid::try_parse(&id).map_err(|_| Failure::NotFound)?.into_bytes();
    let turn = app.downloads.turn(visit.actor().id).await?;
    let (about, bytes) = copy(app.office(), visit.by(), &of, &id).await?;
    Ok(download(&about, bytes, turn))
}
