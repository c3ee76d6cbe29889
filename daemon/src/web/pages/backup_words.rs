//! The words in which pages speak of backups, and the buttons with which people ask for something. It may not know which page has them.

use chrono::{DateTime, Utc};

use crate::jobs::overview::{Cell, Need};
use crate::jobs::progress::Step;
use crate::store::rows::{Dataset, RunState};
use crate::units;
use crate::web::app::App;
use crate::web::dates;

/// A word with its tone.
pub(super) type Badge = (&'static str, &'static str);

/// A button that does something at once.
pub(super) struct Deed {
    pub(super) path: String,
    /// The field that it sends, and its text.
    pub(super) field: &'static str,
    pub(super) value: String,
    pub(super) label: &'static str,
}

impl Deed {
    fn new(path: &str, field: &'static str, value: &str, label: &'static str) -> Self {
        Self { path: path.to_owned(), field, value: value.to_owned(), label }
    }

    /// Begins a run of a plan or `SERVER/DATASET`, or several with commas.
    pub(super) fn back_up(name: &str, label: &'static str) -> Self {
        Self::new("/respaldos/iniciar", "nombre", name, label)
    }

    /// Drills a dataset.
    pub(super) fn drill(dataset: &str) -> Self {
        Self::new("/respaldos/probar", "conjunto", dataset, "Probar su restauración")
    }

    /// Reads all copies of a backup again.
    pub(super) fn verify(archive: &str) -> Self {
        Self::new("/respaldos/releer", "archivo", archive, "Releer sus copias")
    }

    /// Restores a backup.
    pub(super) fn restore(archive: &str) -> Self {
        Self::new("/respaldos/restaurar", "archivo", archive, "Restaurar en una carpeta del servidor")
    }

    /// Ends a run.
    pub(super) fn cancel(run: i64) -> Self {
        Self::new(&format!("/respaldos/corridas/{run}/cancelar"), "seguro", "1", "Cancelar la corrida")
    }
}

pub(super) fn of_cell(cell: Cell) -> Badge {
    match cell {
        Cell::Missed => ("perdido", "bad"),
        Cell::Open => ("pendiente", "warn"),
        Cell::Running => ("en curso", "calm"),
        Cell::Late => ("tarde", "warn"),
        Cell::Excused => ("excusado", "calm"),
        Cell::Done => ("hecho", "good"),
    }
}

pub(super) fn of_state(state: RunState) -> Badge {
    match state {
        RunState::Queued => ("en cola", "calm"),
        RunState::Running => ("en curso", "calm"),
        RunState::Waiting => ("espera un disco", "warn"),
        RunState::Kept => ("guardado", "good"),
        RunState::Partly => ("guardado en parte", "warn"),
        RunState::Failed => ("falló", "bad"),
        RunState::Interrupted => ("interrumpido", "bad"),
        RunState::Cancelled => ("cancelado", "calm"),
    }
}

pub(super) fn of_step(step: Step) -> &'static str {
    match step {
        Step::Connect => "conectándose al servidor",
        Step::Receive => "recibiendo el volcado",
        Step::Sync => "asegurando lo escrito en los discos",
        Step::ReadBack => "releyendo lo escrito",
        Step::Publish => "publicando el respaldo",
    }
}

pub(super) fn bytes(number: Option<i64>) -> String {
    number.and_then(|number| u64::try_from(number).ok()).map(units::bytes).unwrap_or_default()
}

pub(super) fn took(row: &Dataset) -> String {
    let took = row.started.zip(row.ended).and_then(|(began, ended)| (ended - began).to_std().ok());
    took.map(units::duration).unwrap_or_default()
}

fn days(number: i64) -> String {
    if number == 1 { "1 día".to_owned() } else { format!("{number} días") }
}

/// How long ago something was.
pub(super) fn ago(number: i64) -> String {
    if number < 1 { "hace menos de un día".to_owned() } else { format!("hace {}", days(number)) }
}

/// A moment as the institution's clocks show it; nothing for none.
pub(super) fn moment(app: &App, moment: Option<DateTime<Utc>>) -> String {
    moment.map(|moment| dates::moment(moment, app.config.time_zone)).unwrap_or_default()
}

/// Something that needs a hand: what is to be done, the cause as the program tells it, and the button for it.
pub(super) struct Want {
    pub(super) sentence: String,
    pub(super) cause: String,
    pub(super) deed: Option<Deed>,
}

/// What is to be done. Buttons are for who `may` use them.
pub(super) fn want(app: &App, need: Need, may: bool) -> Want {
    let at = |at| moment(app, Some(at));
    let (sentence, cause, deed) = match need {
        Need::Missed { plan, due, reason } => (
            format!(
                "Plan {plan}: no se guardó todo el respaldo del {}. Corrija la causa y respalde otra vez.",
                at(due)
            ),
            reason,
            Some(Deed::back_up(&plan, "Respaldar ahora")),
        ),
        Need::Retried { plan, due, next, reason } => (
            format!(
                "Plan {plan}: el respaldo del {} aún no está completo; se intentará otra vez el {}. Corrija la causa antes.",
                at(due),
                at(next)
            ),
            Some(reason),
            Some(Deed::back_up(&plan, "Intentar ahora")),
        ),
        Need::NoDisk { plan, disks } => {
            let which = disks.join(" o ");
            (format!("Plan {plan}: no está conectado ninguno de sus discos. Conecte {which}."), None, None)
        }
        Need::BadDisk { disk, state, why } => {
            let what = match state.as_str() {
                "other" => "en su lugar está otro disco. Conecte el que es",
                "read_only" => "no se puede escribir en él. Revíselo en el servidor",
                _ => "falla. Cámbielo cuanto antes y no lo use para nada más que restaurar",
            };
            (format!("Disco {disk}: {what}."), why, None)
        }
        Need::Owed { disk, copies, custody } => {
            let where_it_is = custody.map(|custody| format!(" (se guarda en: {custody})")).unwrap_or_default();
            let copies = if copies == 1 { "1 copia".to_owned() } else { format!("{copies} copias") };
            (format!("Conecte el disco {disk}{where_it_is}: le falta recibir {copies}."), None, None)
        }
        Need::Damaged { archive, disk } => (
            format!("La copia de {archive} en el disco {disk} está dañada. Ejecute resguardo disk repair {disk}."),
            None,
            Some(Deed::verify(&archive)),
        ),
        Need::Stale { dataset, days: old } => {
            let sentence = match old {
                Some(old) => format!("{dataset}: su último respaldo bueno tiene {}. Respáldelo.", days(old)),
                None => format!("{dataset}: todavía no tiene ningún respaldo bueno. Respáldelo."),
            };
            (sentence, None, Some(Deed::back_up(&dataset, "Respaldar ahora")))
        }
        Need::Undrilled { dataset, failed } => {
            let what = if failed {
                "NO se pudo restaurar en la última prueba. Avise al jefe del DTI y pruebe otra vez"
            } else {
                "hace demasiado que no se prueba su restauración. Pruébela"
            };
            (format!("{dataset}: {what}."), None, Some(Deed::drill(&dataset)))
        }
    };
    Want { sentence, cause: cause.unwrap_or_default(), deed: deed.filter(|_| may) }
}
