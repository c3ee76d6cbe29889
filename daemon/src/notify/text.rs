//! What is told, in Spanish: one thing a message, and in each what happened, where, and what to do now. Pure functions;
//! they may not know whom it is told.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use super::clean;
use super::spanish::{count, list, row, time, time_to_the_second};
use crate::units;

/// What is told of one thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its kind, for programs.
    pub kind: &'static str,
    /// One line.
    pub subject: String,
    /// Some lines.
    pub text: String,
    /// Whether somebody has to do something soon.
    pub urgent: bool,
}

/// A dataset that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// The size of its archives.
    pub size_bytes: u64,
    /// The disks that have it.
    pub disks: Vec<String>,
}

/// A dataset that was not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// Why.
    pub reason: String,
}

/// A disk that should be plugged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What is written on it.
    pub label: String,
    /// Where it is kept.
    pub custody: Option<String>,
    /// What it is wanted for.
    pub why: String,
}

/// A copy that a disk should have and has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// `SERVER/DATASET`.
    pub dataset: String,
    /// The disk.
    pub disk: String,
    /// Why.
    pub why: String,
}

/// Everything of a slot was kept, in time or late.
pub fn plan_kept(plan: &str, slot: DateTime<FixedOffset>, kept: &[Kept], late: bool, took: Duration) -> Notice {
    let plan = clean::line(plan, 100);
    let (how, todo) = if late {
        (" con atraso", "las copias están completas; averigüe por qué empezaron o terminaron tarde")
    } else {
        ("", "nada; las copias están completas")
    };
    let lines = list(kept.iter().map(|kept| {
        let size = units::bytes(kept.size_bytes);
        format!("{}: {size} en {}", kept.dataset, row(&kept.disks))
    }));
    let text = format!(
        "El plan «{plan}» guardó {}{how}.\n\nTurno: {}.\nDuración: {}.\n\n{lines}",
        count(kept.len(), "conjunto de datos", "conjuntos de datos"),
        time(slot),
        units::duration(took),
    );
    let kind = if late { "plan_late" } else { "plan_kept" };
    notice(kind, format!("Copia hecha{how}: {plan}"), &text, todo, false)
}

/// An attempt has failed; `next` is when the next one begins, unless it was the last.
pub fn plan_failed(plan: &str, attempts: u32, next: Option<DateTime<FixedOffset>>, failures: &[Failure]) -> Notice {
    let plan = clean::line(plan, 100);
    let lines = list(failures.iter().map(|failure| format!("{}: {}", failure.dataset, failure.reason)));
    let attempts = match attempts {
        1 => "Se intentó una vez.".to_owned(),
        many => format!("Se intentó {many} veces."),
    };
    let next = match next {
        Some(at) => format!("El próximo intento empieza el {}.", time(at)),
        None => "No habrá otro intento en este turno.".to_owned(),
    };
    let text = format!("El plan «{plan}» no pudo guardar:\n\n{lines}\n\n{attempts} {next}");
    let todo = "corrija lo que dicen los motivos; «resguardo check» revisa la configuración y «resguardo backup» repite \
                la copia";
    notice("plan_failed", format!("COPIA FALLIDA: {plan}"), &text, todo, true)
}

/// A slot ended without all of its copies.
pub fn slot_missed(plan: &str, slot: DateTime<FixedOffset>, reason: &str) -> Notice {
    let plan = clean::line(plan, 100);
    let reason = clean::line(reason, 500);
    let text = format!(
        "El plan «{plan}» no completó las copias del turno del {} y ese turno ya terminó.\n\nMotivo: {reason}",
        time(slot)
    );
    let todo = "corrija el motivo y haga la copia a mano con «resguardo backup»; el turno queda en el registro como \
                perdido";
    notice("slot_missed", format!("TURNO PERDIDO: {plan}"), &text, todo, true)
}

/// A slot ended without all of its copies, as a person had said beforehand.
pub fn slot_excused(plan: &str, slot: DateTime<FixedOffset>, reason: &str) -> Notice {
    let plan = clean::line(plan, 100);
    let reason = clean::line(reason, 500);
    let text = format!(
        "El plan «{plan}» no hizo las copias del turno del {}, como se había avisado.\n\nJustificación: {reason}",
        time(slot)
    );
    let todo = "nada; el turno queda en el registro como justificado";
    notice("slot_excused", format!("Turno sin copia, justificado: {plan}"), &text, todo, false)
}

/// A plan waits for disks. `turns` are those of them of which one is enough, the one first that is due.
pub fn disk_wanted(plan: &str, disks: &[Wanted], turns: &[String]) -> Notice {
    let plan = clean::line(plan, 100);
    let lines = list(disks.iter().map(|disk| {
        let custody = disk.custody.as_deref().unwrap_or("lugar sin anotar");
        format!("{} (se guarda en: {custody}): {}", disk.label, disk.why)
    }));
    let mut text = format!("El plan «{plan}» espera:\n\n{lines}");
    let (subject, todo) = match (disks, turns) {
        ([only], _) => {
            let label = clean::line(&only.label, 100);
            let todo = format!("conecte el disco {label}; la copia sigue sola en cuanto aparezca");
            (format!("Conecte el disco {label}: {plan}"), todo)
        }
        (_, [due, others @ ..]) if disks.len() == turns.len() => {
            let label = clean::line(due, 100);
            text.push_str(&format!(
                "\n\nEsta semana le toca al disco {label}; si no lo tiene a mano, sirve {}.",
                either(others)
            ));
            let todo = format!("conecte el disco {label}; la copia sigue sola en cuanto aparezca");
            (format!("Conecte el disco {label}: {plan}"), todo)
        }
        (many, turns) => {
            if let [due, ..] = turns {
                let label = clean::line(due, 100);
                text.push_str(&format!("\n\nDe los que se turnan basta uno; esta semana le toca al disco {label}."));
            }
            let todo = "conecte los discos de la lista; la copia sigue sola en cuanto aparezcan".to_owned();
            (format!("Conecte {} discos: {plan}", many.len()), todo)
        }
    };
    notice("disk_wanted", subject, &text, &todo, true)
}

/// Any of these: `a`, `a o b`.
fn either(disks: &[String]) -> String {
    disks.iter().map(|disk| clean::line(disk, 100)).collect::<Vec<_>>().join(" o ")
}

/// Some copies are on fewer disks than the plan wants.
pub fn copies_missing(plan: &str, missing: &[Missing]) -> Notice {
    let plan = clean::line(plan, 100);
    let lines = list(missing.iter().map(|copy| format!("{} en {}: {}", copy.dataset, copy.disk, copy.why)));
    let number = count(missing.len(), "copia", "copias");
    let verb = if missing.len() == 1 { "Falta" } else { "Faltan" };
    let text = format!("Al plan «{plan}» le {} {number}:\n\n{lines}", verb.to_lowercase());
    let todo = "conecte los discos de la lista; cada copia que falta se hace sola en cuanto su disco aparece";
    notice("copies_missing", format!("{verb} {number}: {plan}"), &text, todo, true)
}

/// The service stopped while it made copies.
pub fn run_interrupted(plan: &str) -> Notice {
    let plan = clean::line(plan, 100);
    let text = format!(
        "El servicio se detuvo mientras hacía las copias del plan «{plan}». Lo que no terminó no cuenta como copia; lo \
         que ya estaba guardado sigue intacto."
    );
    let todo = "nada; la copia se retoma sola. Si se repite, revise la corriente eléctrica y el servidor";
    notice("run_interrupted", format!("Copia interrumpida: {plan}"), &text, todo, false)
}

/// The register does not say what it should.
pub fn register_damaged(what: &str) -> Notice {
    let what = clean::line(what, 500);
    let text = format!("El registro de las copias no concuerda consigo mismo o con sus firmas: {what}");
    let todo = "no borre ni corrija nada; guarde aparte una copia de la carpeta de Resguardo tal como está y averigüe \
                quién o qué la cambió";
    notice("register_damaged", "REGISTRO DAÑADO".to_owned(), &text, todo, true)
}

/// The clock of this machine stands earlier than what it has already recorded.
pub fn clock_put_back(from: DateTime<FixedOffset>, to: DateTime<FixedOffset>) -> Notice {
    let text = format!(
        "El reloj de este servidor fue atrasado.\n\nAntes: {}.\nAhora: {}.",
        time_to_the_second(from),
        time_to_the_second(to)
    );
    let todo = "compruebe la hora del servidor y su sincronización (timedatectl); mientras el reloj esté atrasado, los \
                turnos no son de fiar";
    notice("clock_put_back", "Reloj atrasado".to_owned(), &text, todo, true)
}

/// Nothing has happened; somebody wants to see whether a channel works.
pub fn test() -> Notice {
    let text = "Este es un mensaje de prueba de Resguardo. Si lo lee, este canal de avisos funciona.";
    notice("test", "Prueba de avisos".to_owned(), text, "nada", false)
}

pub(super) fn notice(kind: &'static str, subject: String, text: &str, todo: &str, urgent: bool) -> Notice {
    Notice { kind, subject, text: format!("{text}\n\nQué hacer ahora: {todo}.\n"), urgent }
}
