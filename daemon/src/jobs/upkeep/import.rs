//! The inventory from a spreadsheet: what each line would do, and then all of it or nothing; or just what was shown before, or
//! nothing. It may not know how a file is read.

use std::collections::{BTreeMap, BTreeSet};

use resguardo_shared::digest::Digest;
use serde::Serialize;
use serde_json::json;

use super::UpkeepError;
use super::inventory::{may, object, shown, store};
use crate::desk::access::Action;
use crate::desk::text::{cleaned, folded};
use crate::jobs::csv_file::{self, Of, normal};
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::jobs::people::import::{Outcome, Wanted};
use crate::jobs::people::login::canonical;
use crate::store::people_rows::{AuditDraft, PeopleFilter, Unit, User};
use crate::upkeep::equipment::{self, Equipment, Written};

/// The columns, in any order, and what else each may be called.
const COLUMNS: [(&str, &str); 8] = [
    ("code", "codigo"),
    ("kind", "tipo"),
    ("brand", "marca"),
    ("model", "modelo"),
    ("serial", "serie"),
    ("unit", "unidad"),
    ("responsible", "responsable"),
    ("location", "ubicacion"),
];
/// More people than any institution has.
const PEOPLE_MAX: u32 = 100_000;

type Row = csv_file::Row<8>;

/// What becomes of a line, with the reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineReport {
    /// Its number in the file, from 1.
    pub line: u64,
    /// The piece's code.
    pub code: String,
    /// What it is: kind, brand and model, as they stand in the file.
    pub name: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What changes, or all that is wrong, in Spanish.
    pub what: Vec<String>,
}

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its lines, in their order.
    pub lines: Vec<LineReport>,
    /// Whether it was stored; never where a line is wrong.
    pub stored: bool,
    /// The digest of all that it does to what is there now, 64 hex digits: equal plans do the same.
    pub plan: String,
}

/// What and who there is already.
struct Known {
    equipment: BTreeMap<String, Equipment>,
    units: Vec<Unit>,
    users: BTreeMap<String, User>,
    logins: BTreeMap<i64, String>,
}

/// Imports equipment from CSV text, or only says what would become of each line. A piece that is there already becomes as the file
/// says; nothing is retired, and what is retired changes no more.
///
/// # Errors
/// [`UpkeepError`] for a file that is none as a whole, and whatever keeps all of it from being stored. A line that is wrong is no
/// error, but then nothing is stored.
pub async fn import(office: Office<'_>, by: By<'_>, text: &str, wanted: Wanted<'_>) -> Result<Report, UpkeepError> {
    may(by, Action::ChangeEquipment)?;
    let text = normal(text);
    let of = Of { none: "ningún equipo", many: "equipos" };
    let rows = csv_file::read(&text, &COLUMNS, of).map_err(|what| UpkeepError::field("file", what))?;
    let known = known(office).await?;
    let (new, audit, lines) = planned(office, by, &rows, &known);
    let plan = plan(&text, &lines, &audit);
    if matches!(wanted, Wanted::AsShown(shown) if shown != plan) {
        return Err(UpkeepError::Changed);
    }
    let wrong = lines.iter().any(|line| line.outcome == Outcome::Wrong);
    if wrong || wanted == Wanted::Look {
        return Ok(Report { lines, stored: false, plan });
    }
    if !new.is_empty() {
        store(office, new, audit).await?;
    }
    Ok(Report { lines, stored: true, plan })
}

async fn known(office: Office<'_>) -> Result<Known, UpkeepError> {
    let users = office.store.users(&PeopleFilter::default(), None, PEOPLE_MAX).await?;
    let equipment = office.store.all_equipment().await?;
    Ok(Known {
        equipment: equipment.into_iter().map(|one| (one.about.code.clone(), one)).collect(),
        units: office.store.units().await?,
        logins: users.iter().map(|user| (user.id, user.login.clone())).collect(),
        users: users.into_iter().map(|user| (user.login.clone(), user)).collect(),
    })
}

/// What becomes of each line, and all of it as rows with what the audit log is told.
fn planned(
    office: Office<'_>,
    by: By<'_>,
    rows: &[Row],
    known: &Known,
) -> (Vec<Equipment>, Vec<AuditDraft>, Vec<LineReport>) {
    let (mut new, mut audit, mut lines, mut seen) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
    for row in rows {
        let code = equipment::sought(row.field(0));
        let name = [1, 2, 3].map(|place| row.field(place)).join(" ");
        let (outcome, what) = match wanted(office, by, row, known) {
            Ok(_) if !seen.insert(code.clone()) => {
                let what = "el código está dos veces en el archivo; quite una de las líneas".to_owned();
                (Outcome::Wrong, vec![what])
            }
            Ok(wanted) => match known.equipment.get(&wanted.about.code) {
                None => {
                    let line = shown(&wanted, responsible(&wanted, known));
                    audit.push(by.draft(office, "equipment_added", object(&code), line));
                    let what = given(&wanted, known);
                    new.push(wanted);
                    (Outcome::Created, what)
                }
                Some(old) => {
                    let what = differences(old, &wanted, known);
                    if what.is_empty() {
                        (Outcome::Unchanged, what)
                    } else {
                        let [before, after] = [old, &wanted].map(|one| shown(one, responsible(one, known)));
                        let line = format!("{before} -> {after}");
                        audit.push(by.draft(office, "equipment_changed", object(&code), line));
                        new.push(wanted);
                        (Outcome::Changed, what)
                    }
                }
            },
            Err(faults) => {
                seen.insert(code.clone());
                (Outcome::Wrong, faults)
            }
        };
        lines.push(LineReport { line: row.line, code, name: name.trim().to_owned(), outcome, what });
    }
    (new, audit, lines)
}

/// The piece that a line wants, or all that is wrong with it.
fn wanted(office: Office<'_>, by: By<'_>, row: &Row, known: &Known) -> Result<Equipment, Vec<String>> {
    let [code, kind, brand, model, serial, unit, login, location] =
        [0, 1, 2, 3, 4, 5, 6, 7].map(|place| row.field(place));
    let written = Written { code, kind, brand, model, serial, location };
    let (about, mut faults) = match written.check() {
        Ok(about) => (Some(about), Vec::new()),
        Err(faults) => (None, faults.iter().map(ToString::to_string).collect()),
    };
    let old = known.equipment.get(&equipment::sought(code));
    if old.is_some_and(|old| old.retired.is_some()) {
        faults.push("este equipo está de baja y ya no cambia; quite la línea".to_owned());
    }
    let named = folded(unit);
    let had = old.map(|old| (old.unit, old.responsible));
    let is_unit = |one: &&Unit| folded(&one.name) == named && (one.active || had.is_some_and(|had| had.0 == one.id));
    let found = known.units.iter().find(is_unit).map(|unit| unit.id);
    if found.is_none() {
        faults.push(match named.as_str() {
            "" => "unit: escriba la unidad que lo tiene".to_owned(),
            _ => format!("unit: no existe la unidad «{}»; créela primero", cleaned(unit)),
        });
    }
    let is_there = |user: &&User| user.active || had.is_some_and(|had| had.1 == Some(user.id));
    let responsible = known.users.get(&canonical(login)).filter(is_there).map(|user| user.id);
    if responsible.is_none() && !login.is_empty() {
        faults.push(format!("responsible: no hay nadie activo con el usuario «{}»", cleaned(login)));
    }
    let (Some(about), Some(unit), true) = (about, found, faults.is_empty()) else { return Err(faults) };
    Ok(match old {
        Some(old) => Equipment { about, unit, responsible, ..old.clone() },
        None => Equipment {
            id: 0,
            about,
            unit,
            responsible,
            retired: None,
            version: 1,
            created: now(office).at,
            created_by: by.name(),
        },
    })
}

/// The digest of a plan. What the audit log would say of it names all that is there before and after.
fn plan(text: &str, lines: &[LineReport], audit: &[AuditDraft]) -> String {
    let said: Vec<_> = audit.iter().map(|line| (line.action, &line.object, &line.detail)).collect();
    let whole = json!([text, lines, said]).to_string();
    Digest::of(whole.as_bytes()).to_string()
}

fn responsible<'a>(of: &Equipment, known: &'a Known) -> Option<&'a str> {
    of.responsible.and_then(|id| known.logins.get(&id)).map(String::as_str)
}

/// The columns of a piece but its code, with what stands there.
fn columns<'a>(of: &'a Equipment, known: &'a Known) -> [(&'static str, &'a str); 7] {
    let unit = known.units.iter().find(|unit| unit.id == of.unit).map_or("", |unit| &unit.name);
    let about = &of.about;
    [
        ("kind", about.kind.label()),
        ("brand", &about.brand),
        ("model", &about.model),
        ("serial", &about.serial),
        ("unit", unit),
        ("responsible", responsible(of, known).unwrap_or_default()),
        ("location", &about.location),
    ]
}

/// What a new piece has beside its code.
fn given(new: &Equipment, known: &Known) -> Vec<String> {
    let given = columns(new, known).into_iter().filter(|(_, text)| !text.is_empty());
    given.map(|(column, text)| format!("{column}: «{text}»")).collect()
}

fn differences(old: &Equipment, new: &Equipment, known: &Known) -> Vec<String> {
    let pairs = columns(old, known).into_iter().zip(columns(new, known));
    let differing = pairs.filter(|((_, old), (_, new))| old != new);
    differing.map(|((column, old), (_, new))| format!("{column}: «{old}» → «{new}»")).collect()
}
