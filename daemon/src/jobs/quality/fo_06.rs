//! DIACO-IN-FO-06, *Registro de Seguridad de la Información* (R100 to R105, 7.5): an entry, a month or a year of the register with
//! the signed head of its chain. It may not know how it looks on paper.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, FixedOffset, Months, NaiveDate, NaiveDateTime};
use resguardo_forms_model::fo_06::{self, Extent as Kind, File, Medium};
use resguardo_forms_model::{Count, Form, Line, ROWS_MAX, Record, Sheet, Signature, Text};
use resguardo_shared::digest::Digest;

use super::register::{Excerpt, Extent, Row, read};
use super::sheet::{About, sheet};
use crate::calendar::names::month;
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::PeopleError;
use crate::jobs::people::by::By;
use crate::register::entry::{Archive, Draft, name, word};
use crate::register::head::Head;
use crate::register::key::Key;

/// The record of a part of the register, as it is now.
///
/// # Errors
/// As [`read`].
pub async fn record(office: Office<'_>, by: By<'_>, key: &Key, extent: Extent) -> Result<Record, PeopleError> {
    let excerpt = read(office, by, key, extent).await?;
    if excerpt.rows.len() > ROWS_MAX {
        let what = format!("tiene {} asientos y en una hoja caben {ROWS_MAX}: imprima mes por mes", excerpt.rows.len());
        return Err(PeopleError::Field { field: "periodo", what });
    }
    let today = now(office).day;
    let (from, to) = days(extent);
    let one = excerpt.rows.first().filter(|_| matches!(extent, Extent::Entry(..)));
    // A period that goes on is printed under the version of today; what is over stays under that of its last day.
    let made = one.map_or_else(|| to.map_or(today, |to| to.min(today)), |row| row.entry.draft.at.date_naive());
    // The day of the last thing that it tells: printed again it is the same record.
    let issued = excerpt.rows.iter().map(|row| row.entry.draft.at.date_naive()).max().unwrap_or(made);
    let about = About { form: Form::Fo06, made, issued, record: extent.record(), signatures: signatures(one) };
    let directive = excerpt.rows.iter().rev().find(|row| row.shown.corrects.is_none());
    let content = fo_06::Register {
        period: Line::from(title(extent)),
        extent: match extent {
            Extent::Entry(..) => Kind::Entry,
            Extent::Month(_) => Kind::Month,
            Extent::Year(_) => Kind::Year,
        },
        from,
        to,
        outcomes: outcomes(&excerpt.rows).into(),
        directive: directive.map(|row| Line::from(cited(&row.shown))),
        head: head(&excerpt),
        entries: excerpt.rows.iter().filter_map(entry).collect::<Vec<_>>().into(),
    };
    Ok(Record::Fo06(Box::<Sheet<_>>::new(sheet(office, about, content).await?)))
}

/// The directive that an entry cites, or that there was none: a blank would tell nobody which of the two it is.
pub fn cited(shown: &Draft) -> &str {
    shown.directive.as_deref().unwrap_or("sin directriz vigente")
}

/// How people call it.
pub fn title(extent: Extent) -> String {
    match extent {
        Extent::Entry(year, number) => format!("Asiento {}", name(year, number)),
        Extent::Month(first) => {
            let mut month = month(first).chars();
            let capital: String = month.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
            format!("{capital}{} de {}", month.as_str(), first.year())
        }
        Extent::Year(year) => format!("Año {year}"),
    }
}

/// The first and the last day.
fn days(extent: Extent) -> (Option<NaiveDate>, Option<NaiveDate>) {
    match extent {
        Extent::Entry(..) => (None, None),
        Extent::Month(first) => {
            (Some(first), first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()))
        }
        Extent::Year(year) => (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)),
    }
}

fn signatures(one: Option<&Row>) -> Vec<Signature> {
    let block = |act: &str, name: Option<&str>| Signature {
        act: Line::from(act),
        name: name.map(Line::from),
        post: None,
        date: None,
        note: None,
    };
    let responsible = one.map(|row| row.shown.responsible.as_str());
    let approved = one.and_then(|row| row.shown.approval.as_deref());
    vec![block("Responsable (técnico)", responsible), block("Visto bueno (jefe del DTI)", approved)]
}

/// How many entries had which outcome, in the order in which the outcomes come up.
fn outcomes(rows: &[Row]) -> Vec<Count> {
    let mut counts: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        counts.entry(word(&row.shown.outcome)).or_insert((place, 0)).1 += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, (place, _))| *place);
    counts.into_iter().map(|(name, (_, count))| Count { name: Line::from(name), count }).collect()
}

/// An entry; none whose hash is none, which the verification names.
fn entry(row: &Row) -> Option<fo_06::Entry> {
    let (entry, shown) = (&row.entry, &row.shown);
    let notes = shown.notes.iter().map(|note| Text::from(note.as_str()));
    let of = shown.corrects.as_ref();
    let told = of.into_iter().flat_map(|of| {
        let changes = of.changes.iter().map(|(field, text)| Text::from(format!("{field}: {text}")));
        std::iter::once(Text::from(format!("motivo: {}", of.reason))).chain(changes)
    });
    let corrected = (!row.corrected_by.is_empty())
        .then(|| Text::from(format!("con las correcciones de {}", row.corrected_by.join(", "))));
    Some(fo_06::Entry {
        number: Line::from(entry.name()),
        sequence: u64::try_from(entry.sequence).ok()?,
        at: civil(&shown.at),
        week: Line::from(&shown.week),
        plan: shown.plan.as_ref().map(Line::from),
        due: shown.due.as_ref().map(civil),
        started: shown.started.as_ref().map(civil),
        ended: shown.ended.as_ref().map(civil),
        server: Line::from(&shown.origin.server),
        name: Line::from(&shown.origin.name),
        kind: Line::from(word(&shown.origin.kind)),
        tool: shown.tool.as_ref().map(Line::from),
        files: shown.files.iter().map(file).collect::<Vec<_>>().into(),
        compression: shown.compression.as_ref().map(Line::from),
        media: shown.media.iter().map(medium).collect::<Vec<_>>().into(),
        verification: shown.verification.as_deref().map(Text::from),
        drill: shown.drill.as_deref().map(Text::from),
        outcome: Line::from(word(&shown.outcome)),
        attempts: shown.attempts,
        responsible: Line::from(&shown.responsible),
        directive: shown.corrects.is_none().then(|| Line::from(cited(shown))),
        approval: shown.approval.as_ref().map(Line::from),
        notes: notes.chain(told).chain(corrected).collect::<Vec<_>>().into(),
        made: Line::from(word(&shown.made)),
        corrects: of.map(|of| Line::from(name(of.year, of.number))),
        previous_hash: entry.previous.parse().ok(),
        hash: row.hash.parse().ok()?,
    })
}

fn file(archive: &Archive) -> File {
    File {
        name: Line::from(&archive.name),
        bytes: archive.bytes,
        sha256: archive.sha256,
        plain_bytes: Some(archive.plain_bytes),
    }
}

fn medium(medium: &crate::register::entry::Medium) -> Medium {
    Medium {
        kind: Line::from(word(&medium.kind)),
        label: Line::from(&medium.label),
        id: Some(Line::from(&medium.id)),
        location: medium.location.as_ref().map(Line::from),
        read_at: medium.read_at.as_ref().map(civil),
    }
}

/// The time as clocks showed it where it was.
fn civil(at: &DateTime<FixedOffset>) -> NaiveDateTime {
    at.naive_local()
}

/// Where the chain stands, and what verifying it said.
fn head(excerpt: &Excerpt) -> Option<fo_06::Head> {
    let Head { year, number, sequence, hash, at, key, signature, .. } = excerpt.head.as_ref()?;
    let hash: Digest = hash.parse().ok()?;
    let report = &excerpt.report;
    let verified = if report.is_whole() {
        format!("la cadena entera se verificó: {} asientos, ninguno cambiado ni quitado", report.entries)
    } else {
        let first = report.problems.first().map(ToString::to_string).unwrap_or_default();
        format!("LA VERIFICACIÓN ENCONTRÓ PROBLEMAS (resguardo register verify): {first}")
    };
    Some(fo_06::Head {
        number: Line::from(name(*year, *number)),
        sequence: u64::try_from(*sequence).ok()?,
        hash,
        signed: DateTime::parse_from_rfc3339(at).ok()?.naive_local(),
        key: Line::from(key),
        signature: Line::from(signature),
        verified: Some(Line::from(verified)),
    })
}
