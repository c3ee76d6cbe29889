//! The figures of a month, gathered from the store and counted by the module `figures`. It may not know who asks.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeZone as _, Utc};

use super::MonthlyError;
use crate::desk::Verdict;
use crate::desk::account::AccountKind;
use crate::desk::ticket::Rating;
use crate::figures::indicators::indicators;
use crate::figures::month::Month;
use crate::figures::monthly::{Accounts, Before, Listed, Monthly, Names, Requests, Task, Waiting};
use crate::figures::weeks::{self, Week};
use crate::jobs::desk::board::{names_of_categories, names_of_units};
use crate::jobs::desk::calendar::{Calendars, calendars};
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::upkeep;
use crate::register::entry::Entry;
use crate::store::board_lists::{CountedBy, CountedFilter, Days, Rated};
use crate::store::custody_rows::DrillOutcome;
use crate::store::error::StoreError;
use crate::store::monthly::Named;

/// The most requests that a report names one by one.
const LISTED_MAX: u32 = 500;
/// The most letters of one cause; all of it stands in the request.
const CAUSE_MAX: usize = 1_000;
/// Months before that are remembered.
const BEFORE: usize = 5;

/// The figures of a month as they are now. `delivered` is the business day on which its report was first delivered.
///
/// # Errors
/// [`MonthlyError::NotFound`] for a month that is still to come; [`MonthlyError::Register`]; [`MonthlyError::Store`].
pub async fn of_month(office: Office<'_>, month: Month, delivered: Option<u32>) -> Result<Monthly, MonthlyError> {
    let today = now(office).day;
    if month > Month::of(today) {
        return Err(MonthlyError::NotFound);
    }
    let until = month.last().min(today);
    let days = (month.first(), month.last());
    let calendars = calendars(office, today).await?;
    let (weeks, head) = backups(office, month, until).await?;
    let (from, to) = (midnight(office, days.0), midnight(office, month.after().first()));
    let passed = office.store.count_drills(DrillOutcome::Passed, from, to).await?;
    let failed = office.store.count_drills(DrillOutcome::Failed, from, to).await?;
    Ok(Monthly {
        month,
        until,
        requests: requests(office, days, until, &calendars).await?,
        accounts: accounts(office, days, until, &calendars).await?,
        weeks,
        drills: passed + failed,
        drills_right: passed,
        head,
        maintenance: Some(upkeep::month::count(office, month, until).await?),
        tasks: tasks(office, days).await?,
        delivered,
        before: before(office, month).await?,
    })
}

async fn requests(
    office: Office<'_>,
    days: Days,
    until: NaiveDate,
    calendars: &Calendars,
) -> Result<Requests, StoreError> {
    let store = office.store;
    let tallies = store.tallies(days.0, days.1).await?;
    let open = store.open_after(until).await?;
    let people: BTreeSet<i64> =
        tallies.iter().map(|one| one.assignee).chain(open.iter().map(|one| one.assignee)).flatten().collect();
    let people = store.faces(&people).await?.into_iter().map(|(id, face)| (id, face.name)).collect();
    let (categories, units) = (names_of_categories(office).await?, names_of_units(office).await?);
    let names = Names { categories: &categories, units: &units, people: &people };
    let between = |unit, from, to| calendars.of_unit(unit).business_days_between(from, to);
    let counted = Requests::count(&tallies, &open, &between, names);
    let rated = async |verdict, rating| {
        let filter = CountedFilter {
            verdict: Some(verdict),
            rating: Some(Rated::As(rating)),
            ..CountedFilter::new(CountedBy::Attended)
        };
        store.count_counted(days, &filter).await
    };
    let kept_unsatisfied = rated(Verdict::Kept, Rating::Unsatisfied).await?;
    let extended_unsatisfied = rated(Verdict::KeptExtended, Rating::Unsatisfied).await?;
    let late_satisfied = rated(Verdict::Late, Rating::Satisfied).await?;
    let named = store.named(days, LISTED_MAX).await?;
    let listed: Vec<Listed> = named.into_iter().map(|one| listed(one, &units)).collect();
    let unlisted = store.count_named(days).await? - i64::try_from(listed.len()).unwrap_or(i64::MAX);
    Ok(Requests {
        extended: store.count_extended(days).await?,
        kept_unsatisfied,
        extended_unsatisfied,
        late_satisfied,
        unlisted: unlisted.max(0),
        listed,
        ..counted
    })
}

fn listed(one: Named, units: &BTreeMap<i64, String>) -> Listed {
    let short = |text: String| text.chars().take(CAUSE_MAX).collect::<String>();
    let exception = one.exception.map(|(kind, reason, reference)| {
        let about = if reference.is_empty() { reason } else { format!("{reason} ({reference})") };
        (kind, short(about))
    });
    Listed {
        number: one.number,
        unit: one.unit.and_then(|unit| units.get(&unit)).cloned().unwrap_or_default(),
        entered: one.entered,
        limit: one.limit,
        attended: one.attended,
        verdict: one.verdict,
        rating: one.rating,
        comment: short(one.comment.unwrap_or_default()),
        extension: one.extension.map(|(cause, reason)| (cause, short(reason))),
        exception,
        findings: short(one.findings.unwrap_or_default()),
    }
}

async fn accounts(
    office: Office<'_>,
    days: Days,
    until: NaiveDate,
    calendars: &Calendars,
) -> Result<Accounts, StoreError> {
    let store = office.store;
    let begun = store.account_tallies(days.0, days.1).await?;
    let deleted = begun.iter().filter(|one| one.kind == AccountKind::Deletion && !one.told).map(|one| one.count);
    let waiting = store.unanswered_after(until).await?.into_iter().map(|one| Waiting {
        days: calendars.here.business_days_between(one.since, until).max(0),
        number: one.number,
        person: one.person,
        kind: one.kind,
        external: one.external,
        since: one.since,
    });
    Ok(Accounts {
        created: store.count_granted(AccountKind::Creation, days).await?,
        reset: store.count_granted(AccountKind::Reset, days).await?,
        deleted: deleted.sum(),
        waiting: waiting.collect(),
    })
}

/// What the register says of the weeks of a month, and the hash of its last line until a day.
async fn backups(
    office: Office<'_>,
    month: Month,
    until: NaiveDate,
) -> Result<(Vec<Week>, Option<String>), MonthlyError> {
    let known = weeks::weeks(month);
    let first = known.first().map_or(month.first(), |(_, monday, _)| *monday);
    let (mut entries, mut head) = (Vec::new(), None);
    // What became of a week's backup may have been entered after the week, and so in the next year.
    let last_year = now(office).day.year().min(month.last().year() + 1);
    for year in first.year()..=last_year {
        for line in office.store.year_lines(year).await? {
            let entry = Entry::parse(&line.text)?;
            if entry.draft.at.date_naive() <= until {
                head = Some(line.hash);
            }
            if known.iter().any(|(week, ..)| *week == entry.draft.week) {
                entries.push(entry.draft);
            }
        }
    }
    if head.is_none() {
        head = office.store.last_line_before(first.year()).await?.map(|line| line.hash);
    }
    Ok((weeks::of_month(month, until, &entries), head))
}

async fn tasks(office: Office<'_>, (first, last): Days) -> Result<Vec<Task>, StoreError> {
    let all = office.store.additional_tasks(first, last).await?;
    let faces = office.store.faces(&all.iter().map(|task| task.done_by).collect()).await?;
    let counts = all.into_iter().filter(|task| !task.void);
    let task = counts.map(|task| Task {
        day: task.day,
        text: task.text,
        by: faces.get(&task.done_by).map(|face| face.name.clone()).unwrap_or_default(),
        hours: task.hours,
        evidence: task.evidence,
    });
    Ok(task.collect())
}

/// The months before: what was attended in each, and the indicators of those whose reports were delivered.
async fn before(office: Office<'_>, month: Month) -> Result<Vec<Before>, StoreError> {
    let mut before = Vec::new();
    for past in std::iter::successors(Some(month.before()), |month| Some(month.before())).take(BEFORE) {
        let filter = CountedFilter::new(CountedBy::Attended);
        let attended = office.store.count_counted((past.first(), past.last()), &filter).await?;
        let frozen = office.store.reports_of(past).await?.into_iter().rev().find_map(|report| report.frozen);
        let results = frozen.iter().flat_map(|frozen| indicators(&frozen.figures));
        let results = results.filter_map(|one| Some((one.code.to_owned(), one.value.hundredths()?))).collect();
        before.push(Before { month: past, attended, results });
    }
    // What was before the desk began is no month of it.
    while before.last().is_some_and(|past| past.attended == 0 && past.results.is_empty()) {
        before.pop();
    }
    before.reverse();
    Ok(before)
}

/// The first moment of a day where the office is.
fn midnight(office: Office<'_>, day: NaiveDate) -> DateTime<Utc> {
    let local = day.and_time(NaiveTime::MIN);
    let first = office.config.time_zone.from_local_datetime(&local).earliest();
    first.map_or_else(|| local.and_utc(), |first| first.to_utc())
}
