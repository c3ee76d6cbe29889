//! The lists of the other records: the register, the inventory, the programme, additional tasks, indicators. It may not know how they
//! are written.

use std::collections::BTreeMap;

use super::{ListError, Names, Part, Take};
use crate::figures::indicators::indicators as counted;
use crate::jobs::office::Office;
use crate::register::entry::{Entry, name, word};
use crate::store::error::StoreError;
use crate::tables::{Cell, Column, column};
use crate::upkeep::equipment::Equipment;
use crate::upkeep::semester::Semester;

/// Lines of the register that are read at once.
const BATCH: u32 = 1000;

pub(super) const REGISTER: &[Column] = &[
    column("Asiento", 10),
    column("Fecha", 19),
    column("Semana", 10),
    column("Plan", 14),
    column("Origen", 30),
    column("Archivos", 40),
    column("SHA-256", 40),
    column("Bytes", 14),
    column("Medios", 24),
    column("Verificación", 40),
    column("Prueba de restauración", 40),
    column("Resultado", 20),
    column("Intentos", 9),
    column("Responsable", 20),
    column("Directriz", 20),
    column("Observaciones", 50),
    column("Corrige", 10),
    column("Secuencia", 10),
    column("Hash anterior", 66),
    column("Hash", 66),
];

pub(super) const EQUIPMENT: &[Column] = &[
    column("Código", 14),
    column("Tipo", 14),
    column("Marca", 16),
    column("Modelo", 20),
    column("Serie", 20),
    column("Unidad", 26),
    column("Responsable", 16),
    column("Ubicación", 24),
    column("Nombre del responsable", 26),
    column("De baja desde", 14),
    column("Motivo de la baja", 30),
    column("Documento de la baja", 20),
];

pub(super) const ITEMS: &[Column] = &[
    column("Semestre", 10),
    column("Estado del programa", 20),
    column("Renglón", 8),
    column("Equipo", 14),
    column("Tipo", 14),
    column("Unidad", 26),
    column("Actividad", 40),
    column("Semana", 10),
    column("Lunes", 12),
    column("Técnico", 26),
];

pub(super) const TASKS: &[Column] = &[
    column("Día", 12),
    column("Tarea", 60),
    column("Quién", 26),
    column("Horas", 8),
    column("Evidencia", 30),
    column("Cuenta", 8),
];

pub(super) const INDICATORS: &[Column] = &[
    column("Mes", 9),
    column("Revisión", 9),
    column("Entregado", 12),
    column("Código", 8),
    column("Indicador", 44),
    column("Fórmula", 60),
    column("Parte", 9),
    column("Total", 9),
    column("Resultado", 12),
    column("Unidad", 10),
    column("Meta", 12),
    column("Cumple", 8),
];

pub(super) async fn register(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    let mut after = 0;
    loop {
        let batch = office.store.lines(after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = last.sequence;
        for line in batch {
            // What does not read, the chain's verification names.
            let Ok(entry) = Entry::parse(&line.text) else { continue };
            let day = entry.draft.at.date_naive();
            if part.first <= day && day <= part.last {
                take(row(entry, line.hash))?;
            }
        }
    }
}

fn row(entry: Entry, hash: String) -> Vec<Cell> {
    let called = entry.name();
    let Entry { draft: of, sequence, previous, .. } = entry;
    let files =
        |each: fn(&crate::register::entry::Archive) -> String| of.files.iter().map(each).collect::<Vec<_>>().join("; ");
    let bytes = of.files.iter().map(|file| file.bytes).sum::<u64>();
    let media: Vec<&str> = of.media.iter().map(|medium| medium.label.as_str()).collect();
    vec![
        called.into(),
        Cell::Moment(of.at.naive_local()),
        of.week.as_str().into(),
        of.plan.clone().into(),
        format!("{}/{}", of.origin.server, of.origin.name).into(),
        files(|file| file.name.clone()).into(),
        files(|file| file.sha256.to_string()).into(),
        Cell::Whole(i64::try_from(bytes).unwrap_or(i64::MAX)),
        media.join("; ").into(),
        of.verification.clone().into(),
        of.drill.clone().into(),
        word(&of.outcome).into(),
        Cell::Whole(i64::from(of.attempts)),
        of.responsible.as_str().into(),
        of.directive.clone().into(),
        of.notes.join("; ").into(),
        of.corrects.as_ref().map(|of| name(of.year, of.number)).into(),
        Cell::Whole(sequence),
        previous.into(),
        hash.into(),
    ]
}

pub(super) async fn equipment(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    let all = office.store.all_equipment().await?;
    let names = Names::of(office, all.iter().filter_map(|one| one.responsible).collect()).await?;
    for Equipment { about, unit, responsible, retired, .. } in all.into_iter().filter(|one| part.sees(one.unit)) {
        let login = responsible.and_then(|id| names.faces.get(&id)).map(|face| face.login.clone());
        let (day, reason, document) =
            retired.map_or((None, None, None), |one| (Some(one.day), Some(one.reason), Some(one.document)));
        take(vec![
            about.code.into(),
            about.kind.label().into(),
            about.brand.into(),
            about.model.into(),
            about.serial.into(),
            names.unit(Some(unit)),
            login.into(),
            about.location.into(),
            names.person(responsible),
            day.into(),
            reason.into(),
            document.into(),
        ])?;
    }
    Ok(())
}

pub(super) async fn items(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    let mut equipment: Option<BTreeMap<i64, Equipment>> = None;
    let (first, last) = (Semester::of(part.first), Semester::of(part.last));
    let next = |semester: &Semester| semester.next();
    for semester in std::iter::successors(first, next).take_while(|semester| Some(*semester) <= last) {
        let Some(programme) = office.store.programme(semester).await? else { continue };
        let items = office.store.programme_items(programme.id).await?;
        let pieces = match equipment.take() {
            Some(known) => known,
            None => by_id(office).await?,
        };
        let names = Names::of(office, items.iter().filter_map(|item| item.technician).collect()).await?;
        for item in items.into_iter().filter(|item| part.sees(item.unit)) {
            let piece = pieces.get(&item.equipment);
            take(vec![
                format!("{}-{}", semester.year(), semester.half()).into(),
                programme.state.label().into(),
                Cell::Whole(item.number),
                piece.map(|piece| piece.about.code.clone()).into(),
                piece.map(|piece| piece.about.kind.label()).into(),
                names.unit(Some(item.unit)),
                item.activity.into(),
                item.week.word().into(),
                item.week.monday().into(),
                names.person(item.technician),
            ])?;
        }
        equipment = Some(pieces);
    }
    Ok(())
}

async fn by_id(office: Office<'_>) -> Result<BTreeMap<i64, Equipment>, StoreError> {
    Ok(office.store.all_equipment().await?.into_iter().map(|piece| (piece.id, piece)).collect())
}

pub(super) async fn tasks(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    for month in part.months() {
        let (first, last) = (month.first().max(part.first), month.last().min(part.last));
        let tasks = office.store.additional_tasks(first, last).await?;
        let names = Names::of(office, tasks.iter().map(|task| task.done_by).collect()).await?;
        for task in tasks {
            take(vec![
                task.day.into(),
                task.text.into(),
                names.person(Some(task.done_by)),
                task.hours.map_or(Cell::Empty, Cell::Hundredths),
                task.evidence.into(),
                if task.void { "no" } else { "sí" }.into(),
            ])?;
        }
    }
    Ok(())
}

pub(super) async fn indicators(office: Office<'_>, part: &Part, take: Take<'_>) -> Result<(), ListError> {
    for month in part.months() {
        for report in office.store.reports_of(month).await? {
            let Some(frozen) = &report.frozen else { continue };
            for one in counted(&frozen.figures) {
                let fraction = one.value.fraction();
                let whole = |number: Option<u64>| {
                    number.and_then(|number| i64::try_from(number).ok()).map_or(Cell::Empty, Cell::Whole)
                };
                take(vec![
                    month.to_string().into(),
                    Cell::Whole(i64::from(report.revision)),
                    frozen.day.into(),
                    one.code.into(),
                    one.name.into(),
                    one.formula.into(),
                    whole(fraction.map(|fraction| fraction.part)),
                    whole(fraction.map(|fraction| fraction.whole)),
                    one.value.hundredths().map_or_else(|| one.value.text().into(), Cell::Hundredths),
                    one.value.unit().into(),
                    one.value.target().into(),
                    one.value.is_met().map(|met| if met { "sí" } else { "no" }).into(),
                ])?;
            }
        }
    }
    Ok(())
}
