//! What becomes of the items of a programme that was approved (R066 to R069): they are moved to other weeks, done or not done, and
//! in the end the programme is finished. Pure; it may not know who may do that.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::checklist::checklist;
use super::equipment::Kind;
use super::programme::{Programme, State, Stop};
use super::semester::Week;
use crate::desk::Refused;
use crate::desk::text::{folded, line, lines};

/// The most letters of a reason, of what was found, and of why a programme ends with open items.
const REASON_MAX: usize = 1000;
/// The most letters of somebody's name.
const NAME_MAX: usize = 120;
/// How many weeks ahead an item is moved at most.
const AHEAD_MAX: u64 = 54;

words! {
    /// Where an item stands.
    ItemState {
        /// It is to be done in the week that was approved.
        Programmed = "programmed", "programado";
        /// It is to be done in another week.
        Rescheduled = "rescheduled", "reprogramado";
        /// It was done.
        Done = "done", "ejecutado";
        /// It was not done.
        NotDone = "not_done", "no ejecutado";
        /// Its piece is in use no more.
        Retired = "retired", "retirado";
    }
}

words! {
    /// How a piece was left.
    Found {
        /// It works.
        Works = "works", "Operativo";
        /// It works, with something that should be known.
        WorksBut = "works_but", "Operativo, con observaciones";
        /// It needs a repair or a part.
        NeedsRepair = "needs_repair", "Requiere reparación o repuesto";
    }
}

/// How an item ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Done, not done or retired.
    pub state: ItemState,
    /// Since which day.
    pub day: NaiveDate,
    /// Why it was not done; empty where it was.
    pub reason: String,
}

/// What became of an item so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How often it was moved.
    pub turns: i64,
    /// To which week at last.
    pub moved: Option<Week>,
    /// How it ended, if it did.
    pub ending: Option<Ending>,
    /// How many entries it has; one more is stored only over as many as were seen.
    pub entries: i64,
}

/// What the head of a unit said of a piece and its week (R066, R067).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The item.
    pub item: i64,
    /// Its number among the item's entries.
    pub entry: i64,
    /// The week that it speaks of.
    pub week: Week,
    /// Whether the piece will be there.
    pub available: bool,
    /// Why not; empty where it will.
    pub reason: String,
    /// Another week that they propose.
    pub proposed: Option<Week>,
    /// When, and who.
    pub made: (DateTime<Utc>, i64),
}

/// An item moved to another week, form FO-03 (R068).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescheduling {
    /// The year of its number.
    pub year: i32,
    /// Its number in that year, from 1 without gaps.
    pub number: i64,
    /// The programme, an id.
    pub programme: i64,
    /// The item.
    pub item: i64,
    /// Its number among the item's entries.
    pub entry: i64,
    /// From which week.
    pub old_week: Week,
    /// To which.
    pub new_week: Week,
    /// Why.
    pub reason: String,
    /// The name of whoever said that it cannot be, and when they did.
    pub informed: (String, DateTime<Utc>),
    /// When it was registered, and by whom.
    pub made: (DateTime<Utc>, i64),
    /// The civil day of that.
    pub day: NaiveDate,
    /// When the head of the unit said that they know of it, and who.
    pub aware: Option<(DateTime<Utc>, i64)>,
}

/// Somebody was at the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemVisit {
    /// The item.
    pub item: i64,
    /// Its number among the item's entries.
    pub entry: i64,
    /// On which day.
    pub day: NaiveDate,
    /// What was done, or why nothing was.
    pub work: Work,
    /// When it was entered, and by whom.
    pub made: (DateTime<Utc>, i64),
}

/// What somebody did at the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// The maintenance.
    Done {
        /// The checklist, each with whether it was done.
        checks: Vec<(String, bool)>,
        /// How the piece was left.
        found: Found,
        /// What else should be known; may be empty.
        notes: String,
        /// Who says that it is right.
        conformity: Conformity,
    },
    /// Nothing, and why.
    NotDone(String),
}

/// Who says that the maintenance of a piece is right: never who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conformity {
    /// Whoever answers for it, by themselves; and since when they have.
    Own(i64, Option<DateTime<Utc>>),
    /// Somebody without a login, by this name.
    Received(String),
}

/// How a programme ended (R069).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, a user's id.
    pub by: i64,
    /// Why open items were not done; empty where there was none.
    pub reason: String,
}

impl Rescheduling {
    /// Its number as people write it: `FO-03-2026-007`.
    pub fn name(&self) -> String {
        Self::name_of(self.year, self.number)
    }

    /// The name of the one with this number in a year.
    pub fn name_of(year: i32, number: i64) -> String {
        format!("FO-03-{year}-{number:03}")
    }

    /// The year and number of such a name.
    pub fn of_name(name: &str) -> Option<(i32, i64)> {
        let (year, number) = name.strip_prefix("FO-03-")?.split_once('-')?;
        let is_plain =
            |text: &str, most| text.len() <= most && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        (is_plain(year, 4) && is_plain(number, 9)).then(|| Some((year.parse().ok()?, number.parse().ok()?))).flatten()
    }
}

impl Progress {
    /// The week in which an item is to be done now; `approved` is the one of the programme.
    pub fn week(&self, approved: Week) -> Week {
        self.moved.unwrap_or(approved)
    }

    /// Where an item stands whose piece was retired since some day or not. What was done stays done; what was not is retired with its
    /// piece, until the programme is finished.
    pub fn state(&self, retired: Option<NaiveDate>, finished: bool) -> ItemState {
        match &self.ending {
            Some(ending) if ending.state == ItemState::Done || finished => ending.state,
            _ if retired.is_some() => ItemState::Retired,
            Some(ending) => ending.state,
            None if self.turns > 0 => ItemState::Rescheduled,
            None => ItemState::Programmed,
        }
    }
}

/// That something may still be entered of an item in this state: also of one that was not done, since that may be made good.
///
/// # Errors
/// [`Stop::Item`].
pub fn open(state: ItemState) -> Result<(), Stop> {
    match state {
        ItemState::Done | ItemState::Retired => Err(Stop::Item(state)),
        ItemState::Programmed | ItemState::Rescheduled | ItemState::NotDone => Ok(()),
    }
}

/// What the head of a unit says: none where the piece will be there, else why not and perhaps another week. It is said until the week
/// is over (R067).
///
/// # Errors
/// [`Stop::WeekOver`]; [`Stop::Field`] of `reason` or `proposed`.
pub fn said(week: Week, today: NaiveDate, unavailable: Option<(&str, &str)>) -> Result<(String, Option<Week>), Stop> {
    if today > week.sunday() {
        return Err(Stop::WeekOver);
    }
    let Some((reason, proposed)) = unavailable else { return Ok((String::new(), None)) };
    let reason = lines("reason", reason, REASON_MAX, true)?;
    let proposed = if proposed.is_empty() { None } else { Some(coming("proposed", proposed, week, today)?) };
    Ok((reason, proposed))
}

/// The week to which an item is moved, and why: another one than it has, not before this one, and at most a year ahead. It may be
/// beyond the semester; the item then counts as not done.
///
/// # Errors
/// [`Stop::Field`] of `new_week`, `reason` or `informed_by`.
pub fn moved(
    week: Week,
    today: NaiveDate,
    (new_week, reason, informed_by): (&str, &str, &str),
) -> Result<(Week, String, String), Stop> {
    let new_week = coming("new_week", new_week, week, today)?;
    let reason = lines("reason", reason, REASON_MAX, true)?;
    Ok((new_week, reason, line("informed_by", informed_by, NAME_MAX, true)?))
}

fn coming(field: &'static str, word: &str, but: Week, today: NaiveDate) -> Result<Week, Refused> {
    let this = Week::of(today);
    let last = this.monday().checked_add_days(Days::new(7 * AHEAD_MAX)).unwrap_or(this.monday());
    let week = Week::of_word(word).filter(|week| *week != but && *week >= this && week.monday() <= last);
    week.ok_or_else(|| Refused::field(field, "elija otra semana de la lista"))
}

/// The weeks to which an item may be moved.
pub fn weeks_ahead(but: Week, today: NaiveDate, is_business: &dyn Fn(NaiveDate) -> bool) -> Vec<Week> {
    let this = Week::of(today).monday();
    let mondays = (0..=AHEAD_MAX).filter_map(|ahead| this.checked_add_days(Days::new(7 * ahead)));
    let works = |week: &Week| week.monday().iter_days().take(5).any(is_business);
    mondays.map(Week::of).filter(|week| *week != but && works(week)).collect()
}

/// The day on which somebody was at the machine: not before the programme held, and not to come.
///
/// # Errors
/// [`Stop::Field`] of `day`.
pub fn visited(day: Option<NaiveDate>, holds_since: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Stop> {
    let day = day.ok_or_else(|| Refused::field("day", "escriba el día"))?;
    if day > today {
        return Err(Refused::field("day", "ese día todavía no llega; escriba el día en que se hizo").into());
    }
    if day < holds_since {
        return Err(Refused::field("day", "ese día el programa todavía no estaba aprobado").into());
    }
    Ok(day)
}

/// What a technician writes of what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'a> {
    /// The places of the checklist that were done.
    pub checks: &'a [usize],
    /// How the piece was left, a word.
    pub found: &'a str,
    /// What else should be known.
    pub notes: &'a str,
    /// The name of whoever received it, where nobody with a login answers for it.
    pub received_by: &'a str,
}

/// What was done of a kind of piece; `responsible` is who confirms it by themselves, and `technician` the name of whoever did it.
///
/// # Errors
/// All that is wrong with it.
pub fn done(
    kind: Kind,
    written: Written<'_>,
    responsible: Option<i64>,
    technician: &str,
) -> Result<Work, Vec<Refused>> {
    let mut faults = Vec::new();
    let checks: Vec<(String, bool)> = checklist(kind)
        .iter()
        .enumerate()
        .map(|(at, text)| ((*text).to_owned(), written.checks.contains(&at)))
        .collect();
    let found = Found::of_word(written.found);
    if found.is_none() {
        faults.push(Refused::field("found", "elija cómo quedó el equipo"));
    }
    let is_whole = checks.iter().all(|(_, done)| *done) && found == Some(Found::Works);
    if checks.iter().all(|(_, done)| !done) {
        faults.push(Refused::field("check", "marque lo que se hizo; si no se hizo nada, regístrelo como no ejecutado"));
    }
    let mut take = |read: Result<String, Refused>| read.map_err(|fault| faults.push(fault)).unwrap_or_default();
    let notes = take(lines("notes", written.notes, REASON_MAX, false));
    let name = match responsible {
        Some(_) => String::new(),
        None => take(line("received_by", written.received_by, NAME_MAX, true)),
    };
    if notes.is_empty() && !is_whole && faults.is_empty() {
        faults.push(Refused::field("notes", "escriba qué no se hizo y por qué, o qué necesita el equipo"));
    }
    if !name.is_empty() && folded(&name) == folded(technician) {
        faults.push(Refused::field(
            "received_by",
            "quien hizo el mantenimiento no da la conformidad; escriba quién lo recibió",
        ));
    }
    let conformity = responsible.map_or(Conformity::Received(name), |id| Conformity::Own(id, None));
    match found {
        Some(found) if faults.is_empty() => Ok(Work::Done { checks, found, notes, conformity }),
        _ => Err(faults),
    }
}

/// Why nothing was done.
///
/// # Errors
/// [`Stop::Field`] of `reason`.
pub fn not_done(reason: &str) -> Result<Work, Stop> {
    Ok(Work::NotDone(lines("reason", reason, REASON_MAX, true)?))
}

impl Programme {
    /// Whether it is over.
    pub fn is_finished(&self) -> bool {
        self.state == State::Finished
    }

    /// Ends it, `open` items being left; why those were not done is asked for.
    ///
    /// # Errors
    /// [`Stop::State`]; [`Stop::Field`] of `reason`.
    pub fn finish(self, open: usize, reason: &str, at: DateTime<Utc>, by: i64) -> Result<Self, Stop> {
        if !self.holds() {
            return Err(Stop::State(self.state));
        }
        let reason = lines("reason", reason, REASON_MAX, open > 0)?;
        Ok(Self { state: State::Finished, finish: Some(Finish { at, by, reason }), ..self })
    }
}
