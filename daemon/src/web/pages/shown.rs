//! How tickets are shown: a row of a list, the colours of a state, and how much of a term is left. It may not know which page
//! shows them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Calendar;
use crate::desk::Verdict;
use crate::desk::ticket::{Rating, State, Ticket};
use crate::jobs::desk::calendar::Calendars;
use crate::store::desk_people::Face;
use crate::web::dates;

/// A ticket as lists show it.
pub(super) struct Row {
    pub(super) number: String,
    pub(super) subject: String,
    pub(super) requester: String,
    pub(super) unit: String,
    pub(super) assignee: String,
    pub(super) entered: String,
    pub(super) state: &'static str,
    pub(super) tone: &'static str,
    pub(super) term: Term,
}

/// How much of a term has gone by.
pub(super) struct Term {
    /// In words.
    pub(super) text: String,
    /// Business days that have gone by, and all of them.
    pub(super) used: i64,
    /// All of them, at least one.
    pub(super) total: i64,
    /// Its colour, which says nothing that the text does not.
    pub(super) tone: &'static str,
}

impl Row {
    pub(super) fn of(ticket: Ticket, faces: &BTreeMap<i64, Face>, calendars: &Calendars, today: NaiveDate) -> Self {
        let requester = faces.get(&ticket.requester);
        Self {
            term: Term::of(&ticket, calendars.of_unit(ticket.unit), today),
            requester: requester.map(|face| face.name.clone()).unwrap_or_default(),
            unit: requester.and_then(|face| face.unit.clone()).unwrap_or_default(),
            assignee: name(faces, ticket.assignee),
            entered: dates::day(ticket.entered_day),
            state: ticket.state.label(),
            tone: tone(ticket.state),
            number: ticket.number,
            subject: ticket.subject,
        }
    }
}

impl Term {
    pub(super) fn of(ticket: &Ticket, calendar: &Calendar, today: NaiveDate) -> Self {
        let (from, limit) = (ticket.entered_day, ticket.last_limit);
        let total = calendar.business_days_between(from, limit).max(1);
        let due = dates::day(limit);
        if let (Some(verdict), Some(day)) = (ticket.verdict, ticket.attended_day) {
            let used = calendar.business_days_between(from, day);
            let text = format!("{}: atendida el {} (vencía el {due})", sentence(verdict.label()), dates::day(day));
            return Self { text, used: used.clamp(0, total), total, tone: tone_of(verdict) };
        }
        if ticket.state == State::Void {
            return Self { text: "Anulada".to_owned(), used: 0, total, tone: "calm" };
        }
        let used = calendar.business_days_between(from, today).max(0);
        let left = calendar.business_days_between(today, limit);
        let (text, tone) = match left {
            _ if today > limit => (format!("Vencida desde el {due}"), "bad"),
            _ if today == limit => (format!("Vence hoy, {due}"), "warn"),
            0 | 1 => (format!("Vence el próximo día hábil, {due}"), "warn"),
            left => (format!("Quedan {left} de {total} días hábiles (vence el {due})"), "good"),
        };
        Self { text, used: used.min(total), total, tone }
    }
}

/// The name of somebody, or a dash.
pub(super) fn name(faces: &BTreeMap<i64, Face>, id: Option<i64>) -> String {
    let face = id.and_then(|id| faces.get(&id));
    face.map_or_else(|| "–".to_owned(), |face| face.name.clone())
}

/// The colour of a state.
pub(super) fn tone(state: State) -> &'static str {
    match state {
        State::Entered | State::Waiting => "warn",
        State::Assigned | State::Attending => "calm",
        State::Ruled | State::Finished | State::Rated => "good",
        State::Void => "calm",
    }
}

/// The colour of a verdict.
pub(super) fn tone_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Kept | Verdict::KeptExtended => "good",
        Verdict::Excepted => "warn",
        Verdict::Late => "bad",
    }
}

/// The colour of a rating.
pub(super) fn tone_of_rating(rating: Rating) -> &'static str {
    match rating {
        Rating::Satisfied => "good",
        Rating::Unsatisfied => "bad",
    }
}

/// A word with a capital letter.
pub(super) fn sentence(word: &str) -> String {
    let mut letters = word.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", letters.as_str())
}
