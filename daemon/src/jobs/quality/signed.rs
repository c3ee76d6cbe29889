//! Records as they were signed on paper (procedure, 9.3): the scan is attached to the record that it shows, with its digest, and stays.
//! It may not know how a scan is judged.

use std::collections::BTreeMap;

use resguardo_shared::digest::Digest;

use super::QualityError;
use crate::desk::access::Action;
use crate::desk::report::ReportState;
use crate::figures::month::Month;
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::PeopleError;
use crate::jobs::people::by::By;
use crate::store::desk_people::Face;
use crate::store::desk_rows::Attachment;
use crate::store::error::StoreError;
use crate::upkeep::done::Rescheduling;
use crate::upkeep::programme::State;
use crate::upkeep::semester::Semester;

/// A record that people sign on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signable {
    /// The programme of a semester, FO-02.
    Programme(Semester),
    /// The report of a month, FO-05, or a revision of it.
    Report(Month, u32),
    /// Its indicators, RP-FO-03.
    Indicators(Month, u32),
    /// The indicator of a semester, RP-FO-03, or a revision of it.
    Semester(Semester, u32),
    /// An item that was moved to another week, FO-03, by its number.
    Moved(i32, i64),
    /// The register of a month, FO-06.
    Register(Month),
    /// An event's list of attendance, RH-FO-02, by its number.
    Event(String),
}

impl Signable {
    /// The record of an id as it stands on paper: `FO-02-2026-1`, `FO-05-2026-10-R2`, `EV-2026-0004`.
    pub fn of_record(record: &str) -> Option<Self> {
        let month = |rest: &str| match rest.split_once("-R") {
            Some((month, revision)) => {
                let revision: u32 = revision.parse().ok().filter(|revision| *revision > 1)?;
                Some((Month::parse(month)?, revision))
            }
            None => Some((Month::parse(rest)?, 1)),
        };
        let known = if let Some(rest) = record.strip_prefix("FO-02-") {
            let (year, half) = rest.split_once('-')?;
            Self::Programme(Semester::new(year.parse().ok()?, half.parse().ok()?)?)
        } else if let Some(rest) = record.strip_prefix("FO-05-") {
            month(rest).map(|(month, revision)| Self::Report(month, revision))?
        } else if let Some(rest) = record.strip_prefix("RP-FO-03-") {
            let (word, revision) = rest.split_once("-R").unwrap_or((rest, "1"));
            let semester = Semester::of_word(word).zip(revision.parse().ok());
            semester
                .map(|(semester, revision)| Self::Semester(semester, revision))
                .or_else(|| month(rest).map(|(month, revision)| Self::Indicators(month, revision)))?
        } else if let Some((year, number)) = Rescheduling::of_name(record) {
            Self::Moved(year, number)
        } else if let Some(rest) = record.strip_prefix("FO-06-") {
            Self::Register(Month::parse(rest)?)
        } else {
            record.starts_with("EV-").then(|| Self::Event(record.to_owned()))?
        };
        // One record has one id: what reads alike and is written otherwise is none.
        (known.record() == record).then_some(known)
    }

    /// Its id as it stands on paper.
    pub fn record(&self) -> String {
        let revised = |revision: &u32| if *revision > 1 { format!("-R{revision}") } else { String::new() };
        match self {
            Self::Programme(semester) => format!("FO-02-{}-{}", semester.year(), semester.half()),
            Self::Report(month, revision) => format!("FO-05-{month}{}", revised(revision)),
            Self::Indicators(month, revision) => format!("RP-FO-03-{month}{}", revised(revision)),
            Self::Semester(semester, revision) => format!("RP-FO-03-{}{}", semester.word(), revised(revision)),
            Self::Register(month) => format!("FO-06-{month}"),
            Self::Moved(year, number) => Rescheduling::name_of(*year, *number),
            Self::Event(number) => number.clone(),
        }
    }

    /// Who sees it.
    pub fn seen_by(&self) -> Action {
        match self {
            Self::Programme(_) | Self::Moved(..) => Action::SeeEquipment,
            Self::Report(..) | Self::Indicators(..) | Self::Semester(..) => Action::SeeReports,
            Self::Register(_) | Self::Event(_) => Action::SeeQuality,
        }
    }

    /// Who attaches what was signed.
    pub fn attached_by(&self) -> Action {
        if matches!(self, Self::Event(_)) { Action::WriteEvents } else { Action::AttachSigned }
    }
}

/// A record's signed copies.
#[derive(Debug, Clone)]
pub struct SignedCopies {
    /// In the order in which they came.
    pub copies: Vec<Attachment>,
    /// Who attached them.
    pub faces: BTreeMap<i64, Face>,
}

/// The signed copies of a record.
///
/// # Errors
/// [`QualityError::NotFound`] where there is no such record to be signed yet.
pub async fn copies(office: Office<'_>, by: By<'_>, of: &Signable) -> Result<SignedCopies, QualityError> {
    by.may(of.seen_by())?;
    if !is_there(office, of).await? {
        return Err(QualityError::NotFound);
    }
    let copies = office.store.signed_copies(&of.record()).await?;
    let faces = office.store.faces(&copies.iter().map(|copy| copy.uploaded_by).collect()).await?;
    Ok(SignedCopies { copies, faces })
}

/// A signed copy with its bytes.
///
/// # Errors
/// [`QualityError::NotFound`] also for one of another record.
pub async fn copy(
    office: Office<'_>,
    by: By<'_>,
    of: &Signable,
    id: &[u8; 16],
) -> Result<(Attachment, Vec<u8>), QualityError> {
    let known = copies(office, by, of).await?;
    let about = known.copies.into_iter().find(|copy| copy.id == *id).ok_or(QualityError::NotFound)?;
    let bytes = office.store.signed_copy_bytes(id).await?.ok_or(QualityError::NotFound)?;
    Ok((about, bytes))
}

/// Attaches a scan, a PDF that was judged before.
///
/// # Errors
/// [`QualityError`]; a field that needs something else by its name.
pub async fn attach(
    office: Office<'_>,
    by: By<'_>,
    of: &Signable,
    (name, kind, bytes): (String, &str, Vec<u8>),
) -> Result<(), QualityError> {
    by.may(of.attached_by())?;
    let known = copies(office, by, of).await?;
    let who = by.actor().ok_or(PeopleError::NotAllowed)?.id;
    if kind != "pdf" {
        return Err(QualityError::field("files", "lo firmado se adjunta en PDF; escanéelo de nuevo en ese formato"));
    }
    let sha256 = Digest::of(&bytes).to_string();
    if known.copies.iter().any(|copy| copy.sha256 == sha256) {
        return Err(QualityError::field("files", "ese mismo archivo ya está adjunto"));
    }
    let about = Attachment {
        id: uuid::Uuid::new_v4().into_bytes(),
        name,
        kind: kind.to_owned(),
        bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        sha256,
        uploaded_by: who,
        at: now(office).at,
    };
    let detail = serde_json::json!({ "document": about.name, "digest": about.sha256 }).to_string();
    let line = by.draft(office, "signed_attached", format!("record {}", of.record()), detail);
    if office.store.put_signed_copy(&of.record(), &about, &bytes, &line).await? {
        Ok(())
    } else {
        Err(QualityError::field("files", "el registro ya tiene tantas copias firmadas como caben"))
    }
}

/// Whether there is something that could have been signed: a draft is not.
async fn is_there(office: Office<'_>, of: &Signable) -> Result<bool, StoreError> {
    let store = office.store;
    Ok(match of {
        Signable::Programme(semester) => {
            let programme = store.programme(*semester).await?;
            programme.is_some_and(|programme| !matches!(programme.state, State::Draft | State::Sent | State::Returned))
        }
        Signable::Report(month, revision) | Signable::Indicators(month, revision) => {
            let reports = store.reports_of(*month).await?;
            reports.iter().any(|report| report.revision == *revision && report.state != ReportState::Draft)
        }
        Signable::Semester(semester, revision) => {
            let Some(programme) = store.programme(*semester).await? else { return Ok(false) };
            let reports = store.semester_reports(programme.id).await?;
            reports.iter().any(|report| report.revision == *revision && report.state != ReportState::Draft)
        }
        Signable::Moved(year, number) => store.rescheduling((*year, *number)).await?.is_some(),
        Signable::Register(month) => *month <= Month::of(now(office).day),
        Signable::Event(number) => store.training_event(number).await?.is_some_and(|row| !row.event.void),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_known_by_what_its_paper_says_and_by_nothing_else() {
        for record in [
            "FO-02-2026-1",
            "FO-03-2026-007",
            "RP-FO-03-2026-1",
            "RP-FO-03-2026-2-R2",
            "FO-05-2026-10",
            "FO-05-2026-10-R2",
            "RP-FO-03-2026-10-R12",
            "FO-06-2026-11",
            "EV-2026-0004",
        ] {
            assert_eq!(Signable::of_record(record).unwrap().record(), record);
        }
        for bad in [
            "",
            "FO-02-2026-3",
            "FO-02-02026-1",
            "FO-05-2026-13",
            "FO-05-2026-10-R1",
            "FO-05-2026-10-R02",
            "FO-06-2026",
            "ST-2026-000001",
        ] {
            assert_eq!(Signable::of_record(bad), None, "{bad}");
        }
    }
}
