//! The institution's units and their heads. It may not know what a head may do.

use super::by::{By, store};
use super::error::PeopleError;
use crate::desk::access::Action;
use crate::desk::people::UnitKind;
use crate::desk::text::{folded, line};
use crate::jobs::office::Office;
use crate::store::people_change::PeopleChange;
use crate::store::people_rows::Unit;

/// The most letters of a unit's name.
const NAME_MAX: usize = 120;

/// What a unit is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitForm {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// Its head, a user's id.
    pub head: Option<i64>,
    /// Whether anybody can be in it.
    pub active: bool,
}

/// All units, by name.
///
/// # Errors
/// [`PeopleError::NotAllowed`], [`PeopleError::Store`].
pub async fn units(office: Office<'_>, by: By<'_>) -> Result<Vec<Unit>, PeopleError> {
    by.may(Action::SeePeople)?;
    Ok(office.store.units().await?)
}

/// The unit of a name; neither case nor accents make a difference.
///
/// # Errors
/// [`PeopleError::Unknown`], [`PeopleError::Store`].
pub async fn unit_named(office: Office<'_>, name: &str) -> Result<Unit, PeopleError> {
    let wanted = folded(name);
    let found = office.store.units().await?.into_iter().find(|unit| folded(&unit.name) == wanted);
    found.ok_or_else(|| PeopleError::Unknown(format!("la unidad «{name}»")))
}

/// Makes a unit.
///
/// # Errors
/// [`PeopleError`]; `name` is the field of a name that is taken.
pub async fn create(office: Office<'_>, by: By<'_>, form: &UnitForm) -> Result<(), PeopleError> {
    let unit = Unit {
        id: 0,
        name: String::new(),
        kind: form.kind,
        head: None,
        active: true,
        version: 1,
        created: office.now(),
        created_by: by.name(),
    };
    put(office, by, unit, form, "unit_created").await
}

/// Changes a unit that was read in this version.
///
/// # Errors
/// [`PeopleError`].
pub async fn change(office: Office<'_>, by: By<'_>, id: i64, version: i64, form: &UnitForm) -> Result<(), PeopleError> {
    let known = office.store.units().await?.into_iter().find(|unit| unit.id == id);
    let unit = known.ok_or_else(|| PeopleError::Unknown("esa unidad".to_owned()))?;
    put(office, by, Unit { version, ..unit }, form, "unit_changed").await
}

async fn put(
    office: Office<'_>,
    by: By<'_>,
    old: Unit,
    form: &UnitForm,
    action: &'static str,
) -> Result<(), PeopleError> {
    by.may(Action::ChangePeople)?;
    let name = line("name", &form.name, NAME_MAX, true)?;
    let same = |unit: &Unit| unit.id != old.id && folded(&unit.name) == folded(&name);
    if office.store.units().await?.iter().any(same) {
        return Err(PeopleError::field("name", "ya existe una unidad con ese nombre; escriba otro"));
    }
    if form.head != old.head
        && let Some(head) = form.head
    {
        // Whoever heads a unit sees what it asked for: nobody gives that to themselves.
        if by.is(head) {
            return Err(PeopleError::Own);
        }
        if !office.store.user(head).await?.is_some_and(|user| user.active) {
            return Err(PeopleError::field("head", "no existe ese usuario o no está activo; elija otro"));
        }
    }
    let unit = Unit { name, kind: form.kind, head: form.head, active: form.active, ..old };
    let detail = serde_json::json!({ "kind": unit.kind.word(), "head": unit.head, "active": unit.active }).to_string();
    let audit = vec![by.draft(office, action, format!("unit {}", unit.name), detail)];
    store(office, &PeopleChange { units: vec![unit], audit, ..PeopleChange::default() }).await.map(drop)
}
