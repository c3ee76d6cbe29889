//! From what became of a dataset to its entry in the register DIACO-IN-FO-06 (R101, R104, R105).

use chrono::{DateTime, Utc};
use resguardo_shared::dump::Dump;

use super::backup::Kept;
use super::office::Office;
use crate::config::model::Place;
use crate::register::entry::{Archive, Draft, Made, Medium, MediumKind, Origin, OriginKind, Outcome, iso_week};
use crate::vault::manifest::{Encryption, Manifest};

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
    draft.compression = Some(compression(office.config.limits.compression_level, manifest.encryption.as_ref()));
    draft.media = kept.copies.iter().map(|copy| medium(office, copy)).collect();
    let shows: Vec<&str> = manifest.files.iter().map(|file| file.evidence.shows.as_str()).collect();
    let how = "conforme: leído de nuevo del medio, y cada SHA-256 comparado";
    draft.verification = Some(format!("{how} ({})", shows.join("; ")));
    draft.notes.extend(manifest.warnings.iter().map(|warning| format!("aviso: {warning}")));
    draft
}

/// How the archives are packed: R103 asks for the compression, and whoever reads the entry must know that a key is needed.
fn compression(level: i32, encryption: Option<&Encryption>) -> String {
    let zstd = format!("zstd, nivel {level}");
    match encryption.map(|encryption| encryption.recipients.len()) {
        None => zstd,
        Some(1) => format!("{zstd}; cifrado: age, 1 llave pública"),
        Some(keys) => format!("{zstd}; cifrado: age, {keys} llaves públicas"),
    }
}

/// The entry of a copy that was made later on another medium, of the week of its backup: entries are never rewritten, and
/// the media of one are no matter of corrections.
pub(super) fn copied(
    office: Office<'_>,
    plan: Option<String>,
    manifest: &Manifest,
    from: &str,
    (began, ended): (DateTime<Utc>, DateTime<Utc>),
) -> Draft {
    let archive = format!("{}/{}", manifest.server, manifest.dataset);
    let note = format!(
        "copia adicional en {} del respaldo de {archive} iniciado el {}, tomada del medio {from}",
        manifest.disk.label, manifest.started
    );
    let (server, dataset) = (manifest.server.as_str(), manifest.dataset.as_str());
    let about = About { server, dataset, slot: None, outcome: Outcome::Copied, attempts: 1, notes: vec![note] };
    let mut draft = without(office, about);
    (draft.plan, draft.started, draft.ended) = (plan, Some(office.local(began)), Some(office.local(ended)));
    draft.week = iso_week(&DateTime::parse_from_rfc3339(&manifest.started).unwrap_or(draft.at));
    draft.tool = Some(format!("resguardo {}", env!("CARGO_PKG_VERSION")));
    draft.files = manifest.files.iter().map(self::archive).collect();
    draft.compression = Some("la del respaldo: los archivos se copian tal como están".to_owned());
    draft.media = vec![medium(office, manifest)];
    draft.verification =
        Some("conforme: el SHA-256 al leer el original y al leer la copia de su medio son el asentado".to_owned());
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
        "plain" => "por SSH (directo)",
        "installed" => "por SSH (agente instalado)",
        "local" => "en la misma máquina",
        _ => "por SSH (agente)",
    };
    format!("{dump}, {way}; {}", manifest.tool)
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
