//! What is told of restore drills, in Spanish. Pure; it may not know whom it is told.

use chrono::{DateTime, FixedOffset};

use super::clean;
use super::spanish::time;
use super::text::{Notice, notice};

/// A backup could not be restored for a test.
pub fn drill_failed(dataset: &str, archive: &str, disk: &str, why: &str) -> Notice {
    let (dataset, archive, disk) = (clean::line(dataset, 100), clean::line(archive, 150), clean::line(disk, 100));
    let text = format!(
        "La prueba de restauración de {dataset} falló: el respaldo {archive} del disco {disk} no se pudo restaurar \
         entero.\n\nMotivo: {}",
        clean::line(why, 2000)
    );
    let todo = format!(
        "no borre ningún respaldo de {dataset}; corrija el motivo, haga otra copia con «resguardo backup {dataset}» y repita \
         la prueba con «resguardo drill {dataset}»"
    );
    notice("drill_failed", format!("PRUEBA DE RESTAURACIÓN FALLIDA: {dataset}"), &text, &todo, true)
}

/// A dataset was not restored for a test for too long.
pub fn drill_lacking(dataset: &str, passed: Option<DateTime<FixedOffset>>, why: Option<&str>) -> Notice {
    let dataset = clean::line(dataset, 100);
    let since = match passed {
        Some(at) => format!("La última prueba de restauración aprobada de {dataset} es del {}.", time(at)),
        None => format!("Ningún respaldo de {dataset} se ha restaurado todavía como prueba."),
    };
    let why = why.map(|why| format!("\n\nLa última vez no se pudo hacer: {}", clean::line(why, 1000)));
    let todo = format!(
        "conecte un disco que tenga un respaldo de {dataset} y haga la prueba con «resguardo drill {dataset}»; si dice que \
         falta un programa, instálelo"
    );
    let text = since + &why.unwrap_or_default();
    notice("drill_lacking", format!("Falta una prueba de restauración: {dataset}"), &text, &todo, true)
}
