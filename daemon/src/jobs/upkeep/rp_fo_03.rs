//! The indicator of a semester, form DIACO-RP-FO-03 (R070, R071), of the figures as they were delivered. It may not know how it looks on
//! paper.

use chrono::{DateTime, NaiveDateTime, Timelike as _, Utc};
use resguardo_forms_model::rp_fo_03::{Action, Indicator, Indicators};
use resguardo_forms_model::{Attachment, Delivered, Form, Line, Point, Record, Signature, Text};

use super::UpkeepError;
use super::semester::{View, delivered};
use crate::figures::upkeep::{Semestral, TARGET};
use crate::jobs::office::Office;
use crate::jobs::people::by::By;
use crate::jobs::quality::sheet::{About, sheet};
use crate::store::semester_reports::{FrozenSemester, SemesterReport};
use crate::upkeep::semester::Semester;

/// The record of a semester's indicator, or of one of its revisions; of the last one that was delivered where none is asked for.
///
/// # Errors
/// [`UpkeepError::NotFound`] where none was delivered.
pub async fn record(
    office: Office<'_>,
    by: By<'_>,
    semester: Semester,
    revision: Option<u32>,
) -> Result<Record, UpkeepError> {
    let (view, report, frozen) = delivered(office, by, semester, revision).await?;
    let told = Told { office, view: &view, report: &report, frozen: &frozen };
    let figures = &frozen.figures;
    let attached = figures.attached.iter().filter_map(|one| {
        Some(Attachment { name: Line::from(&one.name), bytes: one.bytes, sha256: one.sha256.parse().ok()? })
    });
    let content = Indicators {
        process: Line::from("Informática"),
        period: Line::from(semester.to_string()),
        revision: report.revision,
        indicators: vec![told.indicator(figures)].into(),
        attached: attached.collect::<Vec<_>>().into(),
        delivered: Some(Delivered {
            at: told.civil(frozen.at),
            business_day: frozen.business_day,
            received_by: report.received.map(|(_, by)| told.name(by)),
            received: report.received.map(|(at, _)| told.civil(at)),
        }),
    };
    let revision = if report.revision > 1 { format!("-R{}", report.revision) } else { String::new() };
    let about = About {
        form: Form::RpFo03,
        made: frozen.day,
        issued: frozen.day,
        record: format!("RP-FO-03-{}{revision}", semester.word()),
        signatures: told.signatures(),
    };
    Ok(Record::RpFo03(Box::new(sheet(office, about, content).await?)))
}

/// An indicator that was delivered, being told.
struct Told<'a> {
    office: Office<'a>,
    view: &'a View,
    report: &'a SemesterReport,
    frozen: &'a FrozenSemester,
}

impl Told<'_> {
    fn indicator(&self, of: &Semestral) -> Indicator {
        let indicator = of.indicator();
        let fraction = indicator.value.fraction();
        let past = of.before.iter().map(|past| (past.semester.clone(), past.hundredths));
        let trend = past.chain([(of.semester.clone(), indicator.value.hundredths())]);
        let point = |(period, hundredths)| Point { period: Line::from(period), hundredths };
        let text = |text: &str| (!text.is_empty()).then(|| Text::from(text));
        let action = text(&self.report.said.deed).map(|text| Action {
            kind: Line::from(if indicator.value.is_met() == Some(false) { "correctiva" } else { "de mejora" }),
            text,
            responsible: Line::from("Jefatura del DTI"),
            due: None,
        });
        Indicator {
            code: Line::from(indicator.code),
            name: Line::from(indicator.name),
            objective: Some(Text::from("Mantener los equipos de cómputo en buen estado, según el programa aprobado.")),
            formula: Text::from(indicator.formula),
            unit: Line::from(indicator.value.unit()),
            target: Some(Line::from(format!("≥ {TARGET} %"))),
            target_hundredths: i64::try_from(TARGET.saturating_mul(100)).ok(),
            frequency: Line::from("semestral"),
            responsible: Some(Line::from("Jefatura del DTI")),
            source: Some(Line::from("FO-02 y FO-03")),
            numerator: fraction.map(|fraction| fraction.part),
            denominator: fraction.map(|fraction| fraction.whole),
            result: Line::from(indicator.value.text()),
            met: indicator.value.is_met(),
            trend: trend.map(point).collect::<Vec<_>>().into(),
            analysis: Some(Text::from(self.analysis(of))),
            causes: text(&self.report.said.causes),
            action,
        }
    }

    /// What the head wrote, and what else has to be known of the figures.
    fn analysis(&self, of: &Semestral) -> String {
        let mut told = vec![self.report.said.analysis.clone()];
        if !self.report.reason.is_empty() {
            told.push(format!("Esta revisión corrige la anterior: {}", self.report.reason));
        }
        told.push(format!(
            "Ejecutados en el semestre: {}; después de él: {}; no ejecutados: {}; reprogramaciones: {}.",
            of.items.done, of.items.late, of.items.not_done, of.rescheduled
        ));
        for left in &of.retired {
            let day = left.day.format("%d-%m-%Y");
            told.push(format!("Retirado: {}, de baja desde el {day} por {}.", left.code, left.document));
        }
        told.join("\n")
    }

    fn signatures(&self) -> Vec<Signature> {
        let block = |act: &str, done: Option<(DateTime<Utc>, i64)>, what: &str| {
            let face = done.and_then(|(_, by)| self.view.faces.get(&by));
            let at = done.map(|(at, _)| self.civil(at));
            Signature {
                act: Line::from(act),
                name: face.map(|face| Line::from(&face.name)),
                post: face.filter(|face| !face.post.is_empty()).map(|face| Line::from(&face.post)),
                date: at.map(|at| at.date()),
                note: at.map(|at| Line::from(format!("{what} en el sistema el {}", at.format("%d-%m-%Y a las %H:%M")))),
            }
        };
        vec![
            block("Elaborado por (jefe DTI)", Some((self.frozen.at, self.frozen.by)), "Entregado"),
            block("Revisado por", None, ""),
            block("Recibido por (Gestión de Calidad)", self.report.received, "Recibido"),
        ]
    }

    fn name(&self, id: i64) -> Line {
        Line::from(self.view.faces.get(&id).map_or("", |face| &face.name))
    }

    /// A moment as the clocks on the walls showed it, to the second.
    fn civil(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let civil = at.with_timezone(&self.office.config.time_zone).naive_local();
        civil.with_nanosecond(0).unwrap_or(civil)
    }
}
