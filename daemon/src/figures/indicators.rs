//! The indicators of a month, exactly as the procedure defines them (7.7); I3 is of a semester and stands elsewhere. It may not know
//! how a report looks.

use super::fraction::{Fraction, decimal};
use super::monthly::{Monthly, Requests};

/// The business day by which a report is delivered (R112).
pub const REPORT_DAY: u32 = 10;

/// An indicator of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// `I1`.
    pub code: &'static str,
    /// Its name, in Spanish.
    pub name: &'static str,
    /// How it is computed, in Spanish.
    pub formula: &'static str,
    /// What it comes to.
    pub value: Value,
}

/// What an indicator comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A share; with the percentage that it is to reach, where there is one.
    Share(Fraction, Option<u64>),
    /// A mean of business days.
    Mean(Fraction),
    /// Twice a median of business days; none without data.
    MedianTwice(Option<i64>),
    /// A number.
    Count(i64),
    /// The business day of the delivery; none before it.
    Delivered(Option<u32>),
}

impl Value {
    /// Its unit, in Spanish.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Share(..) => "%",
            Self::Mean(_) | Self::MedianTwice(_) => "días hábiles",
            Self::Count(_) => "solicitudes",
            Self::Delivered(_) => "día hábil",
        }
    }

    /// The result as it is read, in Spanish.
    pub fn text(self) -> String {
        let none = || "sin datos".to_owned();
        match self {
            Self::Share(fraction, target) => {
                fraction.percent_hundredths(target).map_or_else(none, |shown| format!("{} %", decimal(shown)))
            }
            Self::Mean(fraction) => fraction.hundredths().map_or_else(none, decimal),
            Self::MedianTwice(Some(twice)) if twice % 2 == 0 => (twice / 2).to_string(),
            Self::MedianTwice(Some(twice)) => format!("{}.5", twice / 2),
            Self::MedianTwice(None) | Self::Delivered(None) => none(),
            Self::Count(count) => count.to_string(),
            Self::Delivered(Some(day)) if day <= REPORT_DAY => format!("sí (día hábil {day})"),
            Self::Delivered(Some(day)) => format!("no (día hábil {day})"),
        }
    }

    /// What it is to reach, in Spanish; none where it only informs.
    pub fn target(self) -> Option<String> {
        match self {
            Self::Share(_, target) => target.map(|percent| format!("{percent} %")),
            Self::Delivered(_) => Some(format!("a más tardar el día hábil {REPORT_DAY}")),
            Self::Mean(_) | Self::MedianTwice(_) | Self::Count(_) => None,
        }
    }

    /// Whether it is reached, compared exactly; none without data or target.
    pub fn is_met(self) -> Option<bool> {
        match self {
            Self::Share(fraction, target) => fraction.reaches(target?),
            Self::Delivered(day) => day.map(|day| day <= REPORT_DAY),
            Self::Mean(_) | Self::MedianTwice(_) | Self::Count(_) => None,
        }
    }

    /// The target in hundredths of its unit, for the line in a chart; none where it only informs.
    pub fn target_hundredths(self) -> Option<i64> {
        match self {
            Self::Share(_, target) => i64::try_from(target?.saturating_mul(100)).ok(),
            Self::Delivered(_) => Some(i64::from(REPORT_DAY) * 100),
            Self::Mean(_) | Self::MedianTwice(_) | Self::Count(_) => None,
        }
    }

    /// Numerator and denominator, where it is a quotient.
    pub fn fraction(self) -> Option<Fraction> {
        match self {
            Self::Share(fraction, _) | Self::Mean(fraction) => Some(fraction),
            Self::MedianTwice(_) | Self::Count(_) | Self::Delivered(_) => None,
        }
    }

    /// The result in hundredths of its unit, for a chart; none without data.
    pub fn hundredths(self) -> Option<i64> {
        match self {
            Self::Share(fraction, target) => fraction.percent_hundredths(target),
            Self::Mean(fraction) => fraction.hundredths(),
            Self::MedianTwice(twice) => Some(twice? * 50),
            Self::Count(count) => count.checked_mul(100),
            Self::Delivered(day) => Some(i64::from(day?) * 100),
        }
    }
}

/// The indicators of a month, in their order.
pub fn indicators(of: &Monthly) -> Vec<Indicator> {
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let met = count(of.weeks.iter().filter(|week| week.is_met()).count());
    let mut all = of_verdicts(&of.requests);
    all.push(indicator(
        "I4",
        "Respaldo semanal",
        "semanas en que cada fuente requerida tiene un respaldo verificado en FO-06 / semanas que terminan en el mes × 100",
        Value::Share(Fraction::of(met, count(of.weeks.len())), Some(100)),
    ));
    all.push(indicator(
        "I5",
        "Oportunidad del informe",
        "día hábil de la primera entrega del informe, contado desde el mes siguiente",
        Value::Delivered(of.delivered),
    ));
    all.extend(of_times(&of.requests));
    all
}

fn indicator(code: &'static str, name: &'static str, formula: &'static str, value: Value) -> Indicator {
    Indicator { code, name, formula, value }
}

fn share(part: i64, whole: i64) -> Value {
    Value::Share(Fraction::of(part, whole), None)
}

/// What plazo and requesters say of the service.
fn of_verdicts(of: &Requests) -> Vec<Indicator> {
    let rated = of.satisfied + of.unsatisfied;
    vec![
        indicator(
            "I1",
            "Solicitudes conformes por plazo",
            "(conformes + conformes con ampliación) / (atendidas − exceptuadas) × 100",
            share(of.kept + of.kept_extended, of.attended - of.excepted),
        ),
        indicator(
            "I1b",
            "Solicitudes conformes por plazo, estricto",
            "conformes / atendidas × 100",
            share(of.kept, of.attended),
        ),
        indicator(
            "I2",
            "Calificación conforme",
            "calificadas «conforme» / calificadas × 100, de las finalizadas en el mes",
            share(of.satisfied, rated),
        ),
        indicator("I2.1", "Tasa de respuesta", "calificadas / finalizadas × 100", share(rated, of.finished)),
    ]
}

/// How long it takes, and what stays behind: for information.
fn of_times(of: &Requests) -> Vec<Indicator> {
    vec![
        indicator(
            "I6.1",
            "Tiempo medio de atención",
            "días hábiles de las atendidas / atendidas",
            Value::Mean(Fraction::of(of.waited, of.waited_of)),
        ),
        indicator(
            "I6.2",
            "Mediana del tiempo de atención",
            "mediana de los días hábiles de las atendidas",
            Value::MedianTwice(of.median_twice),
        ),
        indicator("I6.3", "Pendientes al cierre", "abiertas al terminar el mes", Value::Count(of.pending)),
        indicator(
            "I6.4",
            "Ampliadas",
            "atendidas con ampliación confirmada / atendidas × 100",
            share(of.extended, of.attended),
        ),
        indicator("I6.5", "Exceptuadas", "exceptuadas / atendidas × 100", share(of.excepted, of.attended)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_indicator_without_data_says_so_and_is_neither_met_nor_missed() {
        for value in [
            Value::Share(Fraction { part: 0, whole: 0 }, Some(80)),
            Value::Mean(Fraction { part: 0, whole: 0 }),
            Value::MedianTwice(None),
            Value::Delivered(None),
        ] {
            assert_eq!((value.text().as_str(), value.is_met(), value.hundredths()), ("sin datos", None, None));
        }
    }

    #[test]
    fn the_tenth_business_day_is_in_time_and_the_eleventh_is_not() {
        let said = |day| (Value::Delivered(Some(day)).text(), Value::Delivered(Some(day)).is_met());
        assert_eq!(said(10), ("sí (día hábil 10)".to_owned(), Some(true)));
        assert_eq!(said(11), ("no (día hábil 11)".to_owned(), Some(false)));
    }

    #[test]
    fn the_indicators_of_requests_are_those_of_the_procedure() {
        let of = Requests {
            attended: 179,
            kept: 161,
            kept_extended: 9,
            late: 5,
            excepted: 4,
            finished: 179,
            satisfied: 132,
            unsatisfied: 3,
            ..Requests::default()
        };
        let said = |indicator: &Indicator| (indicator.code, indicator.value.text());
        let said: Vec<_> = of_verdicts(&of).iter().map(said).collect();
        let texts = [("I1", "97.14 %"), ("I1b", "89.94 %"), ("I2", "97.78 %"), ("I2.1", "75.42 %")];
        assert_eq!(said, texts.map(|(code, text)| (code, text.to_owned())));
    }
}
