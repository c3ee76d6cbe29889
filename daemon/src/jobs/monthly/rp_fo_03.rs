//! The indicators of a month, form DIACO-RP-FO-03 (R111), of the figures as they were delivered. It may not know how it looks on paper.

use resguardo_forms_model::rp_fo_03::{self, Indicators};
use resguardo_forms_model::{Form, Line, Point, Record, Text};

use super::MonthlyError;
use super::report::delivered;
use super::told::{Told, long, short};
use crate::figures::indicators::{Indicator, indicators};
use crate::figures::month::Month;
use crate::figures::monthly::Monthly;
use crate::jobs::desk::Caller;
use crate::jobs::office::Office;
use crate::jobs::quality::sheet::sheet;

/// The record of a month's indicators, or of those of a revision; of the last one that was delivered where none is asked for.
///
/// # Errors
/// [`MonthlyError::NotFound`] where none was delivered.
pub async fn record(
    office: Office<'_>,
    who: &Caller,
    month: Month,
    revision: Option<u32>,
) -> Result<Record, MonthlyError> {
    let (report, frozen, faces) = delivered(office, who, month, revision).await?;
    let told = Told { office, report: &report, frozen: &frozen, faces: &faces };
    let of = &frozen.figures;
    let content = Indicators {
        process: Line::from("Informática"),
        period: long(month),
        revision: report.revision,
        indicators: indicators(of).iter().map(|one| indicator(one, of)).collect::<Vec<_>>().into(),
        attached: Vec::new().into(),
        delivered: Some(told.delivered()),
    };
    let blocks = ("Elaborado por (jefe DTI)", Some("Revisado por"));
    Ok(Record::RpFo03(Box::new(sheet(office, told.about(Form::RpFo03, blocks), content).await?)))
}

fn indicator(one: &Indicator, of: &Monthly) -> rp_fo_03::Indicator {
    let fraction = one.value.fraction();
    let past = of.before.iter().map(|past| (past.month, past.results.get(one.code).copied()));
    let trend = past.chain([(of.month, one.value.hundredths())]);
    let point = |(month, hundredths)| Point { period: short(month), hundredths };
    rp_fo_03::Indicator {
        code: Line::from(one.code),
        name: Line::from(one.name),
        objective: None,
        formula: Text::from(one.formula),
        unit: Line::from(one.value.unit()),
        target: one.value.target().map(Line::from),
        target_hundredths: one.value.target_hundredths(),
        frequency: Line::from("mensual"),
        responsible: Some(Line::from("Jefatura del DTI")),
        source: Some(Line::from(if one.code == "I4" { "FO-06" } else { "FO-05" })),
        numerator: fraction.map(|fraction| fraction.part),
        denominator: fraction.map(|fraction| fraction.whole),
        result: Line::from(one.value.text()),
        met: one.value.is_met(),
        trend: trend.map(point).collect::<Vec<_>>().into(),
        analysis: None,
        causes: None,
        action: None,
    }
}
