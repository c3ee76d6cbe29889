//! Who asks, as handlers are given it, and the answers that send them on. It may not know which pages there are.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::cookie::Cookie;
use super::failure::Failure;
use super::fields::Fields;
use super::form::Form;
use super::origin::local_path;
use super::page::Page;
use crate::desk::access::{Action, may};
use crate::desk::people::Actor;
use crate::jobs::desk::Caller;
use crate::jobs::people::Session;
use crate::jobs::people::by::By;
use crate::people::token::hex;

/// Names of a query that are looked at.
const ASKED_MAX: usize = 40;
/// Characters of a word that is shown once.
const WORD_MAX: usize = 300;

/// Somebody, logged in or not.
#[derive(Clone)]
pub struct Guest {
    /// Their address.
    pub address: IpAddr,
    /// What their browser calls itself.
    pub agent: String,
    pub(super) form_key: String,
    /// The token of their session.
    pub(super) token: Option<String>,
    pub(super) word: Option<String>,
    pub(super) https: bool,
    /// Whether they have no key of forms yet.
    pub(super) is_new: bool,
}

/// Somebody who is logged in and may come here.
#[derive(Clone)]
pub struct Visit {
    /// Their session.
    pub session: Arc<Session>,
    /// Where they come from.
    pub guest: Guest,
    path: String,
}

impl Visit {
    pub(super) fn new(session: Arc<Session>, guest: Guest, path: &str) -> Self {
        Self { session, guest, path: path.to_owned() }
    }

    /// Who acts, for operations.
    pub fn actor(&self) -> &Actor {
        &self.session.actor
    }

    /// Their address, for operations.
    pub fn address(&self) -> IpAddr {
        self.guest.address
    }

    /// The same as whoever wants something of the desk.
    pub fn caller(&self) -> Caller {
        Caller { actor: self.session.actor.clone(), address: Some(self.guest.address) }
    }

    /// The same as whoever changes people.
    pub fn by(&self) -> By<'_> {
        By::Person(&self.session, self.guest.address)
    }

    /// Whether to show them a button; the operation behind it asks again.
    pub fn may(&self, action: Action) -> bool {
        may(&self.session.actor, action)
    }

    /// The frame of a page: its title, who they are, where they may go, and what is to be said once.
    pub fn page(&self, title: &str) -> Page {
        Page::of_visit(self, title, &self.path)
    }

    /// A form with these values: none, those that are stored, or those that were sent.
    pub fn form(&self, fields: Fields) -> Form {
        Form::new(&self.guest.form_key, fields)
    }

    /// Sends them to a page after something was done, which says so once.
    pub fn done(&self, path: &str, word: &str) -> Response {
        let mut answer = see_other(path);
        let word: String = word.chars().take(WORD_MAX).collect();
        let line = Cookie::Word.set(&hex(word.as_bytes()), self.guest.https);
        answer.headers_mut().extend(line.map(|line| (header::SET_COOKIE, line)));
        answer
    }
}

impl Guest {
    /// A form for somebody who is not logged in.
    pub fn form(&self, fields: Fields) -> Form {
        Form::new(&self.form_key, fields)
    }
}

/// Sends them to another of these pages, by GET.
pub fn see_other(path: &str) -> Response {
    let path = local_path(path).unwrap_or("/");
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response()
}

/// What only a route without a guard lacks.
fn missing(what: &str) -> Failure {
    Failure::Internal(format!("the route has no {what}"))
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| missing("guest"))
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| missing("visit"))
    }
}

/// What stands in the query of a path: a search, a page. Nothing there is trusted, and nothing is an error.
#[derive(Debug, Clone)]
pub struct Asked(pub Fields);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let pairs =
            Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map(|Query(pairs)| pairs).unwrap_or_default();
        Ok(Self(Fields::of(pairs.iter().take(ASKED_MAX).map(|(name, text)| (name.as_str(), text.clone())))))
    }
}

impl<S: Sync> FromRequestParts<S> for Fields {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.remove::<Self>().ok_or_else(|| missing("form"))
    }
}
