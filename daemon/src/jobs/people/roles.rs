//! Roles by days: given, taken, and lent for a time. It may not know what each role may do.

use chrono::NaiveDate;

use super::accounts::administrator_on;
use super::by::{By, store};
use super::error::PeopleError;
use super::listing::known;
use crate::desk::access::Action;
use crate::desk::people::{Grant, Role};
use crate::jobs::office::{Office, day};
use crate::store::people_change::PeopleChange;
use crate::store::people_rows::{RoleRow, User};

/// Gives somebody a role from a day on, today if none is said, and until its last day, if there is one.
///
/// # Errors
/// [`PeopleError::Own`]; [`PeopleError::Field`] for days that make no sense and roles that do not go together.
pub async fn grant(
    office: Office<'_>,
    by: By<'_>,
    id: i64,
    role: Role,
    days: (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<(), PeopleError> {
    by.may(Action::ChangePeople)?;
    if by.is(id) {
        return Err(PeopleError::Own);
    }
    let user = known(office, id).await?;
    let today = day(office.config, office.now());
    let given = Grant { role, from: days.0.unwrap_or(today), until: days.1 };
    if given.from < today {
        return Err(PeopleError::field("from", "ese día ya pasó; un cargo se da desde hoy o desde más adelante"));
    }
    if given.until.is_some_and(|until| until < given.from) {
        return Err(PeopleError::field("until", "termina antes de empezar; escriba un día posterior"));
    }
    let rows = office.store.roles(Some(id)).await?;
    agrees(&given, &rows)?;
    let row = RoleRow { user: id, grant: given.clone(), granted: office.now(), granted_by: by.name() };
    let mut change = PeopleChange::default();
    change.audit.push(by.draft(office, "role_granted", format!("user {}", user.login), shown(&given)));
    change.roles.push((user.login.clone(), row));
    // Two roles that do not go together must not be given at the same moment by two people.
    change.users.push(user);
    store(office, &change).await.map(drop)
}

/// Takes a role, given from a day on, from somebody at once. What it was for until yesterday stays written.
///
/// # Errors
/// [`PeopleError::Own`], [`PeopleError::Unknown`], [`PeopleError::LastAdministrator`].
pub async fn revoke(office: Office<'_>, by: By<'_>, id: i64, role: Role, from: NaiveDate) -> Result<(), PeopleError> {
    by.may(Action::ChangePeople)?;
    if by.is(id) {
        return Err(PeopleError::Own);
    }
    let user = known(office, id).await?;
    let today = day(office.config, office.now());
    let is_it = |row: &RoleRow| row.grant.role == role && row.grant.from == from;
    let row = office.store.roles(Some(id)).await?.into_iter().find(is_it);
    let is_over = |row: &RoleRow| row.grant.until.is_some_and(|until| until < today);
    let Some(row) = row.filter(|row| !is_over(row)) else {
        return Err(PeopleError::Unknown(format!("el cargo «{}» desde {}", role.label(), from.format("%d-%m-%Y"))));
    };
    let mut change = PeopleChange::default();
    if role == Role::Administrator && user.active {
        change.administrator_on = administrator_on(office, id).await?;
    }
    change.audit.push(by.draft(office, "role_revoked", format!("user {}", user.login), shown(&row.grant)));
    match today.pred_opt() {
        Some(yesterday) if from <= yesterday => {
            let grant = Grant { until: Some(yesterday), ..row.grant };
            change.roles.push((user.login.clone(), RoleRow { grant, ..row }));
        }
        _ => change.roles_removed.push((id, role, from)),
    }
    change.users.push(user);
    store(office, &change).await.map(drop)
}

/// Takes a role from somebody, however often it was given for today or later.
///
/// # Errors
/// As [`revoke`].
pub async fn revoke_all(office: Office<'_>, by: By<'_>, user: &User, role: Role) -> Result<(), PeopleError> {
    by.may(Action::ChangePeople)?;
    let today = day(office.config, office.now());
    let rows = office.store.roles(Some(user.id)).await?;
    let lasting: Vec<RoleRow> = rows
        .into_iter()
        .filter(|row| row.grant.role == role && row.grant.until.is_none_or(|until| until >= today))
        .collect();
    if lasting.is_empty() {
        return Err(PeopleError::Unknown(format!("el cargo «{}» de «{}»", role.label(), user.login)));
    }
    for row in lasting {
        revoke(office, by, user.id, role, row.grant.from).await?;
    }
    Ok(())
}

/// Whether a role goes with those that somebody has on any of its days.
pub(super) fn agrees(given: &Grant, rows: &[RoleRow]) -> Result<(), PeopleError> {
    let together = rows.iter().filter(|row| overlap(given, &row.grant));
    for Grant { role, .. } in together.map(|row| &row.grant) {
        if *role == given.role {
            return Err(PeopleError::field("role", "ya tiene ese cargo en esos días; revise desde y hasta cuándo"));
        }
        if !role.agrees_with(given.role) {
            let what = format!(
                "no puede ser «{}» y «{}» en los mismos días: quien administra las cuentas no atiende solicitudes",
                role.label(),
                given.role.label()
            );
            return Err(PeopleError::field("role", what));
        }
    }
    Ok(())
}

fn overlap(one: &Grant, other: &Grant) -> bool {
    one.until.is_none_or(|until| other.from <= until) && other.until.is_none_or(|until| one.from <= until)
}

/// A role for the audit log.
pub(super) fn shown(grant: &Grant) -> String {
    serde_json::json!({ "role": grant.role.word(), "from": grant.from, "until": grant.until }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(role: Role, from: &str, until: Option<&str>) -> Grant {
        Grant { role, from: from.parse().unwrap(), until: until.map(|until| until.parse().unwrap()) }
    }

    fn row(grant: Grant) -> RoleRow {
        RoleRow { user: 1, grant, granted: chrono::DateTime::UNIX_EPOCH, granted_by: "x".to_owned() }
    }

    #[test]
    fn who_keeps_accounts_attends_nothing_on_the_same_days() {
        let rows = [row(given(Role::Technician, "2026-11-01", Some("2026-11-30")))];
        for (from, until, fine) in [
            ("2026-11-30", None, false),
            ("2026-12-01", None, true),
            ("2026-10-01", Some("2026-10-31"), true),
            ("2026-10-01", Some("2026-11-01"), false),
        ] {
            assert_eq!(agrees(&given(Role::Administrator, from, until), &rows).is_ok(), fine, "{from}");
        }
        assert!(agrees(&given(Role::Chief, "2026-11-10", None), &rows).is_ok());
        assert!(agrees(&given(Role::Technician, "2026-11-30", None), &rows).is_err(), "twice");
    }
}
