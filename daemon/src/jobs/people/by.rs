//! Who changes people, or what the institution has: one of them with that role, or whoever works on the machine itself. It may not
//! know what is changed.

use std::net::IpAddr;

use super::error::PeopleError;
use super::session::Session;
use crate::desk::access::{self, Action};
use crate::desk::people::Actor;
use crate::jobs::office::Office;
use crate::store::people_change::{PeopleApplied, PeopleChange};
use crate::store::people_rows::AuditDraft;

/// Who does something.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// A login of the machine: root, or of the group that may ask the service. The system has let them in.
    System(&'a str),
    /// Somebody who logged in, from an address.
    Person(&'a Session, IpAddr),
}

impl By<'_> {
    /// As they are called in the audit log.
    pub fn name(&self) -> String {
        match self {
            Self::System(login) => format!("unix:{login}"),
            Self::Person(session, _) => session.user.login.clone(),
        }
    }

    /// From where; empty on the machine itself.
    pub fn address(&self) -> String {
        match self {
            Self::System(_) => String::new(),
            Self::Person(_, address) => address.to_string(),
        }
    }

    /// Whether they are this user.
    pub(super) fn is(&self, user: i64) -> bool {
        matches!(self, Self::Person(session, _) if session.user.id == user)
    }

    /// Who they are at the desk; nobody there on the machine itself.
    pub(in crate::jobs) fn actor(&self) -> Option<&Actor> {
        match self {
            Self::System(_) => None,
            Self::Person(session, _) => Some(&session.actor),
        }
    }

    /// Whether they may.
    ///
    /// # Errors
    /// [`PeopleError::NotAllowed`].
    pub(in crate::jobs) fn may(&self, action: Action) -> Result<(), PeopleError> {
        match self {
            Self::System(_) => Ok(()),
            // Whoever still has a first password does nothing else before it is changed.
            Self::Person(session, _) if !session.must_change && access::may(&session.actor, action) => Ok(()),
            Self::Person(..) => Err(PeopleError::NotAllowed),
        }
    }

    /// A line for the audit log.
    pub(in crate::jobs) fn draft(
        &self,
        office: Office<'_>,
        action: &'static str,
        object: String,
        detail: String,
    ) -> AuditDraft {
        AuditDraft { at: office.now(), actor: self.name(), address: self.address(), action, object, detail }
    }
}

/// Stores a change, or says why it is none; returns the ids of new tokens.
pub(super) async fn store(office: Office<'_>, change: &PeopleChange) -> Result<Vec<i64>, PeopleError> {
    match office.store.apply_people(change).await? {
        PeopleApplied::Stored(ids) => Ok(ids),
        PeopleApplied::Stale => Err(PeopleError::Changed),
        PeopleApplied::NoAdministrator => Err(PeopleError::LastAdministrator),
    }
}
