//! What is told of disks and of the copies that they are owed, in Spanish. Pure functions; they may not know whom it is
//! told.

use chrono::{DateTime, FixedOffset};

use super::clean;
use super::spanish::{count, list, time};
use super::text::{Notice, Wanted, notice};

/// A disk with its place: `disco-b, que se guarda en: caja fuerte, Dirección`.
fn placed(disk: &Wanted) -> String {
    let label = clean::line(&disk.label, 100);
    match &disk.custody {
        Some(custody) => format!("{label}, que se guarda en: {}", clean::line(custody, 200)),
        None => label,
    }
}

/// A disk took the place of the one whose turn it was; `next` is the one whose turn comes the week after.
pub fn stand_in(plan: &str, slot: DateTime<FixedOffset>, due: &Wanted, by: &str, next: &Wanted) -> Notice {
    let (plan, by, label) = (clean::line(plan, 100), clean::line(by, 100), clean::line(&due.label, 100));
    let text = format!(
        "El turno del {} del plan «{plan}» le tocaba al disco {}.\n\nEse disco no estaba conectado, y la copia se hace en \
         el disco {by}. La copia que le falta a {label} queda anotada y se hace sola en cuanto lo conecte.",
        time(slot),
        placed(due),
    );
    let todo = format!("conecte el disco {label} cuando pueda; la próxima semana le toca al disco {}", placed(next));
    notice("stand_in", format!("La copia va al disco {by} en lugar de {label}: {plan}"), &text, &todo, false)
}

/// A disk came, and copies that it lacks are being made.
pub fn disk_came(disk: &str, copies: usize) -> Notice {
    let disk = clean::line(disk, 100);
    let (verb, number) = (if copies == 1 { "falta" } else { "faltan" }, count(copies, "copia", "copias"));
    let text = format!("El disco {disk} está conectado. Le {verb} {number}, que se están haciendo ahora.");
    let todo = "no lo desconecte todavía; se le avisará cuando estén completas";
    notice("disk_came", format!("Disco {disk} conectado: {number} por hacer"), &text, todo, false)
}

/// A disk has everything that it lacked.
pub fn all_copied(disk: &Wanted) -> Notice {
    let label = clean::line(&disk.label, 100);
    let text =
        format!("Al disco {label} ya no le falta ninguna copia: todas se leyeron de nuevo del disco y son iguales.");
    let back = match &disk.custody {
        Some(custody) => format!(" y guárdelo en su lugar ({})", clean::line(custody, 200)),
        None => String::new(),
    };
    let todo = format!("si quiere llevárselo, ejecute «resguardo disk eject {label}», espere a que lo confirme{back}");
    notice("all_copied", format!("Disco {label} al día: ya puede retirarse"), &text, &todo, false)
}

/// A copy could not be made on a disk that lacks it.
pub fn not_copied(disk: &str, archive: &str, why: &str) -> Notice {
    let (disk, archive, why) = (clean::line(disk, 100), clean::line(archive, 300), clean::line(why, 500));
    let text = format!(
        "No se pudo hacer la copia que le falta al disco {disk}: {archive}.\n\nMotivo: {why}\n\nNada a medias cuenta como \
         copia, y lo que ya estaba guardado sigue intacto."
    );
    let todo = format!("corrija el motivo y deje el disco {disk} conectado; la copia se intenta de nuevo sola");
    notice("not_copied", format!("COPIA PENDIENTE NO HECHA: {disk}"), &text, &todo, true)
}

/// A copy is not what it was.
pub fn copy_damaged(disk: &str, archive: &str, why: &str) -> Notice {
    let (disk, archive, why) = (clean::line(disk, 100), clean::line(archive, 300), clean::line(why, 500));
    let text = format!("En el disco {disk}, la copia {archive} está dañada.\n\nDetalle: {why}");
    let todo = format!(
        "no borre nada; conecte los otros discos que la tienen y ejecute «resguardo verify» para revisar el disco {disk}"
    );
    notice("copy_damaged", format!("COPIA DAÑADA en {disk}"), &text, &todo, true)
}

/// Of a backup that a disk lacks no good copy is left.
pub fn no_good_copy(disk: &str, archive: &str) -> Notice {
    let (disk, archive) = (clean::line(disk, 100), clean::line(archive, 300));
    let text = format!(
        "Al disco {disk} le falta la copia {archive}, y de ella no queda ningún ejemplar bueno: todos están dañados."
    );
    let todo = "haga una copia nueva con «resguardo backup», no borre las dañadas y averigüe qué disco está fallando";
    notice("no_good_copy", "SIN COPIA BUENA".to_owned(), &text, todo, true)
}

/// No disk is here, and these dumps wait on this machine for one.
pub fn spooled(plan: &str, datasets: &[String]) -> Notice {
    let plan = clean::line(plan, 100);
    let text = format!(
        "No hay ningún disco del plan «{plan}» conectado. Mientras tanto quedó a salvo en este equipo, pero todavía no \
         cuenta como copia:\n\n{}",
        list(datasets.iter().cloned())
    );
    let todo = "conecte un disco del plan antes de que termine el turno; lo que espera aquí pasa a él solo";
    notice("spooled", format!("Esperando disco, a salvo en este equipo: {plan}"), &text, todo, true)
}

/// A slot ended and none of the plan's disks had been connected. `turns` are those that take turns, the one first whose
/// turn comes next.
pub fn missed_for_disk(plan: &str, slot: DateTime<FixedOffset>, disks: &[Wanted], turns: &[Wanted]) -> Notice {
    let plan = clean::line(plan, 100);
    let mut text = format!(
        "El plan «{plan}» no completó las copias del turno del {} y ese turno ya terminó: no se conectó ninguno de sus \
         discos.",
        time(slot)
    );
    if !disks.is_empty() {
        text.push_str(&format!("\n\nDiscos del plan:\n\n{}", list(disks.iter().map(placed))));
    }
    if !turns.is_empty() {
        text.push_str(&format!(
            "\n\nDiscos que se turnan; ahora le toca al primero:\n\n{}",
            list(turns.iter().map(placed))
        ));
    }
    let todo = match disks.iter().chain(turns).next() {
        Some(disk) => format!(
            "conecte el disco {}; la copia del turno nuevo sigue sola en cuanto aparezca. El turno terminado queda en el \
             registro como perdido",
            placed(disk)
        ),
        None => "conecte un disco del plan".to_owned(),
    };
    notice("slot_missed", format!("TURNO PERDIDO por falta de disco: {plan}"), &text, &todo, true)
}
