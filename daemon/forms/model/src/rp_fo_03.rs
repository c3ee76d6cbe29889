//! DIACO-RP-FO-03, *Informe y Análisis de Indicadores* (procedure, R070, R071, R111, 7.6 and 7.7).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::bounded::{Line, Rows, Text};
use crate::parts::{Attachment, Delivered, Point};

/// The indicators of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicators {
    /// The process: `Informática`.
    pub process: Line,
    /// The period: `Segundo semestre de 2026`.
    pub period: Line,
    /// 1, and more for later corrections.
    pub revision: u32,
    /// The indicators.
    #[serde(default)]
    pub indicators: Rows<Indicator>,
    /// What is attached: the copy of FO-02 (R071).
    #[serde(default)]
    pub attached: Rows<Attachment>,
    /// How it was delivered.
    pub delivered: Option<Delivered>,
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// `I3`.
    pub code: Line,
    /// Its name.
    pub name: Line,
    /// What it is for.
    pub objective: Option<Text>,
    /// How it is computed.
    pub formula: Text,
    /// `%`, `días hábiles`.
    pub unit: Line,
    /// The target in words: `≥ 80 %`; without one it is informative.
    pub target: Option<Line>,
    /// The target in hundredths of the unit, for the line in the chart.
    pub target_hundredths: Option<i64>,
    /// `mensual`, `semestral`.
    pub frequency: Line,
    /// Who answers for it.
    pub responsible: Option<Line>,
    /// Where the figures come from.
    pub source: Option<Line>,
    /// The numerator, where it is a quotient.
    pub numerator: Option<u64>,
    /// The denominator.
    pub denominator: Option<u64>,
    /// The result as it is to be read, rounded by whoever compared it exactly: `88,89 %`, `sin datos`.
    pub result: Line,
    /// Whether the target is met.
    pub met: Option<bool>,
    /// The periods before and this one, the oldest first.
    #[serde(default)]
    pub trend: Rows<Point>,
    /// What the figures say.
    pub analysis: Option<Text>,
    /// Why.
    pub causes: Option<Text>,
    /// What is done about it.
    pub action: Option<Action>,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// `correctiva`, `de mejora`.
    pub kind: Line,
    /// What.
    pub text: Text,
    /// Who.
    pub responsible: Line,
    /// Until when.
    pub due: Option<NaiveDate>,
}
