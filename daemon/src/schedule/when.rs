//! Cron expressions in a time zone. It may not know what a job does, and it is told the time.
//!
//! The crate `cron` reads Quartz's dialect, in which `1-5` means Sunday to Thursday, `0` is an error and a schedule may
//! never fire. People write what crontab(5) taught them, so each of the five fields is expanded here, with crontab's
//! meaning, and handed on as plain lists of numbers that both dialects read alike.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use cron::Schedule;

/// Longer expressions are mistakes.
const LONGEST_BYTES: usize = 256;

/// When a plan runs.
#[derive(Debug, Clone)]
pub struct When {
    /// The expression as it was written.
    pub text: String,
    /// The expression in the dialect of the crate `cron`.
    schedule: Schedule,
    /// The time zone whose clocks it means.
    pub tz: Tz,
}

/// Why an expression is refused. Each is a fragment that says what is wrong; what would be right is five fields, such
/// as `0 2 * * SUN`.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// It has not five fields.
    #[error("has {found} fields instead of the five: minute, hour, day of the month, month, weekday")]
    Fields {
        /// How many it has.
        found: usize,
    },
    /// It is far too long.
    #[error("is longer than {LONGEST_BYTES} bytes")]
    Long,
    /// It begins with `@` and is none of the known words.
    #[error("`{word}` is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly")]
    Word {
        /// The word.
        word: String,
    },
    /// A part of a field cannot be read.
    #[error("`{part}` is no {field}: {expected}")]
    Part {
        /// The part.
        part: String,
        /// The field it stands in.
        field: &'static str,
        /// What can stand there.
        expected: String,
    },
    /// Both day fields are restricted: crontab takes either day, Quartz only days that are both.
    #[error("restricts both the day of the month and the weekday, which crontab and others read differently")]
    BothDays,
    /// No such date exists.
    #[error("never comes due, since no such date exists")]
    Never,
    /// The crate `cron` refuses what was made of it.
    #[error("cannot be read as a schedule")]
    Cron(#[source] cron::error::Error),
}

impl When {
    /// Reads an expression: five fields as in crontab(5), with English or Spanish names of days and months, or one
    /// of `@hourly @daily @midnight @weekly @monthly @yearly`.
    ///
    /// # Errors
    /// Whatever crontab(5) does not know or reads ambiguously, and a date that never comes.
    pub fn parse(text: &str, tz: Tz) -> Result<Self, ScheduleError> {
        let normal = normalise(text)?;
        let schedule = Schedule::from_str(&normal).map_err(ScheduleError::Cron)?;
        let when = Self { text: text.to_owned(), schedule, tz };
        // Any moment does, since the search goes on to the year 2100: only a date that does not exist is not found.
        let start = Utc.timestamp_opt(1_704_067_200, 0).single().ok_or(ScheduleError::Never)?;
        when.next_after(start).ok_or(ScheduleError::Never)?;
        Ok(when)
    }

    /// The first time it is due strictly after `after`; `None` from the year 2100 on. A time that the clocks skip when
    /// they are put forward is due when they go on, so that no week is skipped with it; one that comes twice when they
    /// are put back is due once.
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Tz>> {
        // The schedule is asked in local time without a zone, from before any change that could matter.
        let from = after.with_timezone(&self.tz).naive_local() - CHANGE;
        let mut locals = self.schedule.after_owned(from.and_utc());
        locals.find_map(|local| instant(self.tz, local.naive_utc()).filter(|instant| *instant > after))
    }
}

impl When {
    /// The last time it was due, at `until` or before; `None` where it was not for a year.
    pub fn last_until(&self, until: DateTime<Utc>) -> Option<DateTime<Tz>> {
        // The nearest span that holds one, so that few are counted whatever the schedule.
        [1, 24, 24 * 8, 24 * 32, 24 * 367].into_iter().find_map(|hours| {
            let mut last = None;
            let mut from = until - TimeDelta::hours(hours);
            while let Some(next) = self.next_after(from).filter(|next| *next <= until) {
                from = next.to_utc();
                last = Some(next);
            }
            last
        })
    }
}

/// No change of clocks is longer.
const CHANGE: TimeDelta = TimeDelta::hours(3);

/// The moment of a local time: the first of two, and the end of the gap for one that is skipped.
fn instant(tz: Tz, local: NaiveDateTime) -> Option<DateTime<Tz>> {
    let minutes = (0..=CHANGE.num_minutes()).map(TimeDelta::minutes);
    let mut later = minutes.filter_map(|minutes| tz.from_local_datetime(&(local + minutes)).earliest());
    later.next()
}

/// What a field may hold.
struct Field {
    name: &'static str,
    min: u32,
    /// The largest number that may be written.
    max: u32,
    names: &'static [(&'static str, u32)],
}

const MINUTE: Field = Field { name: "minute", min: 0, max: 59, names: &[] };
const HOUR: Field = Field { name: "hour", min: 0, max: 23, names: &[] };
const DAY: Field = Field { name: "day of the month", min: 1, max: 31, names: &[] };
const MONTH: Field = Field { name: "month", min: 1, max: 12, names: MONTHS };
/// Numbered from Sunday, which is 0 and also 7.
const WEEKDAY: Field = Field { name: "weekday", min: 0, max: 7, names: WEEKDAYS };

const MONTHS: &[(&str, u32)] = &[
    ("JAN", 1),
    ("FEB", 2),
    ("MAR", 3),
    ("APR", 4),
    ("MAY", 5),
    ("JUN", 6),
    ("JUL", 7),
    ("AUG", 8),
    ("SEP", 9),
    ("OCT", 10),
    ("NOV", 11),
    ("DEC", 12),
    ("ENE", 1),
    ("ABR", 4),
    ("AGO", 8),
    ("DIC", 12),
];

const WEEKDAYS: &[(&str, u32)] = &[
    ("SUN", 0),
    ("MON", 1),
    ("TUE", 2),
    ("WED", 3),
    ("THU", 4),
    ("FRI", 5),
    ("SAT", 6),
    ("DOM", 0),
    ("LUN", 1),
    ("MAR", 2),
    ("MIE", 3),
    ("JUE", 4),
    ("VIE", 5),
    ("SAB", 6),
];

/// The expression in the dialect of the crate `cron`: six fields, lists of numbers, Sunday as 1.
fn normalise(text: &str) -> Result<String, ScheduleError> {
    if text.len() > LONGEST_BYTES {
        return Err(ScheduleError::Long);
    }
    let upper = text.trim().to_uppercase().replace('Á', "A").replace('É', "E");
    let five = match upper.as_str() {
        "@HOURLY" => "0 * * * *",
        "@DAILY" | "@MIDNIGHT" => "0 0 * * *",
        "@WEEKLY" => "0 0 * * 0",
        "@MONTHLY" => "0 0 1 * *",
        "@YEARLY" | "@ANNUALLY" => "0 0 1 1 *",
        word if word.starts_with('@') => return Err(ScheduleError::Word { word: text.trim().to_owned() }),
        fields => fields,
    };
    let fields: Vec<&str> = five.split_whitespace().collect();
    let &[minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(ScheduleError::Fields { found: fields.len() });
    };
    let (minute, hour) = (expand(&MINUTE, minute)?, expand(&HOUR, hour)?);
    let (day, month) = (expand(&DAY, day)?, expand(&MONTH, month)?);
    let weekday: BTreeSet<u32> = expand(&WEEKDAY, weekday)?.into_iter().map(|day| day % 7 + 1).collect();
    if day.len() < 31 && weekday.len() < 7 {
        return Err(ScheduleError::BothDays);
    }
    Ok(format!(
        "0 {} {} {} {} {}",
        listed(&minute, 60),
        listed(&hour, 24),
        listed(&day, 31),
        listed(&month, 12),
        listed(&weekday, 7)
    ))
}

fn listed(values: &BTreeSet<u32>, all: usize) -> String {
    if values.len() == all {
        return "*".to_owned();
    }
    values.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

/// The numbers a field stands for.
fn expand(field: &Field, text: &str) -> Result<BTreeSet<u32>, ScheduleError> {
    let mut values = BTreeSet::new();
    for part in text.split(',') {
        let (base, step) = match part.split_once('/') {
            Some((base, step)) => (base, Some(step)),
            None => (part, None),
        };
        let (first, last) = match (base, base.split_once('-')) {
            ("*", _) => (field.min, field.max),
            ("?", _) if field.min == 1 || field.max == 7 => (field.min, field.max),
            (_, Some((first, last))) => range(field, part, first, last)?,
            // `5/2` is 5 alone to some crons and 5, 7, 9 … to others.
            _ if step.is_some() => return Err(refused(field, part, "a step needs `*` or a range before it")),
            _ => {
                let value = number(field, part, base)?;
                (value, value)
            }
        };
        let step = match step {
            None => 1,
            Some(step) => match step.parse::<u32>() {
                Ok(step) if (1..=field.max).contains(&step) => step,
                _ => return Err(refused(field, part, &format!("a step is a number from 1 to {}", field.max))),
            },
        };
        // A star's Sunday is counted once, as 0: crontab's `*/2` is 0, 2, 4, 6, and `*/7` must not be 0 and 7.
        let last = if base == "*" && field.max == 7 { 6 } else { last };
        values.extend((first..=last).step_by(usize::try_from(step).unwrap_or(1)));
    }
    Ok(values)
}

/// Both ends of a range. A week has no end, so `VIE-LUN` and `SAB-DOM` go on past Saturday.
fn range(field: &Field, part: &str, first: &str, last: &str) -> Result<(u32, u32), ScheduleError> {
    let (first, last) = (number(field, part, first)?, number(field, part, last)?);
    match (first <= last, field.max) {
        (true, _) => Ok((first, last)),
        (false, 7) => Ok((first, last + 7)),
        (false, _) => Err(refused(field, part, "a range goes from the smaller to the larger number")),
    }
}

fn number(field: &Field, part: &str, text: &str) -> Result<u32, ScheduleError> {
    let named = field.names.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = named.or_else(|| text.parse().ok().filter(|_| digits));
    value.filter(|value| (field.min..=field.max).contains(value)).ok_or_else(|| {
        let names: Vec<&str> = field.names.iter().map(|(name, _)| *name).collect();
        let names = if names.is_empty() { String::new() } else { format!(" or one of {}", names.join(" ")) };
        refused(field, part, &format!("it takes numbers from {} to {}{names}", field.min, field.max))
    })
}

fn refused(field: &Field, part: &str, expected: &str) -> ScheduleError {
    ScheduleError::Part { part: part.to_owned(), field: field.name, expected: expected.to_owned() }
}

#[cfg(test)]
#[path = "when_tests.rs"]
mod tests;
