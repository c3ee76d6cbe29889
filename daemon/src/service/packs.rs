//! The auditor's pack for whoever asks at the terminal: made here, and handed over piece by piece. It may not know what is in it.

use std::io::Read as _;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answer::{Answer, refusal, say, value};
use super::daemon::Service;
use super::protocol::{Line, RefusalKind};
use super::socket::Writer;
use crate::jobs::error::chain;
use crate::jobs::pack::{PackError, Period, make};
use crate::jobs::people::by::By;
use crate::people::token::hex;

/// Bytes of a line.
const PIECE: usize = 256 * 1024;

/// What there is to be said of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackReport {
    /// Its bytes.
    pub bytes: u64,
    /// The files in it.
    pub files: usize,
    /// What could not be put in, a sentence each.
    pub missing: Vec<String>,
}

pub(super) async fn pack(service: &Arc<Service>, who: &str, period: &str, writer: &mut Writer) -> Answer {
    let wrong = || refusal(RefusalKind::Request, format!("{period:?} is no month or semester"));
    let period = Period::parse(period).ok_or_else(wrong)?;
    let office = service.keeper.office();
    let made = Box::pin(make(office, By::System(who), &service.keeper.key, period)).await;
    let mut pack = made.map_err(|error| match error {
        PackError::Busy => {
            let what = "another pack is being made; wait a minute and ask again";
            refusal(RefusalKind::Busy, what)
        }
        error => refusal(RefusalKind::Failed, chain(&error)),
    })?;
    let mut piece = vec![0; PIECE];
    loop {
        let read = pack.file.read(&mut piece).map_err(|error| refusal(RefusalKind::Failed, error.to_string()))?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        say(writer, &Line::Text(hex(bytes))).await?;
    }
    value(Ok(PackReport { bytes: pack.bytes, files: pack.files, missing: pack.missing }))
}
