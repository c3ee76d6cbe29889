//! What is told, in Spanish, of backups that are not good any more, odd, old or slow. Pure functions.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use super::clean;
use super::spanish::{list, time};
use super::text::{Notice, notice};
use crate::units;

/// A good copy on another disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// What is written on the disk.
    pub disk: String,
    /// Where it is kept.
    pub custody: Option<String>,
    /// When it was last read and found good.
    pub verified: Option<DateTime<FixedOffset>>,
}

/// A copy is damaged or gone.
pub fn copy_damaged(archive: &str, disk: &str, missing: bool, faults: &[String], good: &[Elsewhere]) -> Notice {
    let (archive, disk) = (clean::line(archive, 200), clean::line(disk, 100));
    let what = if missing { "ya no está" } else { "está dañado" };
    let faults = list(faults.iter().cloned());
    let copies = if good.is_empty() {
        "No se conoce otra copia buena de este respaldo.".to_owned()
    } else {
        let copies = good.iter().map(|good| {
            let custody = good.custody.as_deref().unwrap_or("lugar sin anotar");
            let verified = good.verified.map_or_else(|| "nunca".to_owned(), time);
            format!("{} (se guarda en: {custody}), leída por última vez: {verified}", good.disk)
        });
        format!("Hay copias buenas en:\n\n{}", list(copies))
    };
    let text = format!("El respaldo {archive} {what} en el disco {disk}:\n\n{faults}\n\n{copies}");
    let todo = match good {
        [] => format!(
            "no borre nada; haga hoy otro respaldo con «resguardo backup» y revise los demás con «resguardo verify {disk}»"
        ),
        [first, ..] => format!(
            "conecte {disk} y {}, y repare la copia con «resguardo disk repair {disk} {archive}»; si se repite, cambie el \
             disco {disk}",
            clean::line(&first.disk, 100)
        ),
    };
    let subject = if missing { format!("FALTA UNA COPIA en {disk}") } else { format!("COPIA DAÑADA en {disk}") };
    notice("copy_damaged", format!("{subject}: {archive}"), &text, &todo, true)
}

/// A backup was kept and is not like those before it.
pub fn backup_odd(dataset: &str, archive: &str, odd: &[String]) -> Notice {
    let (dataset, archive) = (clean::line(dataset, 100), clean::line(archive, 200));
    let lines = list(odd.iter().cloned());
    let text = format!("El respaldo {archive} se guardó completo, pero no se parece a los anteriores:\n\n{lines}");
    let todo = format!(
        "mire en el servidor si a {dataset} le faltan datos. Los respaldos anteriores se conservan mientras tanto. Si está \
         bien así, dígalo con «resguardo accept {dataset}»"
    );
    notice("backup_odd", format!("RESPALDO EXTRAÑO: {dataset}"), &text, &todo, true)
}

/// The last good backup of a dataset is too old.
pub fn dataset_stale(dataset: &str, plan: &str, last: Option<DateTime<FixedOffset>>, age: Option<Duration>) -> Notice {
    let (dataset, plan) = (clean::line(dataset, 100), clean::line(plan, 100));
    let text = match (last, age) {
        (Some(last), Some(age)) => format!(
            "El último respaldo bueno de {dataset} (plan «{plan}») es del {}: hace {} días.",
            time(last),
            age.as_secs() / 86_400
        ),
        _ => format!("De {dataset} (plan «{plan}») no hay todavía ningún respaldo bueno."),
    };
    let todo =
        format!("vea el motivo con «resguardo status», corríjalo y haga el respaldo con «resguardo backup {dataset}»");
    notice("dataset_stale", format!("RESPALDO VIEJO: {dataset}"), &text, &todo, true)
}

/// A backup that is under way takes much longer than usual.
pub fn run_slow(dataset: &str, run: i64, takes: Duration, usual: Duration) -> Notice {
    let dataset = clean::line(dataset, 100);
    let (takes, usual) = (units::duration(takes), units::duration(usual));
    let text = format!("El respaldo de {dataset} (ejecución {run}) va para {takes}; lo normal son {usual}.");
    let todo = format!(
        "vea con «resguardo log {run} --follow» si avanza; si está detenido, revise el servidor y la red, o termínelo con \
         «resguardo cancel {run}»"
    );
    notice("run_slow", format!("Respaldo lento: {dataset}"), &text, &todo, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_says_where_a_good_copy_is_and_what_to_do() {
        let good = Elsewhere {
            disk: "disco-b".to_owned(),
            custody: Some("caja fuerte, Dirección".to_owned()),
            verified: DateTime::parse_from_rfc3339("2026-11-22T02:00:00-06:00").ok(),
        };
        let faults = ["x.zst: frame 3 (bytes 1 to 2 of the archive, 3 to 4 of the dump): Data corruption".to_owned()];
        let said = copy_damaged("bd/quejas/1", "disco-a", false, &faults, &[good]);
        assert!(said.urgent && said.subject == "COPIA DAÑADA en disco-a: bd/quejas/1", "{said:?}");
        for words in [
            "frame 3",
            "disco-b (se guarda en: caja fuerte, Dirección)",
            "domingo 22 de noviembre de 2026",
            "resguardo disk repair disco-a bd/quejas/1",
        ] {
            assert!(said.text.contains(words), "{words}: {}", said.text);
        }
        let alone = copy_damaged("bd/quejas/1", "disco-a", true, &faults, &[]);
        assert!(alone.text.contains("No se conoce otra copia buena"), "{}", alone.text);
    }
}
