//! The audit log, the newest line first. It may not know how its lines hang together.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::audit_words::{self, Names, Said};
use crate::desk::access::Action;
use crate::jobs::people::audit;
use crate::store::people_rows::{AuditFilter, AuditLine};
use crate::web::app::App;
use crate::web::dates;
use crate::web::failure::Failure;
use crate::web::fields::Fields;
use crate::web::form::{Choice, Form};
use crate::web::guard::percent;
use crate::web::page::{Page, show};
use crate::web::routes::{Access, Routes};
use crate::web::visit::{Asked, Visit};

/// Lines on a page.
const SIZE: usize = 100;
/// Letters that are searched for at most.
const WORDS_MAX: usize = 100;

/// What people read of each act; one that is not here is shown by its word.
const ACTS: &[(&str, &str)] = &[
    ("log_in", "Entró"),
    ("log_in_failed", "No logró entrar"),
    ("log_out", "Salió"),
    ("password_changed", "Cambió su contraseña"),
    ("password_wrong", "Falló su contraseña actual"),
    ("password_reset", "Dio una contraseña provisional"),
    ("user_created", "Agregó a la persona"),
    ("user_changed", "Cambió a la persona"),
    ("user_disabled", "Desactivó la cuenta"),
    ("user_enabled", "Activó la cuenta"),
    ("role_granted", "Dio un cargo"),
    ("role_revoked", "Quitó un cargo"),
    ("unit_created", "Agregó la unidad"),
    ("unit_changed", "Cambió la unidad"),
    ("equipment_added", "Agregó el equipo"),
    ("equipment_changed", "Cambió el equipo"),
    ("equipment_retired", "Dio de baja el equipo"),
    ("programme_drawn", "Elaboró el programa"),
    ("programme_item_changed", "Cambió un renglón"),
    ("programme_sent", "Envió el programa"),
    ("programme_approved", "Aprobó el programa"),
    ("programme_returned", "Devolvió el programa"),
    ("programme_distributed", "Entregó copias del programa"),
    ("programme_received", "Recibió la copia del programa"),
    ("programme_finished", "Finalizó el programa"),
    ("item_availability", "Informó si un equipo estará disponible"),
    ("item_rescheduled", "Reprogramó un renglón"),
    ("rescheduling_known", "Se dio por enterado de una reprogramación"),
    ("item_done", "Registró un mantenimiento"),
    ("item_not_done", "Registró un mantenimiento no ejecutado"),
    ("item_confirmed", "Dio su conformidad de un mantenimiento"),
    ("semester_written", "Redactó el indicador del semestre"),
    ("semester_delivered", "Entregó el indicador del semestre"),
    ("semester_received", "Acusó recibo del indicador del semestre"),
    ("semester_revised", "Empezó una revisión del indicador del semestre"),
    ("form_proposed", "Propuso un cambio del formato"),
    ("form_proposal_taken", "Aceptó la propuesta"),
    ("form_proposal_declined", "No aceptó la propuesta"),
    ("event_added", "Agregó el evento"),
    ("event_corrected", "Corrigió el evento"),
    ("signed_attached", "Adjuntó lo firmado"),
    ("task_added", "Agregó una tarea adicional"),
    ("task_corrected", "Corrigió una tarea adicional"),
    ("report_written", "Redactó el informe"),
    ("report_delivered", "Entregó el informe"),
    ("report_received", "Acusó recibo del informe"),
    ("directive_issued", "Emitió la directriz"),
    ("directive_read", "Acusó de enterado de la directriz"),
    ("feed_made", "Hizo una dirección de calendario"),
    ("feed_revoked", "Quitó su dirección de calendario"),
    ("report_revised", "Empezó una revisión del informe"),
    ("token_created", "Creó una clave de programa"),
    ("token_revoked", "Anuló una clave de programa"),
    ("form_published", "Publicó una versión"),
    ("backup_asked", "Pidió un respaldo"),
    ("run_cancelled", "Canceló la corrida"),
    ("drill_asked", "Pidió una prueba de restauración"),
    ("verify_asked", "Pidió releer las copias"),
    ("restore_asked", "Pidió restaurar en una carpeta"),
    ("pack_made", "Hizo un paquete de auditoría"),
];

pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::May(Action::SeeAudit), "/auditoria", list);
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    page: Page,
    form: Form,
    acts: Vec<Choice>,
    lines: Vec<Row>,
    first: String,
    next: String,
}

/// A line as it is shown.
struct Row {
    n: i64,
    at: String,
    actor: String,
    address: String,
    action: String,
    object: String,
    detail: Vec<Said>,
}

/// Who and what the lines name by their ids.
async fn names(app: &App, lines: &[AuditLine]) -> Result<Names, Failure> {
    let people: BTreeSet<i64> = lines.iter().flat_map(|line| audit_words::people(&line.detail)).collect();
    let people = app.store.faces(&people).await?;
    let units = app.store.units().await?;
    Ok(Names {
        people: people.into_iter().map(|(id, face)| (id, face.login)).collect(),
        units: units.into_iter().map(|unit| (unit.id, unit.name)).collect(),
    })
}

async fn list(State(app): State<Arc<App>>, visit: Visit, Asked(asked): Asked) -> Result<Response, Failure> {
    let text = |name: &str| asked.text(name).trim().chars().take(WORDS_MAX).collect::<String>();
    let (actor, object, action) = (text("quien"), text("que"), text("acto"));
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let before = asked.number("antes");
    let filter = AuditFilter { before, actor: some(&actor), object: some(&object), action: some(&action) };
    // One more than is shown says whether there are more.
    let limit = u32::try_from(SIZE + 1).unwrap_or(u32::MAX);
    let mut lines = audit::lines(app.office(), visit.by(), &filter, limit).await?;
    let more = lines.len() > SIZE;
    lines.truncate(SIZE);
    let query = format!("quien={}&que={}&acto={}", percent(&actor), percent(&object), percent(&action));
    let next = lines.last().filter(|_| more).map(|last| format!("/auditoria?{query}&antes={}", last.n));
    let names = names(&app, &lines).await?;
    let row = |line: AuditLine| Row {
        n: line.n,
        at: dates::moment(line.at, app.config.time_zone),
        actor: line.actor,
        address: line.address,
        action: ACTS
            .iter()
            .find(|(word, _)| *word == line.action)
            .map_or(line.action, |(_, label)| (*label).to_owned()),
        object: audit_words::object(&line.object),
        detail: audit_words::detail(&line.detail, &names),
    };
    show(&AuditPage {
        page: visit.page("Bitácora"),
        form: visit.form(Fields::of([("quien", actor), ("que", object), ("acto", action)])),
        acts: std::iter::once(Choice::new("", "Todo"))
            .chain(ACTS.iter().map(|(word, label)| Choice::new(*word, *label)))
            .collect(),
        lines: lines.into_iter().map(row).collect(),
        first: before.map(|_| format!("/auditoria?{query}")).unwrap_or_default(),
        next: next.unwrap_or_default(),
    })
}
