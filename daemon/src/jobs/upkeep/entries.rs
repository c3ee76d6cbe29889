//! What people enter of an item: whether its piece will be available, another week for it, what was done at the machine, and that it is
//! right (R066 to R068). Each is held against the rules and stored with its letters and its line in the audit log. It may not know pages.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone as _, Utc};
use serde_json::{Value, json};

use super::UpkeepError;
use super::item::{Case, case, may, rescheduling};
use super::programme::{actor, object};
use crate::desk::Refused;
use crate::desk::access::OnItem;
use crate::desk::acts::Now;
use crate::desk::people::Role;
use crate::jobs::desk::{calendar, now};
use crate::jobs::office::{Office, day};
use crate::jobs::people::by::By;
use crate::store::desk_rows::NewLetter;
use crate::store::item_entries::Entry;
use crate::upkeep::done::{self, Conformity, ItemVisit, Notice, Rescheduling, Work, Written};
use crate::upkeep::programme::Stop;
use crate::upkeep::semester::{Semester, Week};

/// An item as somebody saw it: its semester, its number, and how many entries it had.
pub type Seen = (Semester, i64, i64);

/// The item that somebody saw, if they may do this and it is in a state for it.
async fn seen(office: Office<'_>, by: By<'_>, at: Seen, action: OnItem) -> Result<(Case, i64, Now), UpkeepError> {
    let case = Box::pin(case(office, by, at.0, at.1)).await?;
    if !may(by, action, &case) {
        return Err(UpkeepError::NotAllowed);
    }
    if !case.view.programme.holds() {
        return Err(Stop::State(case.view.programme.state).into());
    }
    done::open(case.state)?;
    if case.progress.entries != at.2 {
        return Err(UpkeepError::Changed);
    }
    Ok((case, actor(by)?.id, now(office)))
}

/// Says that a piece will be available in its week, or why not and perhaps which other week is proposed; of that the heads of DTI are
/// told by a letter.
///
/// # Errors
/// [`UpkeepError`].
pub async fn say_availability(
    office: Office<'_>,
    by: By<'_>,
    at: Seen,
    unavailable: Option<(&str, &str)>,
) -> Result<(), UpkeepError> {
    let (case, who, now) = seen(office, by, at, OnItem::SayAvailability).await?;
    let (reason, proposed) = done::said(case.week(), now.day, unavailable)?;
    let available = unavailable.is_none();
    let notice = Notice {
        item: case.item.number,
        entry: case.next(),
        week: case.week(),
        available,
        reason,
        proposed,
        made: (now.at, who),
    };
    let proposed = proposed.map_or_else(|| "ninguna".to_owned(), Week::label);
    let chiefs = if available { Vec::new() } else { office.store.holders(Role::Chief, now.day).await? };
    let more = json!({ "motivo": notice.reason, "propuesta": proposed, "persona": name_of(office, who).await? });
    let letters = letters(&case, "no_disponible", chiefs, who, more);
    let detail = json!({ "item": case.item.number, "week": case.week().word(), "available": available,
        "reason": notice.reason, "proposed": notice.proposed.map(Week::word) });
    enter(office, by, &case, "item_availability", Entry::Notice(notice), &letters, &detail).await
}

/// What the head writes of an item that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving<'a> {
    /// To which week.
    pub week: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Who said that it cannot be; what the head of the unit wrote here says that itself.
    pub informed_by: &'a str,
    /// On which day, and at what time (`14:30`).
    pub informed: (Option<NaiveDate>, &'a str),
}

/// Moves an item to another week, form FO-03; the heads of its unit are told by a letter.
///
/// # Errors
/// [`UpkeepError`].
pub async fn reschedule(office: Office<'_>, by: By<'_>, at: Seen, moving: &Moving<'_>) -> Result<(), UpkeepError> {
    use chrono::Datelike as _;

    let (case, who, now) = seen(office, by, at, OnItem::Reschedule).await?;
    let (informed_by, informed) = match case.unavailable() {
        Some(notice) => (case.view.name(notice.made.1), notice.made.0),
        None => (moving.informed_by.to_owned(), moment(office, moving.informed, now)?),
    };
    let (new_week, reason, informed_by) =
        done::moved(case.week(), now.day, (moving.week, moving.reason, &informed_by))?;
    let (_, calendar) = calendar::current(office, now.day).await?;
    if !done::weeks_ahead(case.week(), now.day, &|day| calendar.is_business_day(day)).contains(&new_week) {
        return Err(UpkeepError::field("new_week", "elija una semana que tenga días hábiles"));
    }
    let one = Rescheduling {
        year: now.day.year(),
        number: 0,
        programme: case.view.programme.id,
        item: case.item.number,
        entry: case.next(),
        old_week: case.week(),
        new_week,
        reason,
        informed: (informed_by, informed),
        made: (now.at, who),
        day: now.day,
        aware: None,
    };
    let units = case.view.units.iter().filter(|unit| case.of.units.contains(&unit.id));
    let heads: BTreeSet<i64> = units.filter_map(|unit| unit.head).collect();
    let more = json!({ "motivo": one.reason, "propuesta": new_week.label(), "persona": name_of(office, who).await? });
    let letters = letters(&case, "reprogramado", heads.into_iter().collect(), who, more);
    let detail = json!({ "item": one.item, "week": one.new_week.word(), "old_week": one.old_week.word(),
        "reason": one.reason, "informed_by": one.informed.0 });
    enter(office, by, &case, "item_rescheduled", Entry::Rescheduling(one), &letters, &detail).await
}

/// A moment that somebody wrote down as day and time.
fn moment(office: Office<'_>, (day, time): (Option<NaiveDate>, &str), now: Now) -> Result<DateTime<Utc>, UpkeepError> {
    let day = day.ok_or_else(|| Refused::field("informed_day", "escriba qué día lo informó"));
    let day = day.map_err(Stop::from)?;
    let Ok(time) = NaiveTime::parse_from_str(time.trim(), "%H:%M") else {
        return Err(UpkeepError::field("informed_time", "escriba la hora como 14:30"));
    };
    let local = office.config.time_zone.from_local_datetime(&day.and_time(time)).earliest();
    match local.map(|local| local.to_utc()).filter(|local| *local <= now.at) {
        Some(moment) => Ok(moment),
        None => Err(UpkeepError::field("informed_day", "ese momento todavía no llega; escriba cuándo lo informó")),
    }
}

/// Says that the head of the unit knows that an item was moved.
///
/// # Errors
/// [`UpkeepError`].
pub async fn know(office: Office<'_>, by: By<'_>, name: &str) -> Result<Case, UpkeepError> {
    let (case, one) = rescheduling(office, by, name).await?;
    let of = crate::desk::access::ItemOf { moved_by: Some(one.made.1), ..case.of.clone() };
    let who = actor(by)?;
    if !crate::desk::access::may_on_item(who, OnItem::Know, &of) {
        return Err(UpkeepError::NotAllowed);
    }
    let line = by.draft(office, "rescheduling_known", format!("rescheduling {name}"), String::new());
    let known = office.store.know_rescheduling(&one, (now(office).at, who.id), &line).await?;
    if known { Ok(case) } else { Err(UpkeepError::Changed) }
}

/// What a technician says of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told<'a> {
    /// What was done.
    Done(Written<'a>),
    /// Why nothing was.
    NotDone(&'a str),
}

/// Who confirms by themselves what somebody does of a piece: whoever answers for it, if they have a login, and are not the same person.
///
/// # Errors
/// [`UpkeepError::Store`].
pub async fn confirmer(office: Office<'_>, case: &Case, technician: i64) -> Result<Option<i64>, UpkeepError> {
    let Some(responsible) = case.piece.responsible.filter(|responsible| *responsible != technician) else {
        return Ok(None);
    };
    Ok(office.store.user(responsible).await?.filter(|user| user.active).map(|user| user.id))
}

/// Says what was done at a machine, or why nothing was; whoever answers for it is asked by a letter whether it is right.
///
/// # Errors
/// [`UpkeepError`].
pub async fn execute(
    office: Office<'_>,
    by: By<'_>,
    at: Seen,
    (when, told): (Option<NaiveDate>, Told<'_>),
) -> Result<(), UpkeepError> {
    let (case, who, now) = seen(office, by, at, OnItem::Execute).await?;
    let approved = case.view.programme.decision.as_ref().map_or(case.view.programme.made, |decision| decision.at);
    let when = done::visited(when, day(office.config, approved), now.day);
    let technician = name_of(office, who).await?;
    let confirmer = confirmer(office, &case, who).await?;
    let work = match told {
        Told::Done(written) => done::done(case.piece.about.kind, written, confirmer, &technician),
        Told::NotDone(reason) => done::not_done(reason).map_err(|stop| match stop {
            Stop::Field(fault) => vec![fault],
            other => vec![Refused::field("reason", other.to_string())],
        }),
    };
    let (when, work) = match (when, work) {
        (Ok(when), Ok(work)) => (when, work),
        (Err(Stop::Field(fault)), Err(faults)) => {
            return Err(UpkeepError::Wrong(std::iter::once(fault).chain(faults).collect()));
        }
        (_, Err(faults)) => return Err(UpkeepError::Wrong(faults)),
        (Err(stop), Ok(_)) => return Err(stop.into()),
    };
    let (action, ask, detail) = match &work {
        Work::Done { found, notes, conformity, .. } => {
            let ask = if let Conformity::Own(id, _) = conformity { vec![*id] } else { Vec::new() };
            let received = if let Conformity::Received(name) = conformity { name.as_str() } else { "" };
            let detail = json!({ "item": case.item.number, "day": when.to_string(), "result": found.label(), "notes": notes,
                "received_by": received });
            ("item_done", ask, detail)
        }
        Work::NotDone(reason) => {
            let detail = json!({ "item": case.item.number, "day": when.to_string(), "reason": reason });
            ("item_not_done", Vec::new(), detail)
        }
    };
    let letters = letters(&case, "conformidad", ask, who, json!({ "persona": technician }));
    let visit = ItemVisit { item: case.item.number, entry: case.next(), day: when, work, made: (now.at, who) };
    enter(office, by, &case, action, Entry::Visit(visit), &letters, &detail).await
}

/// Says that what was done of a piece is right, as whoever answers for it.
///
/// # Errors
/// [`UpkeepError`]; [`UpkeepError::Changed`] where they have said so already.
pub async fn confirm(office: Office<'_>, by: By<'_>, semester: Semester, number: i64) -> Result<(), UpkeepError> {
    let case = case(office, by, semester, number).await?;
    if !may(by, OnItem::Confirm, &case) {
        return Err(UpkeepError::NotAllowed);
    }
    let visit = case.view.visit(&case.item).ok_or(UpkeepError::NotFound)?;
    let line = by.draft(office, "item_confirmed", object(semester), json!({ "item": number }).to_string());
    let place = (number, visit.entry);
    let confirmed = office.store.confirm_visit(case.view.programme.id, place, now(office).at, &line).await?;
    if confirmed { Ok(()) } else { Err(UpkeepError::Changed) }
}

async fn name_of(office: Office<'_>, id: i64) -> Result<String, UpkeepError> {
    Ok(office.store.user(id).await?.map(|user| user.name).unwrap_or_default())
}

/// The letters that tell these people of an item's next entry; nobody is written to of what they did themselves.
fn letters(case: &Case, template: &str, people: Vec<i64>, by: i64, more: Value) -> Vec<NewLetter> {
    let (programme, item, entry) = (case.view.programme.id, case.item.number, case.next());
    let mut data = json!({
        "equipo": case.piece.about.code,
        "unidad": case.view.unit(case.item.unit),
        "semana": case.week().label(),
        "enlace": format!("/mantenimiento/{}/renglon/{item}", case.view.programme.semester.word()),
    });
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    let letter = |user: i64| NewLetter {
        key: format!("{template}/{programme}/{item}/{entry}/{user}"),
        user,
        template: template.to_owned(),
        data: data.clone(),
    };
    people.into_iter().filter(|user| *user != by).map(letter).collect()
}

async fn enter(
    office: Office<'_>,
    by: By<'_>,
    case: &Case,
    action: &'static str,
    entry: Entry,
    letters: &[NewLetter],
    detail: &Value,
) -> Result<(), UpkeepError> {
    let line = by.draft(office, action, object(case.view.programme.semester), detail.to_string());
    let stored = office.store.enter_item(case.view.programme.id, &entry, letters, &line).await?;
    if stored { Ok(()) } else { Err(UpkeepError::Changed) }
}
