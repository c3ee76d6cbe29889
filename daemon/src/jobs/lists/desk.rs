//! The lists of the desk, in batches of tickets: however many there are, few are in memory. It may not know how they are written.

use std::collections::BTreeMap;

use super::{ListError, Names, Part, Take};
use crate::desk::ticket::{Mode, Rating, Ruling, Ticket};
use crate::jobs::office::Office;
use crate::store::desk_rows::Event;
use crate::store::error::StoreError;
use crate::store::of_period::OfTicket;
use crate::tables::{Cell, Column, column};

/// Tickets that are read at once.
const BATCH: u32 = 250;

pub(super) const TICKETS: &[Column] = &[
    column("Número", 16),
    column("Ingreso", 19),
    column("Solicitante", 26),
    column("Unidad", 26),
    column("Ubicación", 20),
    column("Categoría", 22),
    column("Equipo", 16),
    column("Asunto", 40),
    column("Descripción", 60),
    column("Estado", 16),
    column("Técnico", 26),
    column("Modalidad", 12),
    column("Límite", 12),
    column("Límite ampliado", 15),
    column("Atendida", 19),
    column("Finalizada", 19),
    column("Conformidad por plazo", 24),
    column("Calificación", 20),
    column("Motivo de anulación", 30),
];

pub(super) const EVENTS: &[Column] = &[
    column("Número", 16),
    column("Evento", 8),
    column("Momento", 19),
    column("Hecho", 24),
    column("Quién", 26),
    column("Detalle", 60),
];

pub(super) const RULINGS: &[Column] = &[
    column("Dictamen", 16),
    column("Número", 16),
    column("Clase", 26),
    column("Emitido", 19),
    column("Emitido por", 26),
    column("Hallazgos", 60),
    column("Acciones", 60),
    column("Recomendación", 40),
    column("Piezas", 30),
    column("Entregado a", 26),
    column("Entregado", 19),
    column("Acuse", 19),
];

pub(super) const RATINGS: &[Column] = &[
    column("Número", 16),
    column("Calificada", 19),
    column("Calificación", 20),
    column("Comentario", 60),
    column("Respuesta", 60),
    column("Respondida", 19),
    column("Solicitante", 26),
    column("Técnico", 26),
];

pub(super) const ACCOUNTS: &[Column] = &[
    column("Número", 16),
    column("Clase", 18),
    column("Persona", 26),
    column("Iniciada", 12),
    column("Formulario entregado", 19),
    column("Autorizada", 12),
    column("Autorizada por", 26),
    column("Formulario recibido", 19),
    column("Jefe inmediato", 26),
    column("Enviada al ministerio", 19),
    column("Número del ministerio", 20),
    column("Respondida", 12),
    column("Resultado", 18),
    column("Comunicada", 12),
];

/// Goes through the tickets of the part, a batch at a time.
async fn batches(
    office: Office<'_>,
    part: &Part,
    after: &mut i64,
) -> Result<Option<(Vec<Ticket>, (i64, i64))>, StoreError> {
    let batch = office.store.tickets_of(part.days(), *after, BATCH).await?;
    let ends = batch.first().map(|first| first.id).zip(batch.last().map(|last| last.id));
    Ok(ends.map(|(first, last)| {
        *after = last;
        (batch, (first, last))
    }))
}

pub(super) async fn tickets(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    let categories = office.store.categories().await?;
    let categories: BTreeMap<i64, String> = categories.into_iter().map(|one| (one.id, one.name)).collect();
    let mut after = 0;
    while let Some((batch, _)) = batches(office, part, &mut after).await? {
        let people = batch.iter().flat_map(|one| [Some(one.requester), one.assignee]).flatten().collect();
        let names = Names::of(office, people).await?;
        for one in batch {
            take(vec![
                one.number.into(),
                names.moment(Some(one.entered)),
                names.person(Some(one.requester)),
                names.unit(one.unit),
                one.location.into(),
                categories.get(&one.category).cloned().into(),
                one.equipment.into(),
                one.subject.into(),
                one.description.into(),
                one.state.label().into(),
                names.person(one.assignee),
                one.mode.map(Mode::label).into(),
                one.first_limit.into(),
                one.last_limit.into(),
                names.moment(one.attended),
                names.moment(one.finished),
                one.verdict.map(crate::desk::Verdict::label).into(),
                one.rating.map(Rating::label).into(),
                one.void_reason.into(),
            ])?;
        }
    }
    Ok(())
}

pub(super) async fn events(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    let mut after = 0;
    while let Some((_, ids)) = batches(office, part, &mut after).await? {
        let mut events = office.store.events_of(part.days(), ids).await?;
        // That something was said internally is itself internal.
        events.retain(|event| event.row.detail["internal"] != true);
        let names = Names::of(office, events.iter().filter_map(|event| event.row.actor).collect()).await?;
        for OfTicket { number, row } in events {
            let Event { n, at, kind, actor, detail, .. } = row;
            let detail =
                if detail.as_object().is_some_and(|all| all.is_empty()) { String::new() } else { detail.to_string() };
            take(vec![
                number.into(),
                Cell::Whole(n),
                names.moment(Some(at)),
                kind.into(),
                names.person(actor),
                detail.into(),
            ])?;
        }
    }
    Ok(())
}

pub(super) async fn rulings(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    let mut after = 0;
    while let Some((_, ids)) = batches(office, part, &mut after).await? {
        let rulings = office.store.rulings_of(part.days(), ids).await?;
        let people = rulings.iter().flat_map(|one| [Some(one.row.issued_by), one.row.delivered_to]).flatten();
        let names = Names::of(office, people.collect()).await?;
        for OfTicket { number: of, row } in rulings {
            let Ruling { number, kind, findings, actions, recommendation, parts, issued, .. } = row;
            take(vec![
                number.into(),
                of.into(),
                kind.label().into(),
                names.moment(Some(issued)),
                names.person(Some(row.issued_by)),
                findings.into(),
                actions.into(),
                recommendation.into(),
                parts.into(),
                names.person(row.delivered_to),
                names.moment(row.delivered),
                names.moment(row.acknowledged),
            ])?;
        }
    }
    Ok(())
}

pub(super) async fn ratings(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    let mut after = 0;
    while let Some((batch, _)) = batches(office, part, &mut after).await? {
        let rated: Vec<Ticket> = batch.into_iter().filter(|one| one.rating.is_some()).collect();
        let people = rated.iter().flat_map(|one| [Some(one.requester), one.assignee]).flatten().collect();
        let names = Names::of(office, people).await?;
        for one in rated {
            take(vec![
                one.number.into(),
                names.moment(one.rated),
                one.rating.map(Rating::label).into(),
                one.rating_comment.into(),
                one.answer.into(),
                names.moment(one.answered),
                names.person(Some(one.requester)),
                names.person(one.assignee),
            ])?;
        }
    }
    Ok(())
}

pub(super) async fn accounts(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    for one in office.store.accounts_of(part.days()).await? {
        let request = one.request;
        take(vec![
            one.number.into(),
            request.kind.label().into(),
            request.person.into(),
            request.started.into(),
            request.form_given.into(),
            request.authorized.into(),
            request.authorized_by.into(),
            request.received.into(),
            request.superior.into(),
            request.uploaded.into(),
            request.external_number.into(),
            request.answered.into(),
            request.outcome.map(crate::desk::account::Outcome::label).into(),
            request.told.into(),
        ])?;
    }
    Ok(())
}
