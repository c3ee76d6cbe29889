//! The auditor's pack: a ZIP of a month or a semester with the papers, the files, the lists and the register's excerpt, each digested,
//! and what is not in it said. The same records make the same bytes. It may not know who takes it away.

mod chain;
mod contents;
mod papers;
mod period;
mod readme;

use std::fs::File;
use std::io;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

pub use period::Period;

use super::lists::ListError;
use super::office::Office;
use super::people::PeopleError;
use super::people::by::By;
use crate::bundle::{Bundle, Content};
use crate::desk::access::Action;
use crate::forms::FormError;
use crate::register::entry::Entry;
use crate::register::error::RegisterError;
use crate::register::key::Key;
use crate::store::error::StoreError;
use crate::store::people_change::PeopleChange;

/// One at a time, whoever asks: it works as hard as two cores can.
static TURN: Semaphore = Semaphore::const_new(1);
/// What a form has, as far as room is concerned.
const PAPER_BYTES: u64 = 128 * 1024;
/// Room that must stay beside a pack.
const SPARE_BYTES: u64 = 64 * 1024 * 1024;

/// Why there is no pack.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// They may not.
    #[error("no tiene permiso para hacer esto")]
    NotAllowed,
    /// Another one is being made.
    #[error("ya se está preparando un paquete; espere a que termine y pida el suyo")]
    Busy,
    /// There is no room for it.
    #[error("el paquete puede ocupar {needed} MiB y en {} quedan {left} MiB; libere espacio", folder.display())]
    Room {
        /// Where it would be written.
        folder: PathBuf,
        /// What it may take, in MiB.
        needed: u64,
        /// What there is.
        left: u64,
    },
    /// It cannot be written.
    #[error("no se pudo escribir el paquete en {}", folder.display())]
    Write {
        /// Where.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Nothing can be printed.
    #[error("no se puede imprimir ningún formato")]
    Forms(#[source] FormError),
    /// A list cannot be read.
    #[error(transparent)]
    List(#[from] ListError),
    /// The register's head cannot be signed.
    #[error("la cabeza del registro no se pudo firmar")]
    Register(#[from] RegisterError),
    /// The database failed.
    #[error("la base de datos no responde; intente de nuevo en un momento")]
    Store(#[from] StoreError),
}

/// A pack.
#[derive(Debug)]
pub struct Pack {
    /// The name of the file.
    pub name: String,
    /// The file, at its beginning. It has no name on the disk, and is gone with whoever holds it.
    pub file: File,
    /// Its bytes.
    pub bytes: u64,
    /// The files in it.
    pub files: usize,
    /// What could not be put in, a sentence each.
    pub missing: Vec<String>,
}

/// A pack in the making.
struct Making<'a> {
    office: Office<'a>,
    key: &'a Key,
    period: Period,
    bundle: Bundle,
    missing: Vec<String>,
}

/// Makes the pack of a period, and enters in the audit log who did.
///
/// # Errors
/// [`PackError`]. What cannot be put in is no error, but stands in [`Pack::missing`].
pub async fn make(office: Office<'_>, by: By<'_>, key: &Key, period: Period) -> Result<Pack, PackError> {
    by.may(Action::MakePack).map_err(|error| match error {
        PeopleError::Store(error) => PackError::Store(error),
        _ => PackError::NotAllowed,
    })?;
    let _turn = TURN.try_acquire().map_err(|_| PackError::Busy)?;
    let folder = &office.config.paths.state;
    room(office, period).await?;
    let write = |source| PackError::Write { folder: folder.clone(), source };
    // A file without a name: whatever happens, nothing is left of it.
    let file = tempfile::tempfile_in(folder).map_err(write)?;
    let stand = stand(office, period).await?;
    let clock = move || stand;
    let then = Office { now: &clock, ..office };
    let (_, last) = period.days();
    let mut making = Making { office: then, key, period, bundle: Bundle::new(file, last), missing: Vec::new() };
    for part in contents::CONTENTS {
        Box::pin(making.put(*part)).await?;
    }
    let pack = making.close().map_err(write)?;
    let detail = format!("archivos: {}, bytes: {}, faltantes: {}", pack.files, pack.bytes, pack.missing.len());
    let line = by.draft(office, "pack_made", format!("pack {}", period.name()), detail);
    office.store.apply_people(&PeopleChange { audit: vec![line], ..PeopleChange::default() }).await?;
    Ok(pack)
}

impl Making<'_> {
    /// Adds a file.
    fn add(&mut self, name: &str, bytes: &[u8], content: Content) -> Result<(), PackError> {
        let folder = self.office.config.paths.state.clone();
        self.bundle.add(name, bytes, content).map_err(|source| PackError::Write { folder, source })
    }

    fn lacks(&mut self, what: impl Into<String>) {
        self.missing.push(what.into());
    }

    /// What tells of all the others comes last.
    fn close(mut self) -> io::Result<Pack> {
        if !self.missing.is_empty() {
            let text: String = self.missing.iter().map(|what| format!("{what}\r\n")).collect();
            self.bundle.add("FALTANTES.txt", text.as_bytes(), Content::Text)?;
        }
        let readme = readme::text(self.period, &self.key.public(), !self.missing.is_empty());
        self.bundle.add("LEEME.txt", readme.as_bytes(), Content::Text)?;
        let manifest = self.bundle.manifest();
        self.bundle.add("MANIFIESTO.sha256", manifest.as_bytes(), Content::Text)?;
        let files = self.bundle.len();
        let (file, bytes) = self.bundle.finish()?;
        Ok(Pack { name: format!("Paquete {}.zip", self.period.name()), file, bytes, files, missing: self.missing })
    }
}

/// The moment that the pack shows: the end of the period or what the register says last, whichever is later. It does not hang on
/// the clock once the period is over, so that the same records make the same pack on any day.
async fn stand(office: Office<'_>, period: Period) -> Result<DateTime<Utc>, StoreError> {
    let (_, last) = period.days();
    let now = office.now();
    let end = last.succ_opt().and_then(|day| day.and_hms_opt(0, 0, 0));
    let end = end.and_then(|end| end.and_local_timezone(office.config.time_zone).latest());
    let end = end.map_or(now, |end| end.to_utc()).min(now);
    let entered = office.store.last_line().await?.and_then(|line| Entry::parse(&line.text).ok());
    Ok(entered.map_or(end, |entry| end.max(entry.draft.at.to_utc())))
}

/// Refuses where the disk is too full.
async fn room(office: Office<'_>, period: Period) -> Result<(), PackError> {
    let folder = office.config.paths.state.clone();
    let days = period.days();
    let papers = u64::try_from(office.store.attended_numbers(days).await?.len()).unwrap_or(u64::MAX);
    let files: u64 =
        office.store.attached(days).await?.iter().filter_map(|one| u64::try_from(one.about.bytes).ok()).sum();
    let needed = papers.saturating_mul(PAPER_BYTES).saturating_add(files).saturating_add(SPARE_BYTES);
    let about = rustix::fs::statvfs(&folder);
    let about = about.map_err(|error| PackError::Write { folder: folder.clone(), source: error.into() })?;
    let left = about.f_bavail.saturating_mul(about.f_frsize);
    if left < needed {
        return Err(PackError::Room { folder, needed: needed >> 20, left: left >> 20 });
    }
    Ok(())
}
