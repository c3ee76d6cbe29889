//! The operator's manual: its contents, and a page for each chapter. It may not know what it says.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::manual::{Block, Chapter, Style, TITLE, chapter_of, chapters, plain};
use crate::web::app::App;
use crate::web::failure::Failure;
use crate::web::page::{Page, show};
use crate::web::paper;
use crate::web::routes::{Access, Routes};
use crate::web::visit::Visit;

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::SignedIn, "/ayuda/manual", contents);
    routes.get(Access::SignedIn, "/ayuda/manual/pdf", printed);
    routes.get(Access::SignedIn, "/ayuda/manual/{capitulo}", chapter);
}

#[derive(Template)]
#[template(path = "manual.html")]
struct ContentsPage {
    page: Page,
    chapters: Vec<Listed>,
}

/// A chapter with its sections, each with its name.
struct Listed {
    name: &'static str,
    title: &'static str,
    sections: Vec<(&'static str, String)>,
}

async fn contents(visit: Visit) -> Result<Response, Failure> {
    let listed = |chapter: &'static Chapter| {
        let sections = chapter.blocks.iter().filter_map(|block| match block {
            Block::Heading { id, text } => Some((id.as_str(), plain(text))),
            _ => None,
        });
        Listed { name: chapter.name, title: &chapter.title, sections: sections.collect() }
    };
    show(&ContentsPage { page: visit.page(TITLE), chapters: chapters().iter().map(listed).collect() })
}

async fn printed(State(app): State<Arc<App>>, visit: Visit) -> Result<Response, Failure> {
    paper::manual(&app, visit.actor().id).await
}

#[derive(Template)]
#[template(path = "manual_chapter.html")]
struct ChapterPage {
    page: Page,
    chapter: &'static Chapter,
    /// The chapters before and after it.
    before: Option<&'static Chapter>,
    after: Option<&'static Chapter>,
}

impl ChapterPage {
    /// The address of a section, wherever in the manual it is.
    fn address(&self, section: &str) -> String {
        let chapter = chapter_of(section).map_or(self.chapter.name, |chapter| chapter.name);
        format!("/ayuda/manual/{chapter}#{section}")
    }
}

async fn chapter(visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let all = chapters();
    let at = all.iter().position(|chapter| chapter.name == name).ok_or(Failure::NotFound)?;
    let chapter = all.get(at).ok_or(Failure::NotFound)?;
    let before = at.checked_sub(1).and_then(|at| all.get(at));
    show(&ChapterPage { page: visit.page(&chapter.title), chapter, before, after: all.get(at.saturating_add(1)) })
}
