//! A version of the calendar: the days that accords and places add to the law, and how days are counted. It may not know
//! where versions are stored, nor count with them.
//!
//! A version that was published is never changed: verdicts name the one that decided them. What is to be added, also a day
//! already past, makes the [`Version::next`] one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, NaiveDate, SubsecRound as _, Utc};
use resguardo_shared::digest::Digest;
use serde::{Deserialize, Serialize};

use super::closed::weekend;
use super::error::CalendarError;
use super::holidays::{CAPITAL, FIRST, Holiday, Kind, LAST, by_law};

/// The most days that a version may add: some fifteen a year for a century.
pub const EXTRA_MOST: usize = 1_500;
/// The most units that may be elsewhere than in the capital.
pub const SEATS_MOST: usize = 500;
/// The most characters of a name or a place.
pub const NAME_CHARS_MOST: usize = 200;
/// The most characters of a citation.
pub const CITATION_CHARS_MOST: usize = 500;

/// How days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whether counting begins on the day after the entry.
    pub exclude_day_of_entry: bool,
    /// Whether a day of which only some hours are worked counts.
    pub half_day_is_business_day: bool,
}

impl Default for Settings {
    /// As art. 45 of the Ley del Organismo Judicial has it.
    fn default() -> Self {
        Self { exclude_day_of_entry: true, half_day_is_business_day: true }
    }
}

/// A day that an accord or a place adds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NonBusinessDay {
    /// The civil date.
    pub date: NaiveDate,
    /// What makes it one.
    pub kind: Kind,
    /// Its name, in Spanish, [`NAME_CHARS_MOST`] characters at most.
    pub name: String,
    /// What gives it, in Spanish, [`CITATION_CHARS_MOST`] characters at most.
    pub citation: String,
    /// The only place that has it; `None` for the whole institution.
    pub place: Option<String>,
    /// Whether deadlines skip it. Accords say so of their days; a leave that does not is shown and changes no deadline.
    pub counts_for_deadlines: bool,
    /// The hour (0 to 23) from which nobody works, where some of the day is worked.
    pub from_hour: Option<u32>,
}

/// A version of the calendar, as it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// Its number; later ones have greater ones.
    pub id: i64,
    /// The day from which it is the one to count with. It may add days before that one.
    pub valid_from: NaiveDate,
    /// Who published it.
    pub published_by: String,
    /// When.
    pub published_at: DateTime<Utc>,
    /// Why, in their words.
    pub note: String,
    /// How days are counted.
    pub settings: Settings,
    /// What is added to the law, in the order in which it was added.
    pub extra: Vec<NonBusinessDay>,
    /// The place of each unit that is elsewhere than in the capital, by the unit's id. Versions that were published before there
    /// were any have none, and their digests stay as they were.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seats: BTreeMap<i64, String>,
}

/// The version to count with on a day: the latest of those that are valid by then.
pub fn in_force(versions: &[Version], day: NaiveDate) -> Option<&Version> {
    versions.iter().filter(|version| version.valid_from <= day).max_by_key(|version| version.id)
}

impl Version {
    /// The version that a new installation begins with: the law, and the accords of 2025. It is valid for every day.
    pub fn initial(published_at: DateTime<Utc>) -> Self {
        Self {
            id: 1,
            valid_from: FIRST,
            published_by: "Resguardo".to_owned(),
            published_at,
            note: "Asuetos de ley y acuerdos gubernativos de 2025".to_owned(),
            settings: Settings::default(),
            extra: accords_of_2025(),
            seats: BTreeMap::new(),
        }
    }

    /// The version after this one, so far with the same days and settings.
    pub fn next(&self, valid_from: NaiveDate, by: String, at: DateTime<Utc>, note: String) -> Self {
        let id = self.id.saturating_add(1);
        Self { id, valid_from, published_by: by, published_at: at, note, ..self.clone() }
    }

    /// Adds a day, with its texts trimmed.
    ///
    /// # Errors
    /// Each [`CalendarError`]; the version is then as it was.
    pub fn add(&mut self, day: NonBusinessDay) -> Result<(), CalendarError> {
        if self.extra.len() >= EXTRA_MOST {
            return Err(CalendarError::TooMany { most: EXTRA_MOST });
        }
        let day = day.trimmed();
        check(&day)?;
        if let Some(name) = self.same(&day) {
            return Err(CalendarError::Duplicate { date: day.date, name });
        }
        self.extra.push(day);
        Ok(())
    }

    /// Says where a unit is; the capital, or nothing, takes it out of the list.
    ///
    /// # Errors
    /// [`CalendarError::TooLong`], [`CalendarError::TooManySeats`]; the version is then as it was.
    pub fn seat(&mut self, unit: i64, place: &str) -> Result<(), CalendarError> {
        let place = place.trim();
        if place.is_empty() || place == CAPITAL {
            self.seats.remove(&unit);
            return Ok(());
        }
        if place.chars().count() > NAME_CHARS_MOST {
            return Err(CalendarError::TooLong { what: "el lugar", most: NAME_CHARS_MOST });
        }
        if self.seats.len() >= SEATS_MOST && !self.seats.contains_key(&unit) {
            return Err(CalendarError::TooManySeats { most: SEATS_MOST });
        }
        self.seats.insert(unit, place.to_owned());
        Ok(())
    }

    /// The places whose feasts count for what a unit asks for: the capital, where those are who attend it, and its own, where
    /// nobody is to be attended on its feast. Without a unit it is the capital alone.
    pub fn places(&self, unit: Option<i64>) -> impl Iterator<Item = &str> {
        let own = unit.and_then(|unit| self.seats.get(&unit)).map(String::as_str);
        std::iter::once(CAPITAL).chain(own)
    }

    /// All places where units are, the capital with them.
    pub fn all_places(&self) -> BTreeSet<&str> {
        std::iter::once(CAPITAL).chain(self.seats.values().map(String::as_str)).collect()
    }

    /// The version with each of its days held against the rules of [`Version::add`], for one that comes from elsewhere.
    ///
    /// # Errors
    /// The [`CalendarError`] of the first day that could not have been added.
    pub fn checked(mut self) -> Result<Self, CalendarError> {
        for day in std::mem::take(&mut self.extra) {
            self.add(day)?;
        }
        for (unit, place) in std::mem::take(&mut self.seats) {
            self.seat(unit, &place)?;
        }
        Ok(self)
    }

    /// SHA-256 of the version as compact JSON: keys in the order of the fields, days by date, the time in whole seconds.
    /// So neither the order in which days were added nor the database's idea of a second changes it.
    pub fn digest(&self) -> Digest {
        let mut plain = self.clone();
        plain.published_at = plain.published_at.trunc_subsecs(0);
        plain.extra.sort();
        // Writing fails for maps whose keys are no text and for writers that fail, and here is neither.
        Digest::of(&serde_json::to_vec(&plain).expect("plain fields are JSON"))
    }

    /// The name of a day that is there and leaves nothing for this one to add.
    fn same(&self, day: &NonBusinessDay) -> Option<String> {
        let law = by_law(day.date.year()).into_iter().map(NonBusinessDay::from);
        let law = law.filter(|there| there.covers(day)).map(|there| there.name).next();
        law.or_else(|| self.extra.iter().find(|there| there.covers(day)).map(|there| there.name.clone()))
    }
}

impl From<Holiday> for NonBusinessDay {
    fn from(law: Holiday) -> Self {
        Self {
            date: law.date,
            kind: law.kind,
            name: law.name.to_owned(),
            citation: law.citation.to_owned(),
            place: law.place.map(str::to_owned),
            counts_for_deadlines: true,
            from_hour: law.from_hour,
        }
    }
}

impl NonBusinessDay {
    /// Whether it is a day of the whole institution or of this place.
    fn is_at(&self, place: Option<&str>) -> bool {
        self.place.is_none() || self.place.as_deref() == place
    }

    /// Whether it is a day of the whole institution or of one of these places.
    pub(super) fn is_in(&self, places: &[String]) -> bool {
        self.place.as_ref().is_none_or(|place| places.contains(place))
    }

    fn trimmed(self) -> Self {
        let trim = |text: String| text.trim().to_owned();
        Self { name: trim(self.name), citation: trim(self.citation), place: self.place.map(trim), ..self }
    }

    /// Whether it is free wherever and whenever the other one is. The law's half days, which accords make whole ones, do
    /// not cover those; nor does the feast of a place cover a day of all.
    fn covers(&self, other: &Self) -> bool {
        let hours = self.from_hour.unwrap_or(0) <= other.from_hour.unwrap_or(0);
        let place = self.is_at(other.place.as_deref());
        let counts = self.counts_for_deadlines || !other.counts_for_deadlines;
        self.date == other.date && hours && place && counts
    }
}

/// What can be wrong with a day alone.
fn check(day: &NonBusinessDay) -> Result<(), CalendarError> {
    if !(FIRST..=LAST).contains(&day.date) {
        return Err(CalendarError::OutOfYears { date: day.date });
    }
    if day.name.is_empty() {
        return Err(CalendarError::NoName);
    }
    if day.citation.is_empty() {
        return Err(CalendarError::NoCitation);
    }
    let place = day.place.as_deref();
    if place == Some("") || (day.kind == Kind::Local && place.is_none()) {
        return Err(CalendarError::NoPlace);
    }
    let texts = [
        ("el nombre", day.name.as_str(), NAME_CHARS_MOST),
        ("la cita legal", &day.citation, CITATION_CHARS_MOST),
        ("el lugar", place.unwrap_or_default(), NAME_CHARS_MOST),
    ];
    if let Some((what, _, most)) = texts.into_iter().find(|(_, text, most)| text.chars().count() > *most) {
        return Err(CalendarError::TooLong { what, most });
    }
    match day.from_hour {
        Some(hour) if hour > 23 => return Err(CalendarError::Hour { hour }),
        None if day.kind == Kind::HalfDay => return Err(CalendarError::NoHour),
        _ => {}
    }
    match weekend(day.date) {
        Some(closed) => Err(CalendarError::Weekend { date: day.date, closed }),
        None => Ok(()),
    }
}

/// The days of AG 186-2025 and AG 222-2025, which say of themselves that deadlines skip them.
fn accords_of_2025() -> Vec<NonBusinessDay> {
    let days = [
        (11, 3, "Permiso por el Día de Todos los Santos", "Acuerdo Gubernativo 186-2025"),
        (12, 24, "Permiso de fin de año", "Acuerdo Gubernativo 222-2025"),
        (12, 26, "Permiso de fin de año", "Acuerdo Gubernativo 222-2025"),
        (12, 31, "Permiso de fin de año", "Acuerdo Gubernativo 222-2025"),
    ];
    let day = |(month, day, name, citation): (u32, u32, &str, &str)| {
        Some(NonBusinessDay {
            date: NaiveDate::from_ymd_opt(2025, month, day)?,
            kind: Kind::Accord,
            name: name.to_owned(),
            citation: citation.to_owned(),
            place: None,
            counts_for_deadlines: true,
            from_hour: None,
        })
    };
    days.into_iter().filter_map(day).collect()
}
