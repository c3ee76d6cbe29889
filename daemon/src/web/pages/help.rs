//! The guide ME-VIC-DIACO-GT-03: how a ticket is made and what becomes of it, with pictures of the pages.

use askama::Template;
use axum::response::Response;

use crate::intake;
use crate::web::assets::{PICTURES, Picture};
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
    pictures: &'static [Picture; 5],
    /// Which edition of the guide it is: it comes with the program, and so has its version (R021).
    edition: &'static str,
}

async fn help(visit: Visit) -> Result<Response, Failure> {
    let file_mib = intake::FILE_BYTES_MAX / (1024 * 1024);
    let page = visit.page("Guía: creación de ticket");
    let edition = env!("CARGO_PKG_VERSION");
    show(&HelpPage { page, files: intake::FILES_MAX, file_mib, pictures: &PICTURES, edition })
}
