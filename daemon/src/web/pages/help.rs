//! The guide: how a ticket is made and what becomes of it.

use askama::Template;
use axum::response::Response;

use crate::intake;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/ayuda", help);
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    page: Page,
    files: usize,
    file_mib: usize,
}

async fn help(visit: Visit) -> Result<Response, Failure> {
    let file_mib = intake::FILE_BYTES_MAX / (1024 * 1024);
    show(&HelpPage { page: visit.page("Guía: creación de ticket"), files: intake::FILES_MAX, file_mib })
}
