//! The support desk at work: who asks is held against the rules of `desk`, and what comes of it is stored with its event and
//! its letters. It may not know pages or programs that ask.

pub mod account_report;
pub mod account_wanted;
pub mod accounts;
pub mod act;
pub mod board;
pub mod board_lists;
pub mod calendar;
pub mod cover;
pub mod days;
pub mod enter;
mod error;
pub mod fo_01;
pub mod letters;
pub mod remind;
pub mod report;
pub mod request;
mod schema;
mod told;
mod told_rows;
pub mod view;
pub mod wanted;

use std::net::IpAddr;

pub use error::DeskError;

use super::office::{Office, day};
use crate::desk::acts::Now;
use crate::desk::people::{Actor, Role};
use crate::store::ticket_file::Doing;

/// Somebody who wants something, and from where.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// From which address; none for a command on this machine.
    pub address: Option<IpAddr>,
}

impl Caller {
    /// Nobody, who reads what quality management reads: for papers that are asked for on the machine itself.
    pub fn reader() -> Self {
        let actor = Actor { id: 0, unit: None, heads: Vec::new(), roles: vec![Role::Quality] };
        Self { actor, address: None }
    }

    /// What is written down of who did something now.
    fn doing(&self, now: Now) -> Doing {
        let address = self.address.map(|address| address.to_string()).unwrap_or_default();
        Doing { actor: Some(self.actor.id), address, at: now.at, day: now.day }
    }
}

/// The moment, and its day here.
pub fn now(office: Office<'_>) -> Now {
    let at = office.now();
    // The databases keep microseconds; what was stored is to equal what was given.
    let at = chrono::SubsecRound::trunc_subsecs(at, 6);
    Now { at, day: day(office.config, at) }
}
