//! What is due as programs read it. It may not know who reads.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::View;
use crate::due::{Due, Standing};

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DueReportItem {
    /// Names it for as long as it is due: `report/2026-10`.
    pub key: String,
    /// What kind of thing it is: `ticket`, `rating`, `account`, `report`, `indicator`, `receipt`, `programme`, `copy`, `upkeep`,
    /// `backup`, `disk`, `drill` or `directive`.
    pub kind: String,
    /// The last day on which it is in time.
    pub day: NaiveDate,
    /// `overdue`, `today` or `ahead`.
    pub standing: String,
    /// The same in words, with the business days that passed or are left, in Spanish.
    pub term: String,
    /// What is to be done, in Spanish.
    pub what: String,
    /// Why it is that day, in Spanish.
    pub why: String,
    /// How many things it is.
    pub count: i64,
    /// Where it is done, a path of the pages.
    pub path: String,
}

/// What is due for somebody, by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DueList {
    /// Today.
    pub today: NaiveDate,
    /// What is due.
    pub due: Vec<DueReportItem>,
}

/// The list for programs.
pub fn list(view: View) -> DueList {
    let item = |(due, standing): (Due, Standing)| DueReportItem {
        kind: due.kind.word().to_owned(),
        standing: standing.word().to_owned(),
        term: standing.label(),
        key: due.key,
        day: due.day,
        what: due.what,
        why: due.why,
        count: due.count,
        path: due.path,
    };
    DueList { today: view.today, due: view.due.into_iter().map(item).collect() }
}
