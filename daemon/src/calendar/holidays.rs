//! The holidays that the law gives public servants, for any year, with what gives them. It may not know versions, nor how
//! days are counted.
//!
//! The rules are those in force since 2020 and are given for every year: before that, accords moved other days as well (20
//! October in 2018 and 2019), and nothing that old is counted here. 10 May is left out, because only mothers have it: the
//! institution works.

use chrono::{Datelike as _, NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};

/// The first day that the calendar knows.
pub const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("every month has a first day");
/// The last day that the calendar knows.
pub const LAST: NaiveDate = NaiveDate::from_ymd_opt(2200, 12, 31).expect("December has 31 days");
/// The place that has 15 August: the city of Guatemala.
pub const CAPITAL: &str = "Guatemala";

/// The hour from which half days are free.
const NOON: u32 = 12;
const CIVIL_SERVICE: &str = "Ley de Servicio Civil, Decreto 1748 del Congreso de la República";
const MOVED: &str = "Decreto 42-2010, reformado por el Decreto 19-2018 del Congreso de la República";
const FIRST_OF_MAY: &str =
    "Ley de Servicio Civil, Decreto 1748; no se traslada: Corte de Constitucionalidad, expediente 5536-2018";
const TWENTIETH: &str =
    "Ley de Servicio Civil, Decreto 1748; no se traslada: Corte de Constitucionalidad, sentencia de abril de 2020";

/// What makes a day one on which nobody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The law, on that date.
    Law,
    /// The law, on another date than the one it remembers.
    Moved,
    /// The feast of one place.
    Local,
    /// An Acuerdo Gubernativo.
    Accord,
    /// The law, from some hour on.
    HalfDay,
}

impl Kind {
    /// What people call it, in Spanish.
    pub fn words(self) -> &'static str {
        match self {
            Self::Law => "asueto de ley",
            Self::Moved => "asueto trasladado",
            Self::Local => "asueto local",
            Self::Accord => "permiso por acuerdo gubernativo",
            Self::HalfDay => "medio día",
        }
    }
}

/// A day on which the law lets public servants rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holiday {
    /// The day on which they rest, which for [`Kind::Moved`] is not the one that is remembered.
    pub date: NaiveDate,
    /// What makes it one.
    pub kind: Kind,
    /// Its name, in Spanish.
    pub name: &'static str,
    /// What gives it, in Spanish.
    pub citation: &'static str,
    /// The only place that has it; `None` for the whole country.
    pub place: Option<&'static str>,
    /// The hour (0 to 23) from which nobody works, where some of the day is worked.
    pub from_hour: Option<u32>,
}

/// The holidays of a year, by date; some fall on a weekend. None for a year outside 1900 to 2200.
pub fn by_law(year: i32) -> Vec<Holiday> {
    if !(FIRST.year()..=LAST.year()).contains(&year) {
        return Vec::new();
    }
    let mut days: Vec<Holiday> = fixed(year).into_iter().chain(holy_week(year)).chain(army_day(year)).collect();
    days.sort_by_key(|day| day.date);
    days
}

/// A whole day of the whole country.
fn whole(date: NaiveDate, name: &'static str, citation: &'static str) -> Holiday {
    Holiday { date, kind: Kind::Law, name, citation, place: None, from_hour: None }
}

fn half(date: NaiveDate, name: &'static str) -> Holiday {
    Holiday { kind: Kind::HalfDay, from_hour: Some(NOON), ..whole(date, name, CIVIL_SERVICE) }
}

/// What falls on the same date every year.
fn fixed(year: i32) -> Vec<Holiday> {
    let days = [
        (1, 1, "Año Nuevo", CIVIL_SERVICE),
        (5, 1, "Día del Trabajo", FIRST_OF_MAY),
        (9, 15, "Día de la Independencia", CIVIL_SERVICE),
        (10, 20, "Día de la Revolución de 1944", TWENTIETH),
        (11, 1, "Día de Todos los Santos", CIVIL_SERVICE),
        (12, 25, "Navidad", CIVIL_SERVICE),
    ];
    let date = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let days = days.into_iter().filter_map(|(month, day, name, law)| Some(whole(date(month, day)?, name, law)));
    let halves = [date(12, 24).map(|date| half(date, "Nochebuena")), date(12, 31).map(|date| half(date, "Fin de año"))];
    let feast = date(8, 15).map(|date| Holiday {
        kind: Kind::Local,
        place: Some(CAPITAL),
        ..whole(date, "Virgen de la Asunción", CIVIL_SERVICE)
    });
    days.chain(halves.into_iter().flatten()).chain(feast).collect()
}

/// Saturday and Sunday of the Holy Week need no rule.
fn holy_week(year: i32) -> Vec<Holiday> {
    let Some(easter) = easter(year) else { return Vec::new() };
    let before = |days| easter - TimeDelta::days(days);
    vec![
        half(before(4), "Miércoles Santo"),
        whole(before(3), "Jueves Santo", CIVIL_SERVICE),
        whole(before(2), "Viernes Santo", CIVIL_SERVICE),
    ]
}

/// 30 June, the only day that still moves: to the Monday before from a Tuesday or Wednesday, else to the Monday after.
fn army_day(year: i32) -> Option<Holiday> {
    let remembered = NaiveDate::from_ymd_opt(year, 6, 30)?;
    let days = match remembered.weekday() {
        Weekday::Mon => return Some(whole(remembered, "Día del Ejército", MOVED)),
        Weekday::Tue => -1,
        Weekday::Wed => -2,
        Weekday::Thu => 4,
        Weekday::Fri => 3,
        Weekday::Sat => 2,
        Weekday::Sun => 1,
    };
    let day = whole(remembered + TimeDelta::days(days), "Día del Ejército, trasladado del 30 de junio", MOVED);
    Some(Holiday { kind: Kind::Moved, ..day })
}

/// The Sunday of Easter in the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8).
pub(super) fn easter(year: i32) -> Option<NaiveDate> {
    let (century, of_century) = (year / 100, year % 100);
    let golden = year % 19;
    let shift = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - shift + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let sum = epact + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(sum / 31).ok()?, u32::try_from(sum % 31 + 1).ok()?)
}
