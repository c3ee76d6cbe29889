//! The frame of every page: its title, who sees it, where they may go. It may not know what stands in it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};

use super::assets::{ICON_PATH, STYLE_PATH};
use super::failure::Failure;
use super::routes::Access;
use super::visit::Visit;
use crate::desk::access::Action;

/// The pages that everybody is led to who may see them, in their order: path, label, who may.
const PLACES: &[(&str, &str, Access)] = &[
    ("/", "Inicio", Access::SignedIn),
    ("/solicitudes", "Mis solicitudes", Access::SignedIn),
    ("/bandeja", "Bandeja", Access::May(Action::SeeQueue)),
    ("/todas", "Todas", Access::May(Action::SeeQueue)),
    ("/correo", "Correo", Access::May(Action::SeeQueue)),
    ("/respaldos", "Respaldos", Access::May(Action::SeeQuality)),
    ("/tablero", "Tablero", Access::May(Action::SeeBoard)),
    ("/calendario", "Calendario", Access::May(Action::SeeCalendar)),
    ("/calidad", "Calidad", Access::May(Action::SeeEquipment)),
    ("/personas", "Personas", Access::May(Action::SeePeople)),
    ("/unidades", "Unidades", Access::May(Action::ChangePeople)),
    ("/auditoria", "Bitácora", Access::May(Action::SeeAudit)),
    ("/ayuda", "Ayuda", Access::SignedIn),
];

/// The pages that `/calidad` leads to, whose place in the frame is its own.
const OF_QUALITY: &[&str] =
    &["/registro", "/formatos", "/equipos", "/mantenimiento", "/informes", "/directrices", "/vencimientos"];

/// Where the head of a unit is led to as well.
const UNIT: (&str, &str, Access) = ("/unidad", "Mi unidad", Access::SignedIn);

/// The frame, which the templates call `page`.
#[derive(Debug, Clone)]
pub struct Page {
    /// The page's title and only first heading.
    pub title: String,
    /// Who is logged in: their name, and what they are.
    pub who: Option<(String, String)>,
    /// Where they may go.
    pub places: Vec<Place>,
    /// What is to be said once.
    pub word: Option<String>,
    /// What every form of this session brings along.
    pub key: String,
    /// The path of the style sheet.
    pub style: &'static str,
    /// The path of the icon.
    pub icon: &'static str,
}

/// A link of the frame.
#[derive(Debug, Clone)]
pub struct Place {
    /// Where it leads.
    pub path: &'static str,
    /// What it says.
    pub label: &'static str,
    /// Whether they are there.
    pub is_here: bool,
}

impl Page {
    /// The frame for nobody in particular.
    pub fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            who: None,
            places: Vec::new(),
            word: None,
            key: String::new(),
            style: &STYLE_PATH,
            icon: &ICON_PATH,
        }
    }

    pub(super) fn of_visit(visit: &Visit, title: &str, path: &str) -> Self {
        let roles: Vec<&str> = visit.actor().roles.iter().map(|role| role.label()).collect();
        let roles = if roles.is_empty() { "Personal".to_owned() } else { roles.join(", ") };
        let goes = |access: &Access| match access {
            Access::May(action) => visit.may(*action),
            _ => true,
        };
        let is_in = |place: &str| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_here = |place: &str| match place {
            "/" => path == "/",
            "/calidad" => is_in(place) || OF_QUALITY.iter().any(|page| is_in(page)),
            _ => is_in(place),
        };
        let open = PLACES.iter().filter(|(_, _, access)| goes(access) && !visit.session.must_change);
        let place =
            |(path, label, _): &(&'static str, &'static str, Access)| Place { path, label, is_here: is_here(path) };
        let mut places: Vec<Place> = open.map(place).collect();
        // Being the head of a unit is no role: the unit says it.
        if !visit.actor().heads.is_empty() && !visit.session.must_change {
            places.insert(2.min(places.len()), place(&UNIT));
        }
        Self {
            who: Some((visit.session.user.name.clone(), roles)),
            places,
            word: visit.guest.word.clone(),
            key: visit.guest.form_key.clone(),
            ..Self::bare(title)
        }
    }
}

/// Shows a page.
///
/// # Errors
/// [`Failure::Internal`], where a template fails.
pub fn show(page: &impl Template) -> Result<Response, Failure> {
    show_as(StatusCode::OK, page)
}

/// Shows a form again, with what is wrong with it.
///
/// # Errors
/// [`Failure::Internal`], where a template fails.
pub fn show_again(page: &impl Template) -> Result<Response, Failure> {
    show_as(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// Shows a page with a status of its own.
///
/// # Errors
/// [`Failure::Internal`], where a template fails.
pub fn show_as(status: StatusCode, page: &impl Template) -> Result<Response, Failure> {
    let text = page.render().map_err(|error| Failure::Internal(format!("a template fails: {error}")))?;
    Ok((status, Html(text)).into_response())
}
