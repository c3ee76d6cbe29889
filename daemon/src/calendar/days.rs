//! Which days are business days at a place, and counting with them. It may not know who asks, nor what time it is.

use std::sync::OnceLock;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use chrono_tz::Tz;

use super::closed::{Closed, weekend};
use super::holidays::{FIRST, LAST, by_law};
use super::version::{NonBusinessDay, Settings, Version};

/// The date that the clocks on the wall show in a time zone. Deadlines are counted from this date and nothing else: half
/// past six in the evening in Guatemala is the next day in UTC.
pub fn civil_date(moment: DateTime<Utc>, zone: Tz) -> NaiveDate {
    moment.with_timezone(&zone).date_naive()
}

/// A day that is not like others.
#[derive(Debug, Clone)]
struct Special {
    day: NonBusinessDay,
    /// Whether it is no business day.
    closes: bool,
}

/// The law, a version and the places whose feasts count. Days outside 1900 to 2200 are not counted.
#[derive(Debug, Clone)]
pub struct Calendar {
    settings: Settings,
    places: Vec<String>,
    /// What the version adds at the places.
    extra: Vec<NonBusinessDay>,
    /// The special days of each year from [`FIRST`], by date, one each; made when they are first asked for.
    years: Vec<OnceLock<Vec<Special>>>,
}

impl Calendar {
    /// The calendar of some places, or without any, of what is the same in all: a day is lost where one of them has its feast.
    pub fn new<'a>(version: &Version, places: impl IntoIterator<Item = &'a str>) -> Self {
        let places: Vec<String> = places.into_iter().map(str::to_owned).collect();
        let years = usize::try_from(LAST.year() - FIRST.year() + 1).unwrap_or(0);
        Self {
            settings: version.settings,
            extra: version.extra.iter().filter(|day| day.is_in(&places)).cloned().collect(),
            places,
            years: vec![OnceLock::new(); years],
        }
    }

    /// Whether deadlines count the day.
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        weekend(date).is_none() && !self.on(date).is_some_and(|special| special.closes)
    }

    /// Why deadlines do not count the day; `None` for a business day. A holiday on a weekend is a weekend.
    pub fn why_not(&self, date: NaiveDate) -> Option<Closed> {
        let holiday = |special: &Special| {
            let NonBusinessDay { kind, name, citation, .. } = &special.day;
            Closed::Holiday { kind: *kind, name: name.clone(), citation: citation.clone() }
        };
        weekend(date).or_else(|| self.on(date).filter(|special| special.closes).map(holiday))
    }

    /// The `n`th business day after the entry, or from the entry on where the settings count the day of the entry; the
    /// entry itself for 0. What would end after the calendar ends on its last day, 31-12-2200.
    pub fn add_business_days(&self, entry: NaiveDate, n: u32) -> NaiveDate {
        let Some(before) = n.checked_sub(1) else { return entry };
        let before = usize::try_from(before).unwrap_or(usize::MAX);
        self.business_days(self.first_counted(entry)).nth(before).unwrap_or(LAST.max(entry))
    }

    /// The `n`th business day of a month, from 1; `None` where there is no such month or it has fewer.
    pub fn nth_business_day_of_month(&self, year: i32, month: u32, n: u32) -> Option<NaiveDate> {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        let before = usize::try_from(n.checked_sub(1)?).ok()?;
        let in_month = |date: &NaiveDate| (date.year(), date.month()) == (year, month);
        self.business_days(first).take_while(in_month).nth(before)
    }

    /// How many business days lie after one day and not after another; negative where the second is the earlier one.
    pub fn business_days_between(&self, from_exclusive: NaiveDate, to_inclusive: NaiveDate) -> i64 {
        if to_inclusive < from_exclusive {
            return -self.business_days_between(to_inclusive, from_exclusive);
        }
        let after = from_exclusive.succ_opt().unwrap_or(from_exclusive);
        let days = self.business_days(after).take_while(|date| *date <= to_inclusive).count();
        i64::try_from(days).unwrap_or(i64::MAX)
    }

    /// The first day that a deadline may count.
    pub(super) fn first_counted(&self, entry: NaiveDate) -> NaiveDate {
        if self.settings.exclude_day_of_entry { entry.succ_opt().unwrap_or(entry) } else { entry }
    }

    /// What the calendar says of a day that is not like others, whether or not deadlines count it.
    pub(super) fn special(&self, date: NaiveDate) -> Option<&NonBusinessDay> {
        self.on(date).map(|special| &special.day)
    }

    fn on(&self, date: NaiveDate) -> Option<&Special> {
        let index = usize::try_from(date.year() - FIRST.year()).ok()?;
        let days = self.years.get(index)?.get_or_init(|| self.year(date.year()));
        days.get(days.binary_search_by_key(&date, |special| special.day.date).ok()?)
    }

    /// The business days from a day on, to the end of the calendar.
    fn business_days(&self, from: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let days = from.max(FIRST).iter_days().take_while(|date| *date <= LAST);
        days.filter(|date| self.is_business_day(*date))
    }

    /// The special days of a year, by date. Of several on one day the one that closes it longest is kept, and of equals
    /// the law's.
    fn year(&self, year: i32) -> Vec<Special> {
        let law = by_law(year).into_iter().map(NonBusinessDay::from).filter(|day| day.is_in(&self.places));
        let extra = self.extra.iter().filter(|day| day.date.year() == year).cloned();
        let special = |day: NonBusinessDay| Special { closes: self.closes(&day), day };
        let mut days: Vec<Special> = law.chain(extra).map(special).collect();
        days.sort_by_key(|special| (special.day.date, !special.closes, special.day.from_hour.unwrap_or(0)));
        days.dedup_by_key(|special| special.day.date);
        days
    }

    /// Whether a day is lost: one that is free from midnight on always, from later on as the settings have it.
    fn closes(&self, day: &NonBusinessDay) -> bool {
        let is_lost = day.from_hour.unwrap_or(0) == 0 || !self.settings.half_day_is_business_day;
        day.counts_for_deadlines && is_lost
    }
}
