//! DIACO-IN-FO-06, *Registro de Seguridad de la Información* (procedure, R100 to R105 and 7.5): one entry of the register,
//! or those of a month or a year, with the head of the chain.

use chrono::{NaiveDate, NaiveDateTime};
use resguardo_shared::digest::Digest;
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Rows, Text};
use crate::parts::Count;

/// An excerpt of the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// What it shows, in Spanish: `Asiento 2026-47`, `Noviembre de 2026`, `Año 2026`.
    pub period: Line,
    /// Whether it is one entry in full, or many in a table.
    pub extent: Extent,
    /// The first and last day of the period; neither for one entry.
    pub from: Option<NaiveDate>,
    /// See `from`.
    pub to: Option<NaiveDate>,
    /// The entries, in the order of the chain.
    #[serde(default)]
    pub entries: Rows<Entry>,
    /// How many entries had which outcome, in the order in which they are printed.
    #[serde(default)]
    pub outcomes: Rows<Count>,
    /// The directive in force of the head of informatics (R102).
    pub directive: Option<Line>,
    /// Where the chain stood when this was made.
    pub head: Option<Head>,
}

/// How much of the register it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// One entry, with each of its fields.
    Entry,
    /// The entries of a month, a row each.
    Month,
    /// The entries of a year, a row each.
    Year,
}

/// An entry. Words that the register has in Spanish come as they stand there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number in its year: `2026-47`.
    pub number: Line,
    /// Its place in the whole chain.
    pub sequence: u64,
    /// When it was made.
    pub at: NaiveDateTime,
    /// The ISO week: `2026-W47`.
    pub week: Line,
    /// The plan, when one asked for it.
    pub plan: Option<Line>,
    /// When the backup was due.
    pub due: Option<NaiveDateTime>,
    /// When it began.
    pub started: Option<NaiveDateTime>,
    /// When it ended.
    pub ended: Option<NaiveDateTime>,
    /// The server.
    pub server: Line,
    /// The database or web site.
    pub name: Line,
    /// `base de datos`, `página web`, `otro`.
    pub kind: Line,
    /// The program and way that made the backup (R103).
    pub tool: Option<Line>,
    /// The archives.
    #[serde(default)]
    pub files: Rows<File>,
    /// How they are compressed.
    pub compression: Option<Line>,
    /// The media that hold them (R104).
    #[serde(default)]
    pub media: Rows<Medium>,
    /// What was verified on the media.
    pub verification: Option<Text>,
    /// The restore drill: when, and how it ended (R009).
    pub drill: Option<Text>,
    /// `realizado`, `fallido`, …
    pub outcome: Line,
    /// How often it was tried.
    pub attempts: u32,
    /// The technician who answers for it.
    pub responsible: Line,
    /// The directive of that day (R102).
    pub directive: Option<Line>,
    /// The approval of the head of informatics.
    pub approval: Option<Line>,
    /// What a person should know besides.
    #[serde(default)]
    pub notes: Rows<Text>,
    /// `automático` or `manual`, and by whom.
    pub made: Line,
    /// The number of the entry that this one corrects.
    pub corrects: Option<Line>,
    /// The hash of the entry before.
    pub previous_hash: Option<Digest>,
    /// The hash of its own line.
    pub hash: Digest,
}

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name.
    pub name: Line,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
    /// Bytes of the dump.
    pub plain_bytes: Option<u64>,
}

/// A medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Medium {
    /// `disco externo`, `almacén de objetos`.
    pub kind: Line,
    /// Its label.
    pub label: Line,
    /// Its id, which stands for a serial number.
    pub id: Option<Line>,
    /// Where it is kept.
    pub location: Option<Line>,
    /// When the archives were read back from it.
    pub read_at: Option<NaiveDateTime>,
}

/// The signed head of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The number of the last entry: `2026-52`.
    pub number: Line,
    /// Its place in the chain, which is how many entries there are.
    pub sequence: u64,
    /// The hash of its line.
    pub hash: Digest,
    /// When it was signed.
    pub signed: NaiveDateTime,
    /// The public key (ed25519), in hexadecimal.
    pub key: Line,
    /// The signature, in hexadecimal.
    pub signature: Line,
    /// What verifying the whole chain said, in Spanish.
    pub verified: Option<Line>,
}
