//! The inventory of equipment: who sees which of it, and adding, changing and retiring a piece. It may not know pages.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::json;

use super::UpkeepError;
use crate::desk::Refused;
use crate::desk::access::{Action, sees_all_equipment};
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::page::cut;
use crate::jobs::people::by::By;
use crate::jobs::people::login::canonical;
use crate::store::equipment::{EquipmentChange, EquipmentFilter};
use crate::store::people_rows::{AuditDraft, Unit, User};
use crate::upkeep::equipment::{self, About, Equipment, Kind, Retirement, Written};

/// How many pieces a page has at most.
pub const PAGE_MAX: u32 = 100;

/// Which equipment is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Only with these words.
    pub words: String,
    /// Only of this unit.
    pub unit: Option<i64>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only what was retired, or what was not.
    pub retired: Option<bool>,
}

/// A page of the inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// By code.
    pub items: Vec<Equipment>,
    /// The code behind which there are more, if there are.
    pub next: Option<String>,
}

/// A piece as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form<'a> {
    /// What is written of it; its code is that of a new piece.
    pub written: Written<'a>,
    /// Its unit.
    pub unit: Option<i64>,
    /// The login of whoever answers for it; empty for nobody.
    pub responsible: &'a str,
}

/// That it may be done.
pub(super) fn may(by: By<'_>, action: Action) -> Result<(), UpkeepError> {
    by.may(action).map_err(|_| UpkeepError::NotAllowed)
}

/// The units whose equipment they see; none where it is that of all.
fn seen(by: By<'_>) -> Option<Vec<i64>> {
    by.actor().filter(|actor| !sees_all_equipment(actor)).map(|actor| actor.heads.clone())
}

/// The units to choose from, as far as they see their equipment.
///
/// # Errors
/// [`UpkeepError::NotAllowed`], [`UpkeepError::Store`].
pub async fn units(office: Office<'_>, by: By<'_>) -> Result<Vec<Unit>, UpkeepError> {
    may(by, Action::SeeEquipment)?;
    let mut units = office.store.units().await?;
    if let Some(seen) = seen(by) {
        units.retain(|unit| seen.contains(&unit.id));
    }
    Ok(units)
}

/// A page of the inventory behind the code `after`, with `size` pieces at most; of heads of units, that of their units.
///
/// # Errors
/// [`UpkeepError::NotAllowed`], [`UpkeepError::Store`].
pub async fn list(
    office: Office<'_>,
    by: By<'_>,
    asked: Asked,
    after: Option<&str>,
    size: u32,
) -> Result<Listed, UpkeepError> {
    may(by, Action::SeeEquipment)?;
    let units = match (seen(by), asked.unit) {
        (None, None) => None,
        (None, Some(unit)) => Some(vec![unit]),
        (Some(seen), None) => Some(seen),
        (Some(seen), Some(unit)) => Some(seen.into_iter().filter(|seen| *seen == unit).collect()),
    };
    let filter = EquipmentFilter { words: asked.words, units, kind: asked.kind, retired: asked.retired };
    let size = size.clamp(1, PAGE_MAX);
    let mut items = office.store.equipment(&filter, after, size + 1).await?;
    let more = cut(&mut items, size);
    let next = items.last().filter(|_| more).map(|last| last.about.code.clone());
    Ok(Listed { items, next })
}

/// A piece by its code.
///
/// # Errors
/// [`UpkeepError::NotAllowed`]; [`UpkeepError::NotFound`] also where it is of a unit that they do not see.
pub async fn one(office: Office<'_>, by: By<'_>, code: &str) -> Result<Equipment, UpkeepError> {
    may(by, Action::SeeEquipment)?;
    let known = office.store.equipment_of_code(&equipment::sought(code)).await?;
    let known = known.filter(|known| seen(by).is_none_or(|units| units.contains(&known.unit)));
    known.ok_or(UpkeepError::NotFound)
}

/// Enters a piece; returns its code as it is stored.
///
/// # Errors
/// [`UpkeepError`]; `code` is the field of a code that is taken.
pub async fn add(office: Office<'_>, by: By<'_>, form: &Form<'_>) -> Result<String, UpkeepError> {
    may(by, Action::ChangeEquipment)?;
    let (about, unit, responsible) = checked(office, form, None).await?;
    let code = about.code.clone();
    if office.store.equipment_of_code(&code).await?.is_some() {
        return Err(UpkeepError::field("code", "ya existe un equipo con ese código; búsquelo en la lista"));
    }
    let new = Equipment {
        id: 0,
        about,
        unit,
        responsible: responsible.as_ref().map(|user| user.id),
        retired: None,
        version: 1,
        created: now(office).at,
        created_by: by.name(),
    };
    let detail = shown(&new, responsible.as_ref().map(|user| user.login.as_str()));
    let line = by.draft(office, "equipment_added", object(&code), detail);
    store(office, vec![new], vec![line]).await?;
    Ok(code)
}

/// Changes a piece that was read in this version; its code stays.
///
/// # Errors
/// [`UpkeepError`]; [`UpkeepError::Retired`] for what is in use no more.
pub async fn change(
    office: Office<'_>,
    by: By<'_>,
    code: &str,
    version: i64,
    form: &Form<'_>,
) -> Result<(), UpkeepError> {
    may(by, Action::ChangeEquipment)?;
    let old = in_use(one(office, by, code).await?)?;
    let written = Written { code: &old.about.code, ..form.written };
    let (about, unit, responsible) = checked(office, &Form { written, ..form.clone() }, Some(&old)).await?;
    let had = match old.responsible {
        Some(id) => office.store.user(id).await?.map(|user| user.login),
        None => None,
    };
    let before = shown(&old, had.as_deref());
    let object = object(&old.about.code);
    let new = Equipment { about, unit, responsible: responsible.as_ref().map(|user| user.id), version, ..old };
    let after = shown(&new, responsible.as_ref().map(|user| user.login.as_str()));
    let line = by.draft(office, "equipment_changed", object, format!("{before} -> {after}"));
    store(office, vec![new], vec![line]).await
}

/// Retires a piece that was read in this version, by the document that says so. It stays in the inventory, and changes no more.
///
/// # Errors
/// [`UpkeepError`].
pub async fn retire(
    office: Office<'_>,
    by: By<'_>,
    code: &str,
    version: i64,
    (day, reason, document): (Option<NaiveDate>, &str, &str),
) -> Result<(), UpkeepError> {
    may(by, Action::ChangeEquipment)?;
    let old = in_use(one(office, by, code).await?)?;
    let retired = Retirement::new(day, reason, document, now(office).day).map_err(UpkeepError::Wrong)?;
    let Retirement { day, reason, document } = &retired;
    let detail = json!({ "day": day.to_string(), "reason": reason, "document": document }).to_string();
    let line = by.draft(office, "equipment_retired", object(&old.about.code), detail);
    store(office, vec![Equipment { retired: Some(retired), version, ..old }], vec![line]).await
}

fn in_use(known: Equipment) -> Result<Equipment, UpkeepError> {
    if known.retired.is_some() { Err(UpkeepError::Retired) } else { Ok(known) }
}

/// What a form says, with all that is wrong with it. A unit or person that is no longer active stays where it was.
async fn checked(
    office: Office<'_>,
    form: &Form<'_>,
    old: Option<&Equipment>,
) -> Result<(About, i64, Option<User>), UpkeepError> {
    let (about, mut faults) = match form.written.check() {
        Ok(about) => (Some(about), Vec::new()),
        Err(faults) => (None, faults),
    };
    let units = office.store.units().await?;
    let had_unit = old.map(|old| old.unit);
    let is_good = |unit: &Unit| unit.active || had_unit == Some(unit.id);
    let unit = units.iter().find(|unit| Some(unit.id) == form.unit && is_good(unit)).map(|unit| unit.id);
    if unit.is_none() {
        faults.push(Refused::field("unit", "elija la unidad que lo tiene"));
    }
    let responsible = match canonical(form.responsible) {
        login if login.is_empty() && form.responsible.trim().is_empty() => None,
        login => {
            let had = old.and_then(|old| old.responsible);
            let user = office.store.user_of_login(&login).await?;
            let user = user.filter(|user| user.active || had == Some(user.id));
            if user.is_none() {
                let what = "no hay nadie activo con ese usuario; escríbalo como aparece en la lista de personas";
                faults.push(Refused::field("responsible", what));
            }
            user
        }
    };
    match (about, unit) {
        (Some(about), Some(unit)) if faults.is_empty() => Ok((about, unit, responsible)),
        _ => Err(UpkeepError::Wrong(faults)),
    }
}

/// What the audit log calls a piece.
pub(super) fn object(code: &str) -> String {
    format!("equipment {code}")
}

/// What the audit log says of a piece.
pub(super) fn shown(row: &Equipment, responsible: Option<&str>) -> String {
    let About { kind, brand, model, serial, location, .. } = &row.about;
    json!({ "kind": kind.word(), "brand": brand, "model": model, "serial": serial, "unit": row.unit,
            "responsible": responsible, "location": location })
    .to_string()
}

/// Stores a change, or says that another one came first.
pub(super) async fn store(office: Office<'_>, rows: Vec<Equipment>, audit: Vec<AuditDraft>) -> Result<(), UpkeepError> {
    let stored = office.store.apply_equipment(&EquipmentChange { rows, audit }).await?;
    if stored { Ok(()) } else { Err(UpkeepError::Changed) }
}

/// The ids of those who answer for these pieces.
pub fn responsible(items: &[Equipment]) -> BTreeSet<i64> {
    items.iter().filter_map(|item| item.responsible).collect()
}
