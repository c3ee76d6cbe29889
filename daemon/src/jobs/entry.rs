//! From what became of a dataset to its entry in the register DIACO-IN-FO-06 (R101, R104, R105).

use chrono::{DateTime, Utc};
use resguardo_shared::dump::Dump;

use super::backup::Kept;
use super::office::Office;
use crate::config::model::Place;
use crate::register::entry::{Archive, Draft, Made, Medium, MediumKind, Origin, OriginKind, Outcome, iso_week};
use crate::vault::manifest::Manifest;

/// What an entry is about.
pub(super) struct About<'a> {
    /// The server's name.
    pub(super) server: &'a str,
    /// The dataset's name.
    pub(super) dataset: &'a str,
    /// The plan and the beginning of the slot that it settles, if it settles one.
    pub(super) slot: Option<(String, DateTime<Utc>)>,
    /// What became of it.
    pub(super) outcome: Outcome,
    /// Runs that were made for it.
    pub(super) attempts: i64,
    /// What else is to be known, in Spanish but for the words of programs.
    pub(super) notes: Vec<String>,
}

/// The entry of a dataset of which nothing was kept.
pub(super) fn without(office: Office<'_>, about: About<'_>) -> Draft {
    let at = office.local(office.now());
    let (plan, due) = about.slot.unzip();
    let due = due.map(|due| office.local(due));
    Draft {
        at,
        week: iso_week(&due.unwrap_or(at)),
        plan,
        due,
        started: None,
        ended: None,
        origin: origin(office, about.server, about.dataset),
        tool: None,
        files: Vec::new(),
        compression: None,
        media: Vec::new(),
        verification: None,
        drill: None,
        outcome: about.outcome,
        attempts: u32::try_from(about.attempts).unwrap_or(u32::MAX),
        responsible: office.config.register.responsible.clone(),
        directive: office.config.register.directive.clone(),
        approval: None,
        notes: about.notes,
        made: Made::Automatic,
        corrects: None,
    }
}

/// The entry of a dataset that was kept.
pub(super) fn with(office: Office<'_>, about: About<'_>, kept: &Kept) -> Draft {
    let manifest = &kept.manifest;
    let mut draft = without(office, about);
    draft.started = Some(office.local(kept.started));
    draft.ended = Some(office.local(kept.received));
    if draft.due.is_none() {
        draft.week = iso_week(&office.local(kept.started));
    }
    draft.tool = Some(tool(manifest));
    draft.files = manifest.files.iter().map(archive).collect();
    draft.compression = Some(format!("zstd, nivel {}", office.config.limits.compression_level));
    draft.media = kept.copies.iter().map(|copy| medium(office, copy)).collect();
    let shows: Vec<&str> = manifest.files.iter().map(|file| file.evidence.shows.as_str()).collect();
    let how = "conforme: leído de nuevo del medio, y cada SHA-256 comparado";
    draft.verification = Some(format!("{how} ({})", shows.join("; ")));
    draft.notes.extend(manifest.warnings.iter().map(|warning| format!("aviso: {warning}")));
    draft
}

fn origin(office: Office<'_>, server: &str, dataset: &str) -> Origin {
    let kind = match office.config.dataset(server, dataset).map(|dataset| &dataset.dump) {
        Some(Dump::Postgres(_) | Dump::Mysql(_) | Dump::Sqlite(_)) => OriginKind::Database,
        Some(Dump::Files(_)) => OriginKind::WebSite,
        Some(Dump::Command(_)) | None => OriginKind::Other,
    };
    Origin { server: server.to_owned(), name: dataset.to_owned(), kind }
}

/// With what the backup was made: R103 asks for the tool.
fn tool(manifest: &Manifest) -> String {
    let dump = match manifest.dump.kind() {
        "postgres" => "pg_dump",
        "mysql" => "mariadb-dump o mysqldump",
        "sqlite" => "copia en línea de SQLite",
        "files" => "GNU tar",
        _ => "orden propia",
    };
    let way = match manifest.mode.as_str() {
        "plain" => "directo",
        "installed" => "agente instalado",
        _ => "agente",
    };
    format!("{dump}, por SSH ({way}); {}", manifest.tool)
}

fn archive(file: &crate::vault::manifest::File) -> Archive {
    Archive {
        name: file.name.clone(),
        bytes: file.archive_bytes,
        sha256: file.archive_sha256,
        plain_bytes: file.plain_bytes,
        plain_sha256: file.plain_sha256,
    }
}

/// A disk that holds it.
fn medium(office: Office<'_>, copy: &Manifest) -> Medium {
    let configured = office.config.disk(&copy.disk.label);
    Medium {
        kind: match configured.map(|disk| &disk.place) {
            Some(Place::S3 { .. }) => MediumKind::ObjectStore,
            _ => MediumKind::Disk,
        },
        label: copy.disk.label.clone(),
        id: copy.disk.id.to_string(),
        location: configured.and_then(|disk| disk.custody.clone()),
        read_at: DateTime::parse_from_rfc3339(&copy.read_back.at).ok(),
        read_how: Some(copy.read_back.how.clone()),
    }
}
