//! An entry of the form DIACO-IN-FO-06, "Registro de Seguridad de la Información": its fields, and how they stand in a
//! line of JSON. The keys are Spanish, since the line is a form that office staff read. It may not know the chain.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, FixedOffset};
use resguardo_shared::digest::Digest;
use serde::{Deserialize, Serialize};

use super::error::RegisterError;

/// The form's code.
pub const FORM: &str = "DIACO-IN-FO-06";
/// The form's version. Entries of every version are read forever: fields are added, and never change their meaning.
pub const VERSION: &str = "03";

/// Everything that an entry says but its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// When the entry is made. Its year is the entry's year; fractions of a second are not written.
    #[serde(rename = "asentado", with = "seconds")]
    pub at: DateTime<FixedOffset>,
    /// The ISO week of the slot, or of the start where there was no slot: `2026-W47`, see [`iso_week`].
    #[serde(rename = "semana")]
    pub week: String,
    /// The plan, when one asked for it.
    pub plan: Option<String>,
    /// When the slot was due.
    #[serde(rename = "turno", default, with = "seconds_or_null")]
    pub due: Option<DateTime<FixedOffset>>,
    /// When the backup began, if it did.
    #[serde(rename = "inicio", default, with = "seconds_or_null")]
    pub started: Option<DateTime<FixedOffset>>,
    /// When the backup ended, if it did.
    #[serde(rename = "fin", default, with = "seconds_or_null")]
    pub ended: Option<DateTime<FixedOffset>>,
    /// What was, or should have been, backed up.
    #[serde(rename = "origen")]
    pub origin: Origin,
    /// The program and way that made the backup.
    #[serde(rename = "herramienta")]
    pub tool: Option<String>,
    /// The archives.
    #[serde(rename = "archivos", default)]
    pub files: Vec<Archive>,
    /// How the archives are compressed: `zstd`.
    #[serde(rename = "compresion")]
    pub compression: Option<String>,
    /// The media that hold them.
    #[serde(rename = "medios", default)]
    pub media: Vec<Medium>,
    /// What was verified on the media.
    #[serde(rename = "verificacion")]
    pub verification: Option<String>,
    /// The restore drill: when, and how it ended.
    #[serde(rename = "prueba_restauracion")]
    pub drill: Option<String>,
    /// What became of it.
    #[serde(rename = "resultado")]
    pub outcome: Outcome,
    /// How often it was tried.
    #[serde(rename = "intentos")]
    pub attempts: u32,
    /// The technician who answers for it.
    #[serde(rename = "responsable")]
    pub responsible: String,
    /// The directive in force of the head of informatics.
    #[serde(rename = "directriz")]
    pub directive: Option<String>,
    /// The approval of the head of informatics.
    #[serde(rename = "visto_bueno")]
    pub approval: Option<String>,
    /// What a person should know besides.
    #[serde(rename = "observaciones", default)]
    pub notes: Vec<String>,
    /// Who made the entry.
    #[serde(rename = "asiento")]
    pub made: Made,
    /// The entry that this one corrects.
    #[serde(rename = "corrige")]
    pub corrects: Option<Correction>,
}

/// What was backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The server.
    #[serde(rename = "servidor")]
    pub server: String,
    /// The database or web site.
    #[serde(rename = "nombre")]
    pub name: String,
    /// What kind of thing it is.
    #[serde(rename = "tipo")]
    pub kind: OriginKind,
}

/// The kinds that the form knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OriginKind {
    /// A database.
    #[serde(rename = "base de datos")]
    Database,
    /// A web site.
    #[serde(rename = "página web")]
    WebSite,
    /// Anything else.
    #[serde(rename = "otro")]
    Other,
}

/// One archive of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archive {
    /// Its file name.
    #[serde(rename = "nombre")]
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
    /// Bytes of the dump.
    #[serde(rename = "bytes_original")]
    pub plain_bytes: u64,
    /// The digest of the dump.
    #[serde(rename = "sha256_original")]
    pub plain_sha256: Digest,
}

/// A medium that holds the archives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medium {
    /// What kind of medium it is.
    #[serde(rename = "tipo")]
    pub kind: MediumKind,
    /// Its label.
    #[serde(rename = "etiqueta")]
    pub label: String,
    /// Its id, which stands where the form asks for a serial number.
    #[serde(rename = "serie")]
    pub id: String,
    /// Where it is kept.
    #[serde(rename = "ubicacion")]
    pub location: Option<String>,
    /// When the archives were read back from it.
    #[serde(rename = "leido", default, with = "seconds_or_null")]
    pub read_at: Option<DateTime<FixedOffset>>,
    /// How they were read back.
    #[serde(rename = "lectura")]
    pub read_how: Option<String>,
}

/// The kinds of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediumKind {
    /// A disk or another removable medium.
    #[serde(rename = "disco externo")]
    Disk,
    /// An S3-compatible object store.
    #[serde(rename = "almacén de objetos")]
    ObjectStore,
}

/// What became of a slot, or what else an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// The backup was made in its time.
    #[serde(rename = "realizado")]
    Done,
    /// The backup was made after its time.
    #[serde(rename = "realizado tarde")]
    DoneLate,
    /// The slot went by and nothing was tried.
    #[serde(rename = "no realizado")]
    Missed,
    /// It was tried and there is no backup.
    #[serde(rename = "fallido")]
    Failed,
    /// The slot went by, and a person had said beforehand that it might.
    #[serde(rename = "excusado")]
    Excused,
    /// A backup that a person asked for besides the plan.
    #[serde(rename = "extraordinario")]
    Extraordinary,
    /// A correction of another entry.
    #[serde(rename = "corrección")]
    Correction,
    /// A backup that has its own entry was copied to another medium, which this entry names; the copy settles no slot.
    #[serde(rename = "copia adicional")]
    Copied,
    /// The slot is void because the clock was put back.
    #[serde(rename = "anulado")]
    Void,
}

/// Who made an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Made {
    /// The program.
    #[serde(rename = "automático")]
    Automatic,
    /// A person.
    #[serde(rename = "manual")]
    Manual,
}

/// What a correction corrects, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The year of the entry that is corrected, never itself a correction.
    #[serde(rename = "anio")]
    pub year: i32,
    /// Its number in that year.
    #[serde(rename = "correlativo")]
    pub number: i64,
    /// Why.
    #[serde(rename = "motivo")]
    pub reason: String,
    /// The new text of each field that is corrected, by the key of the field.
    #[serde(rename = "cambios")]
    pub changes: BTreeMap<String, String>,
}

/// An entry as it stands in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// [`FORM`].
    #[serde(rename = "registro")]
    pub form: String,
    /// The version of the form that the entry was made with.
    pub version: String,
    /// Its place in the whole chain, from 1.
    #[serde(rename = "secuencia")]
    pub sequence: i64,
    /// The year that it is numbered in.
    #[serde(rename = "anio")]
    pub year: i32,
    /// Its number in the year, from 1, without gaps.
    #[serde(rename = "correlativo")]
    pub number: i64,
    /// What it says.
    #[serde(flatten)]
    pub draft: Draft,
    /// The hash of the line before it in the chain, 64 hexadecimal digits.
    #[serde(rename = "hash_anterior")]
    pub previous: String,
}

impl Draft {
    /// The year that the entry is numbered in: that of its time, where it was made.
    pub fn year(&self) -> i32 {
        self.at.year()
    }
}

impl Entry {
    /// Reads a line, with or without its line break. Fields that this program does not know are passed over, so that an
    /// older program shows what it can of a newer entry.
    ///
    /// # Errors
    /// [`RegisterError::Parse`] or [`RegisterError::OtherForm`].
    pub fn parse(line: &str) -> Result<Self, RegisterError> {
        let entry: Self = serde_json::from_str(line).map_err(RegisterError::Parse)?;
        if entry.form == FORM { Ok(entry) } else { Err(RegisterError::OtherForm { found: entry.form }) }
    }

    /// How people name it: `2026-47`.
    pub fn name(&self) -> String {
        name(self.year, self.number)
    }
}

/// The word of the form for one of its fixed values.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "?".to_owned(),
    }
}

/// How people name an entry: `2026-47`.
pub fn name(year: i32, number: i64) -> String {
    format!("{year}-{number}")
}

/// The ISO week of a time, where it was: `2026-W47`. The year is that of the week, which may differ around New Year.
pub fn iso_week(at: &DateTime<FixedOffset>) -> String {
    let week = at.iso_week();
    format!("{:04}-W{:02}", week.year(), week.week())
}

/// Times to the second with their offset, as people write them: `2026-11-22T02:14:05-06:00`.
mod seconds {
    use chrono::{DateTime, FixedOffset, SecondsFormat};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &DateTime<FixedOffset>, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Secs, false))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<DateTime<FixedOffset>, D::Error> {
        DateTime::deserialize(input)
    }
}

/// The same for a time that may not be.
mod seconds_or_null {
    use chrono::{DateTime, FixedOffset};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Option<DateTime<FixedOffset>>, out: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => super::seconds::serialize(at, out),
            None => out.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<DateTime<FixedOffset>>, D::Error> {
        Option::deserialize(input)
    }
}
