//! All routes, each with who may come there: a page cannot forget to say so. It may not know what they answer.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{self, MethodRouter};

use super::app::App;
use super::failure::Failure;
use super::fields::Takes;
use super::guard::{self, Door};
use super::{api, assets, outer, pages};
use crate::desk::access::Action;

/// A form of text. What is beyond any field's length still comes, so that it can be said which one it is.
const FORM_BYTES_MAX: usize = 1_500_000;
/// A form of somebody who has not logged in.
const GUEST_FORM_BYTES_MAX: usize = 16 * 1024;
/// A form with files: as many as a ticket may have together, and its text.
const FILES_BYTES_MAX: usize = 27 * 1024 * 1024;

/// Who may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, and nobody is asked who they are.
    Public,
    /// Anybody, logged in or not.
    Anyone,
    /// Who is logged in, even with a password that has to be changed first.
    Entering,
    /// The same to leave; who is out already is told so.
    Leaving,
    /// Who is logged in. What they may see or do of a ticket, its operations say.
    SignedIn,
    /// Who may do this today.
    May(Action),
}

/// A route by what it is asked and who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    /// Who may come.
    pub access: Access,
}

/// Routes that are being gathered.
#[derive(Default)]
pub struct Routes {
    list: Vec<(Listed, Takes, MethodRouter<Arc<App>>)>,
}

impl Routes {
    /// A page. Its handler changes nothing: it also answers HEAD.
    pub fn get<H, T>(&mut self, access: Access, path: &'static str, handler: H)
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let listed = Listed { method: "GET", path, access };
        self.list.push((listed, Takes::Nothing, routing::get(handler)));
    }

    /// Where a form of text is sent.
    pub fn post<H, T>(&mut self, access: Access, path: &'static str, handler: H)
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let most = if access == Access::Anyone { GUEST_FORM_BYTES_MAX } else { FORM_BYTES_MAX };
        let listed = Listed { method: "POST", path, access };
        self.list.push((listed, Takes::Form(most), routing::post(handler)));
    }

    /// Where a form with files is sent (`multipart/form-data`); for nobody who is not logged in.
    pub fn upload<H, T>(&mut self, access: Access, path: &'static str, handler: H)
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let listed = Listed { method: "POST", path, access };
        self.list.push((listed, Takes::Files(FILES_BYTES_MAX), routing::post(handler)));
    }
}

fn all() -> Routes {
    let mut routes = Routes::default();
    assets::routes(&mut routes);
    pages::routes(&mut routes);
    routes
}

/// All routes that there are.
pub fn listed() -> Vec<Listed> {
    all().list.into_iter().map(|(listed, _, _)| listed).collect()
}

/// All routes of the API, by their method and their path.
pub fn listed_for_programs() -> Vec<(&'static str, String)> {
    api::listed()
}

/// The router of all routes, each behind its guard, and all of them behind what every request passes.
pub(super) fn router(app: &Arc<App>) -> Router {
    let mut router = Router::new();
    for (listed, takes, handler) in all().list {
        let door = Arc::new(Door { app: Arc::clone(app), access: listed.access, takes });
        router = router.route(listed.path, handler.route_layer(from_fn_with_state(door, guard::guard)));
    }
    router
        .merge(api::router(app))
        .fallback(async || Failure::NotFound)
        .layer(DefaultBodyLimit::max(GUEST_FORM_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(app), outer::outer))
        .with_state(Arc::clone(app))
}
