//! The programme of a semester: drawing it up from the inventory, changing its items, sending and deciding it, handing out copies.
//! It may not know pages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::UpkeepError;
use super::inventory::may;
use crate::desk::access::{Action, sees_all_equipment};
use crate::desk::people::{Actor, Role};
use crate::jobs::desk::{calendar, now};
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::store::desk_people::Face;
use crate::store::people_rows::{AuditDraft, Unit};
use crate::store::programmes::ProgrammeChange;
use crate::upkeep::done::{Conformity, ItemState, ItemVisit, Notice, Progress, Rescheduling, Work};
use crate::upkeep::equipment::{Equipment, Retirement};
use crate::upkeep::plan::plan;
use crate::upkeep::programme::{Handed, Item, Medium, Programme, State, Stop};
use crate::upkeep::semester::{Semester, Week};

/// A programme with all that is shown of it.
#[derive(Debug, Clone)]
pub struct View {
    /// The programme.
    pub programme: Programme,
    /// Its items, by number.
    pub items: Vec<Item>,
    /// The pieces that it is of, as they are now, by id.
    pub equipment: BTreeMap<i64, Equipment>,
    /// The copies that were handed over.
    pub copies: Vec<Handed>,
    /// All units.
    pub units: Vec<Unit>,
    /// Everybody who is named, by id.
    pub faces: BTreeMap<i64, Face>,
    /// What became of the items, by number.
    pub progress: BTreeMap<i64, Progress>,
    /// What heads of units said of them.
    pub notices: Vec<Notice>,
    /// How they were moved.
    pub moves: Vec<Rescheduling>,
    /// What was done.
    pub visits: Vec<ItemVisit>,
}

impl View {
    /// What became of an item.
    pub fn progress(&self, item: &Item) -> Progress {
        self.progress.get(&item.number).cloned().unwrap_or_default()
    }

    /// Since when the piece of an item is in use no more, and the document that says so.
    pub fn retired(&self, item: &Item) -> Option<&Retirement> {
        self.equipment.get(&item.equipment)?.retired.as_ref()
    }

    /// Where an item stands.
    pub fn state(&self, item: &Item) -> ItemState {
        let retired = self.retired(item).map(|retired| retired.day);
        self.progress(item).state(retired, self.programme.is_finished())
    }

    /// The visit that did an item.
    pub fn visit(&self, item: &Item) -> Option<&ItemVisit> {
        self.visits.iter().rev().find(|visit| visit.item == item.number && matches!(visit.work, Work::Done { .. }))
    }

    /// The name of somebody.
    pub fn name(&self, id: i64) -> String {
        self.faces.get(&id).map(|face| face.name.clone()).unwrap_or_default()
    }

    /// The name of a unit.
    pub fn unit(&self, id: i64) -> String {
        self.units.iter().find(|unit| unit.id == id).map(|unit| unit.name.clone()).unwrap_or_default()
    }
}

/// What somebody wants of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The week, such as `2026-W30`.
    pub week: &'a str,
    /// Who does it, a user's id.
    pub technician: Option<i64>,
    /// What is to be done.
    pub activity: &'a str,
}

/// Who acts; on the machine itself nobody does, since every step is somebody's.
pub(super) fn actor(by: By<'_>) -> Result<&Actor, UpkeepError> {
    match by {
        By::Person(session, _) => Ok(&session.actor),
        By::System(_) => Err(UpkeepError::NotAllowed),
    }
}

/// Whether they see a programme: heads of units see it when there are copies of it.
fn sees(by: By<'_>, programme: &Programme) -> bool {
    by.actor().is_none_or(|actor| sees_all_equipment(actor) || programme.is_out())
}

/// The programmes that they see, the newest semester first.
///
/// # Errors
/// [`UpkeepError::NotAllowed`], [`UpkeepError::Store`].
pub async fn list(office: Office<'_>, by: By<'_>) -> Result<Vec<Programme>, UpkeepError> {
    may(by, Action::SeeEquipment)?;
    let mut programmes = office.store.programmes().await?;
    programmes.retain(|programme| sees(by, programme));
    Ok(programmes)
}

pub(super) async fn known(office: Office<'_>, by: By<'_>, semester: Semester) -> Result<Programme, UpkeepError> {
    may(by, Action::SeeEquipment)?;
    let known = office.store.programme(semester).await?;
    known.filter(|programme| sees(by, programme)).ok_or(UpkeepError::NotFound)
}

/// A programme with all that is shown of it.
///
/// # Errors
/// [`UpkeepError`].
pub async fn view(office: Office<'_>, by: By<'_>, semester: Semester) -> Result<View, UpkeepError> {
    loaded(office, known(office, by, semester).await?).await
}

/// The same of one that was found already, whoever asks.
pub(super) async fn loaded(office: Office<'_>, programme: Programme) -> Result<View, UpkeepError> {
    let (items, progress): (Vec<Item>, Vec<Progress>) =
        office.store.programme_rows(programme.id).await?.into_iter().unzip();
    let progress = items.iter().map(|item| item.number).zip(progress).collect();
    let notices = office.store.item_notices(programme.id).await?;
    let moves = office.store.reschedulings(programme.id).await?;
    let visits = office.store.item_visits(programme.id).await?;
    let copies = office.store.programme_copies(programme.id).await?;
    let units = office.store.units().await?;
    let equipment = office.store.all_equipment().await?;
    let equipment: BTreeMap<i64, Equipment> = equipment.into_iter().map(|piece| (piece.id, piece)).collect();
    let mut people: BTreeSet<i64> = items.iter().filter_map(|item| item.technician).collect();
    people.extend(copies.iter().map(|copy| copy.recipient));
    people.extend(units.iter().filter_map(|unit| unit.head));
    people.extend(items.iter().filter_map(|item| equipment.get(&item.equipment)?.responsible));
    people.insert(programme.made_by);
    people.extend(programme.sent.map(|(_, by)| by));
    people.extend(programme.decision.as_ref().map(|decision| decision.by));
    people.extend(programme.finish.as_ref().map(|finish| finish.by));
    people.extend(notices.iter().map(|notice| notice.made.1));
    people.extend(moves.iter().flat_map(|one| [Some(one.made.1), one.aware.map(|(_, by)| by)]).flatten());
    people.extend(visits.iter().flat_map(|visit| [Some(visit.made.1), confirms(visit)]).flatten());
    let faces = office.store.faces(&people).await?;
    Ok(View { programme, items, equipment, copies, units, faces, progress, notices, moves, visits })
}

/// Who is asked whether what was done at a visit is right.
pub(super) fn confirms(visit: &ItemVisit) -> Option<i64> {
    match &visit.work {
        Work::Done { conformity: Conformity::Own(id, _), .. } => Some(*id),
        Work::Done { .. } | Work::NotDone(_) => None,
    }
}

/// The weeks of a semester in which somebody works, by the calendar in force.
///
/// # Errors
/// [`UpkeepError::Store`].
pub async fn weeks(office: Office<'_>, semester: Semester) -> Result<Vec<Week>, UpkeepError> {
    let (_, calendar) = calendar::current(office, now(office).day).await?;
    Ok(semester.weeks(&|day| calendar.is_business_day(day)))
}

/// Who may be given an item: the technicians of today.
///
/// # Errors
/// [`UpkeepError::Store`].
pub async fn technicians(office: Office<'_>) -> Result<Vec<i64>, UpkeepError> {
    Ok(office.store.holders(Role::Technician, now(office).day).await?)
}

/// Draws up the programme of a semester from the inventory, or draws it up again as long as it is open; what was moved in it
/// meanwhile is then lost.
///
/// # Errors
/// [`UpkeepError`].
pub async fn draw(office: Office<'_>, by: By<'_>, semester: Semester) -> Result<(), UpkeepError> {
    may(by, Action::DraftProgramme)?;
    let (who, now) = (actor(by)?.id, now(office));
    let known = office.store.programme(semester).await?;
    let current = Semester::of(now.day);
    match &known {
        Some(known) => known.open()?,
        None if [current, current.and_then(Semester::next)].contains(&Some(semester)) => {}
        None => return Err(UpkeepError::field("semester", "elija el semestre actual o el siguiente")),
    }
    let inventory = office.store.all_equipment().await?;
    let planned = plan(&inventory, &weeks(office, semester).await?, &technicians(office).await?);
    let item = |(number, planned): (i64, crate::upkeep::plan::Planned)| Item {
        number,
        equipment: planned.equipment,
        unit: planned.unit,
        activity: planned.activity.to_owned(),
        week: planned.week,
        technician: planned.technician,
    };
    let items: Vec<Item> = (1..).zip(planned).map(item).collect();
    let detail = json!({ "items": items.len() });
    let programme = match known {
        Some(known) => Programme { made: now.at, made_by: who, ..known },
        None => Programme {
            id: 0,
            semester,
            state: State::Draft,
            made: now.at,
            made_by: who,
            sent: None,
            digest: None,
            decision: None,
            finish: None,
            version: 1,
        },
    };
    let line = line(office, by, "programme_drawn", semester, &detail);
    let change = ProgrammeChange { items: Some(items), ..change(programme, line) };
    store(office, &change).await
}

/// Puts an item of an open programme into another week, with another technician or something else to be done.
///
/// # Errors
/// [`UpkeepError`].
pub async fn change_item(
    office: Office<'_>,
    by: By<'_>,
    semester: Semester,
    (version, number): (i64, i64),
    wanted: &Wanted<'_>,
) -> Result<(), UpkeepError> {
    may(by, Action::DraftProgramme)?;
    let programme = known(office, by, semester).await?;
    programme.open()?;
    let items = office.store.programme_items(programme.id).await?;
    let old = items.into_iter().find(|item| item.number == number).ok_or(UpkeepError::NotFound)?;
    let Some(week) = Week::of_word(wanted.week) else {
        return Err(UpkeepError::field("week", "elija una semana de la lista"));
    };
    let technicians = technicians(office).await?;
    if wanted.technician.is_some_and(|one| !technicians.contains(&one) && old.technician != Some(one)) {
        return Err(UpkeepError::field("technician", "elija un técnico de la lista"));
    }
    let weeks = weeks(office, semester).await?;
    let new = old.clone().changed(week, &weeks, wanted.technician, wanted.activity)?;
    let said =
        |item: &Item| json!({ "week": item.week.word(), "technician": item.technician, "activity": item.activity });
    let detail = format!("n.º {number} {} -> {}", said(&old), said(&new));
    let line = by.draft(office, "programme_item_changed", object(semester), detail);
    let change = ProgrammeChange { item: Some(new), ..change(Programme { version, ..programme }, line) };
    store(office, &change).await
}

/// Sends a programme to be decided.
///
/// # Errors
/// [`UpkeepError`].
pub async fn send(office: Office<'_>, by: By<'_>, semester: Semester, version: i64) -> Result<(), UpkeepError> {
    may(by, Action::DraftProgramme)?;
    let who = actor(by)?.id;
    let programme = known(office, by, semester).await?;
    let items = office.store.programme_items(programme.id).await?;
    let sent = Programme { version, ..programme }.send(&items, who, now(office).at)?;
    let detail = json!({ "digest": sent.digest.map(|digest| digest.to_string()) });
    let line = line(office, by, "programme_sent", semester, &detail);
    store(office, &change(sent, line)).await
}

/// Approves or returns a programme; with it come what they say and the digest of what they were shown.
///
/// # Errors
/// [`UpkeepError`].
pub async fn decide(
    office: Office<'_>,
    by: By<'_>,
    semester: Semester,
    version: i64,
    decision: (bool, &str, &str),
) -> Result<(), UpkeepError> {
    may(by, Action::DecideProgramme)?;
    let who = actor(by)?.id;
    let programme = known(office, by, semester).await?;
    let items = office.store.programme_items(programme.id).await?;
    let decided = Programme { version, ..programme }.decide(&items, who, decision, now(office).at)?;
    let comment = decided.decision.as_ref().map(|decision| decision.comment.clone());
    let action = if decision.0 { "programme_approved" } else { "programme_returned" };
    let digest = decided.digest.map(|digest| digest.to_string());
    let line = line(office, by, action, semester, &json!({ "comment": comment, "digest": digest }));
    store(office, &change(decided, line)).await
}

/// The units of a programme whose heads have no copy yet, with those heads; units without one wait for theirs.
pub fn without_copy(view: &View) -> Vec<(&Unit, Option<i64>)> {
    let units: BTreeSet<i64> = view.items.iter().map(|item| item.unit).collect();
    let lacks = |unit: &&Unit| units.contains(&unit.id) && !view.copies.iter().any(|copy| copy.unit == unit.id);
    view.units.iter().filter(lacks).map(|unit| (unit, unit.head)).collect()
}

/// Hands a copy to each head of a unit of the programme who has none yet; returns to how many.
///
/// # Errors
/// [`UpkeepError`].
pub async fn distribute(
    office: Office<'_>,
    by: By<'_>,
    semester: Semester,
    version: i64,
    medium: Medium,
) -> Result<usize, UpkeepError> {
    may(by, Action::DraftProgramme)?;
    let view = view(office, by, semester).await?;
    let at = now(office).at;
    let heads = without_copy(&view).into_iter().filter_map(|(unit, head)| Some((unit.id, head?)));
    let copy = |(unit, recipient)| Handed { unit, recipient, medium, given: at, acknowledged: None };
    let copies: Vec<Handed> = heads.map(copy).collect();
    let count = copies.len();
    let programme = Programme { version, ..view.programme }.distribute(&view.items)?;
    if count == 0 {
        return Err(Stop::AllHanded.into());
    }
    let units: Vec<i64> = copies.iter().map(|copy| copy.unit).collect();
    let line = line(office, by, "programme_distributed", semester, &json!({ "units": units, "medium": medium.word() }));
    store(office, &ProgrammeChange { copies, ..change(programme, line) }).await?;
    Ok(count)
}

/// Says that the copies for the units whose head they are were received (R065).
///
/// # Errors
/// [`UpkeepError`]; [`UpkeepError::NotFound`] where no copy waits for them.
pub async fn acknowledge(office: Office<'_>, by: By<'_>, semester: Semester) -> Result<(), UpkeepError> {
    may(by, Action::SeeEquipment)?;
    let programme = known(office, by, semester).await?;
    let waiting = waiting(actor(by)?, &office.store.programme_copies(programme.id).await?);
    if waiting.is_empty() {
        return Err(UpkeepError::NotFound);
    }
    let at = now(office).at;
    let line = line(office, by, "programme_received", semester, &json!({ "units": waiting }));
    let acknowledged = waiting.into_iter().map(|unit| (unit, at)).collect();
    store(office, &ProgrammeChange { acknowledged, ..change(programme, line) }).await
}

/// The units for which somebody has still to say that they have their copy.
pub fn waiting(who: &Actor, copies: &[Handed]) -> Vec<i64> {
    let waits = |copy: &&Handed| copy.acknowledged.is_none() && who.heads.contains(&copy.unit);
    copies.iter().filter(waits).map(|copy| copy.unit).collect()
}

/// What the audit log calls a programme.
pub(super) fn object(semester: Semester) -> String {
    format!("programme {}-{}", semester.year(), semester.half())
}

pub(super) fn line(
    office: Office<'_>,
    by: By<'_>,
    action: &'static str,
    semester: Semester,
    detail: &Value,
) -> AuditDraft {
    by.draft(office, action, object(semester), detail.to_string())
}

pub(super) fn change(programme: Programme, line: AuditDraft) -> ProgrammeChange {
    ProgrammeChange {
        programme,
        items: None,
        item: None,
        copies: Vec::new(),
        acknowledged: Vec::new(),
        endings: Vec::new(),
        audit: vec![line],
    }
}

pub(super) async fn store(office: Office<'_>, change: &ProgrammeChange) -> Result<(), UpkeepError> {
    if office.store.apply_programme(change).await? { Ok(()) } else { Err(UpkeepError::Changed) }
}
