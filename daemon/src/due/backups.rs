//! What is due of backups: those of this week that are missing, disks that are expected or owed copies, and restore drills. It may not
//! know how any of it is done.

use chrono::{Days as Civil, NaiveDate};

use super::explain::{on_or_after, spanish, week_end};
use super::facts::{BackupFact, DebtFact, DiskFact, DrillFact, Facts};
use super::item::{Due, Kind};
use super::list::Days;
use super::rules;

/// What a disk's place is called in a sentence.
fn place(kept_in: Option<&String>) -> String {
    kept_in.map(|place| format!(" (se guarda en: {place})")).unwrap_or_default()
}

/// The first few of what there is, and one item that counts the rest.
fn few(mut due: Vec<Due>, rest: impl Fn(i64) -> String) -> Vec<Due> {
    let more = i64::try_from(due.len().saturating_sub(rules::NAMED)).unwrap_or(i64::MAX);
    due.truncate(rules::NAMED);
    if let (1.., Some(last)) = (more, due.last()) {
        due.push(Due { key: format!("{}s", last.kind.word()), what: rest(more), count: more, ..last.clone() });
    }
    due
}

/// The datasets whose backup of this week is missing.
pub(super) fn backups(facts: &Facts, days: Days<'_>) -> Vec<Due> {
    let (end, why) = week_end(days.here, days.today);
    let one = |backup: &BackupFact| {
        let reason = backup.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        Due {
            key: format!("backup/{}/{}", backup.dataset, spanish(end)),
            kind: Kind::Backup,
            // What was to be made on the weekend is not late on its Friday.
            day: end.max(backup.slot),
            what: format!("Respaldar «{}»: falta el de esta semana{reason}", backup.dataset),
            why: format!("{why}; debía hacerse el {}", spanish(backup.slot)),
            count: 1,
            path: "/registro".to_owned(),
            act: "Ver el registro",
        }
    };
    let due = facts.backups.iter().map(one).collect();
    few(due, |more| format!("Respaldar otros {more} conjuntos de datos, a los que les falta el de esta semana"))
}

/// The disks that are expected this week or are owed copies.
pub(super) fn disks(facts: &Facts, days: Days<'_>) -> Vec<Due> {
    let expected = |disk: &DiskFact| Due {
        key: format!("disk/{}/{}", disk.disk, spanish(disk.slot)),
        kind: Kind::Disk,
        day: disk.slot,
        what: format!("Conectar el disco «{}»{}", disk.disk, place(disk.kept_in.as_ref())),
        why: format!("esta semana le toca en el plan «{}», que respalda ese día", disk.plan),
        count: 1,
        path: "/registro".to_owned(),
        act: "Ver el registro",
    };
    let owed = |debt: &DebtFact| {
        let copies = if debt.copies == 1 { "1 copia".to_owned() } else { format!("{} copias", debt.copies) };
        let (day, why) = week_end(days.here, debt.since);
        Due {
            key: format!("debt/{}/{}", debt.disk, spanish(debt.since)),
            kind: Kind::Disk,
            day,
            what: format!(
                "Conectar el disco «{}», al que se le deben {copies}{}",
                debt.disk,
                place(debt.kept_in.as_ref())
            ),
            why: format!("{why}, en la que faltó: se le deben desde el {}", spanish(debt.since)),
            count: debt.copies,
            path: "/registro".to_owned(),
            act: "Ver el registro",
        }
    };
    let mut due: Vec<Due> = facts.disks.iter().map(expected).collect();
    let awaited: Vec<&str> = facts.disks.iter().map(|disk| disk.disk.as_str()).collect();
    // Who connects a disk pays what it is owed as well.
    due.extend(facts.debts.iter().filter(|debt| !awaited.contains(&debt.disk.as_str())).map(owed));
    due
}

/// The datasets that were not restored for a test for too long.
pub(super) fn drills(facts: &Facts, days: Days<'_>) -> Vec<Due> {
    let (end, week) = week_end(days.here, days.today);
    let one = |drill: &DrillFact| {
        let (day, why) = match drill.passed {
            Some(passed) => {
                let day = on_or_after(days.here, next(passed, drill.good_for));
                (day, format!("la última que salió bien fue el {} y vale {} días", spanish(passed), drill.good_for))
            }
            None => (end, format!("{week}; nunca se hizo una que saliera bien")),
        };
        Due {
            key: format!("drill/{}", drill.dataset),
            kind: Kind::Drill,
            day,
            what: format!("Hacer la prueba de restauración de «{}»", drill.dataset),
            why,
            count: 1,
            path: "/registro".to_owned(),
            act: "Ver el registro",
        }
    };
    let mut due: Vec<Due> = facts.drills.iter().map(one).collect();
    due.sort_by(|one, other| (one.day, &one.key).cmp(&(other.day, &other.key)));
    few(due, |more| format!("Hacer otras {more} pruebas de restauración"))
}

fn next(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Civil::new(u64::from(days))).unwrap_or(day)
}
