//! Records of controlled forms for whoever prints them at the terminal: the service knows what stands on them, the command has them
//! printed. It may not know how they look.

use chrono::NaiveDate;
use resguardo_forms_model::Form;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, refusal};
use super::answer_tickets::{caller, refused};
use super::daemon::Service;
use super::protocol::{Refusal, RefusalKind};
use crate::figures::month::Month;
use crate::jobs::desk::{Caller, cover, fo_01, now};
use crate::jobs::error::chain;
use crate::jobs::monthly::{MonthlyError, fo_05, rp_fo_03};
use crate::jobs::people::PeopleError;
use crate::jobs::people::by::By;
use crate::jobs::quality::catalogue::version_on;
use crate::jobs::quality::register::Extent;
use crate::jobs::quality::{QualityError, events, fo_06};
use crate::jobs::upkeep::{UpkeepError, fo_02, fo_03, rp_fo_03 as of_semester};
use crate::upkeep::semester::Semester;

/// Which record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Wanted {
    /// The report of a ticket, DIACO-IN-FO-01.
    Ticket {
        /// Its number.
        number: String,
        /// On behalf of this user of the desk; only root may.
        on_behalf: Option<String>,
    },
    /// What was entered in a month, DIACO-IN-FO-06.
    RegisterMonth {
        /// Its first day.
        first: NaiveDate,
    },
    /// What was entered in a year.
    RegisterYear {
        /// Which.
        year: i32,
    },
    /// The programme of a semester, DIACO-IN-FO-02.
    Programme {
        /// The year.
        year: i32,
        /// 1 or 2.
        half: u8,
    },
    /// The report of a month as it was delivered, DIACO-IN-FO-05.
    Report {
        /// The month.
        month: Month,
        /// Which revision; the last one that was delivered where none is told.
        revision: Option<u32>,
    },
    /// The indicators of a month as they were delivered, DIACO-RP-FO-03.
    Indicators {
        /// The month.
        month: Month,
        /// Which revision; the last one that was delivered where none is told.
        revision: Option<u32>,
    },
    /// The indicator of a semester's maintenance as it was delivered, DIACO-RP-FO-03.
    Semester {
        /// The year.
        year: i32,
        /// 1 or 2.
        half: u8,
        /// Which revision; the last one that was delivered where none is told.
        revision: Option<u32>,
    },
    /// An item that was moved to another week, DIACO-IN-FO-03.
    Moved {
        /// Its number as it stands on paper.
        number: String,
    },
    /// Who was at an event, DIACO-RH-FO-02.
    Event {
        /// Its number.
        number: String,
    },
    /// The cover sheet of a ticket for a mail account.
    Cover {
        /// The ticket's number.
        number: String,
        /// On behalf of this user of the desk; only root may.
        on_behalf: Option<String>,
    },
    /// The version of a form that is in force today: the answer is [`InForce`].
    Blank {
        /// Its code.
        code: String,
    },
    /// One entry.
    RegisterEntry {
        /// Its year.
        year: i32,
        /// Its number in the year.
        number: i64,
    },
}

/// A version of a form, for its empty sheet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InForce {
    /// Its version.
    pub version: Option<String>,
    /// Since when it holds.
    pub valid_from: Option<NaiveDate>,
}

/// The record as JSON.
pub(super) async fn paper(service: &Service, unix: &str, wanted: Wanted) -> Answer {
    let office = service.keeper.office();
    let extent = match wanted {
        Wanted::Ticket { number, on_behalf } => {
            let who = caller(office, unix, on_behalf.as_deref()).await?;
            return written(&Box::pin(fo_01::record(office, &who, &number)).await.map_err(refused)?);
        }
        Wanted::Programme { year, half } => {
            let record = Box::pin(fo_02::record(office, By::System(unix), semester(year, half)?)).await;
            let what =
                || format!("programme of {year}-{half}; the head of the department makes it under Mantenimiento");
            return written(&record.map_err(|error| of_upkeep(&error, what))?);
        }
        Wanted::Semester { year, half, revision } => {
            let record = of_semester::record(office, By::System(unix), semester(year, half)?, revision);
            let what = || {
                format!(
                    "indicator of {year}-{half} that was delivered, or no such revision; the head of the department delivers it under Mantenimiento"
                )
            };
            return written(&Box::pin(record).await.map_err(|error| of_upkeep(&error, what))?);
        }
        Wanted::Moved { number } => {
            let record = Box::pin(fo_03::record(office, By::System(unix), &number)).await;
            let what = || {
                format!(
                    "rescheduling {number:?}; their numbers, such as FO-03-2026-007, stand with the items of a programme"
                )
            };
            return written(&record.map_err(|error| of_upkeep(&error, what))?);
        }
        Wanted::Event { number } => {
            let record = Box::pin(events::record(office, By::System(unix), &number)).await;
            return written(&record.map_err(|error| match error {
                QualityError::NotFound => none(&format!("event {number:?}; they are listed under Asistencias")),
                error => refusal(RefusalKind::Failed, chain(&error)),
            })?);
        }
        Wanted::Cover { number, on_behalf } => {
            let who = caller(office, unix, on_behalf.as_deref()).await?;
            return written(&Box::pin(cover::record(office, &who, &number)).await.map_err(refused)?);
        }
        Wanted::Report { month, revision } => {
            let record = Box::pin(fo_05::record(office, &Caller::reader(), month, revision)).await;
            return written(&record.map_err(|error| of_month(error, month))?);
        }
        Wanted::Indicators { month, revision } => {
            let record = Box::pin(rp_fo_03::record(office, &Caller::reader(), month, revision)).await;
            return written(&record.map_err(|error| of_month(error, month))?);
        }
        Wanted::Blank { code } => {
            let form = Form::of_code(&code).ok_or_else(|| none(&format!("form {code}")))?;
            let version = version_on(office, form, now(office).day).await;
            let version = version.map_err(|error| refusal(RefusalKind::Failed, chain(&error)))?;
            return written(&InForce { version: version.version, valid_from: version.valid_from });
        }
        Wanted::RegisterMonth { first } => Extent::Month(first),
        Wanted::RegisterYear { year } => Extent::Year(year),
        Wanted::RegisterEntry { year, number } => Extent::Entry(year, number),
    };
    let record = fo_06::record(office, By::System(unix), &service.keeper.key, extent).await;
    written(&record.map_err(|error| of_register(error, extent))?)
}

fn semester(year: i32, half: u8) -> Result<Semester, Refusal> {
    Semester::new(year, half).ok_or_else(|| none(&format!("semester {year}-{half}")))
}

fn of_upkeep(error: &UpkeepError, what: impl Fn() -> String) -> Refusal {
    match error {
        UpkeepError::NotFound => none(&what()),
        error => refusal(RefusalKind::Failed, chain(error)),
    }
}

fn none(what: &str) -> Refusal {
    refusal(RefusalKind::Unknown, format!("there is no {what}"))
}

fn of_month(error: MonthlyError, month: Month) -> Refusal {
    match error {
        MonthlyError::NotFound => none(&format!(
            "report of {month} that was delivered, or no such revision; the head of the department delivers it under Informes"
        )),
        error => refusal(RefusalKind::Failed, chain(&error)),
    }
}

fn written(record: &impl Serialize) -> Answer {
    serde_json::value::to_raw_value(record).map_err(|error| refusal(RefusalKind::Failed, error.to_string()))
}

fn of_register(error: PeopleError, extent: Extent) -> Refusal {
    match error {
        PeopleError::Unknown(_) => {
            let message = format!("there is no entry {}; `resguardo register list` lists them", extent.name());
            refusal(RefusalKind::Unknown, message)
        }
        error => refusal(RefusalKind::Failed, chain(&error)),
    }
}
