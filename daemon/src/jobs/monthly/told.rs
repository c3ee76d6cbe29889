//! What both forms of a month, FO-05 and RP-FO-03, say alike: their sheet, their signatures and the delivery. It may not know their
//! figures.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Timelike as _, Utc};
use resguardo_forms_model::{Delivered, Form, Line, Signature};

use crate::figures::month::Month;
use crate::jobs::office::Office;
use crate::jobs::quality::sheet::About;
use crate::store::desk_people::Face;
use crate::store::monthly_reports::{Frozen, MonthlyReport};

/// A moment as the clocks on the walls showed it, to the second.
fn civil(office: Office<'_>, at: DateTime<Utc>) -> NaiveDateTime {
    let civil = at.with_timezone(&office.config.time_zone).naive_local();
    civil.with_nanosecond(0).unwrap_or(civil)
}

/// A month as a chart names it: `oct 26`.
pub(super) fn short(month: Month) -> Line {
    Line::from(super::month_short(month))
}

/// A month as a form begins with it: `Octubre de 2026`.
pub(super) fn long(month: Month) -> Line {
    let name = super::month_name(month);
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    Line::from(format!("{first}{}", letters.as_str()))
}

/// A count as forms have it.
pub(super) fn count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// A report that was delivered, being told.
pub(super) struct Told<'a> {
    pub(super) office: Office<'a>,
    pub(super) report: &'a MonthlyReport,
    pub(super) frozen: &'a Frozen,
    pub(super) faces: &'a BTreeMap<i64, Face>,
}

impl Told<'_> {
    fn name(&self, id: i64) -> Line {
        Line::from(self.faces.get(&id).map_or("", |face| &face.name))
    }

    /// Who delivered it.
    pub(super) fn author(&self) -> Line {
        self.name(self.frozen.by)
    }

    /// How it was delivered and received.
    pub(super) fn delivered(&self) -> Delivered {
        Delivered {
            at: civil(self.office, self.frozen.at),
            business_day: self.frozen.business_day,
            received_by: self.report.received.map(|(_, by)| self.name(by)),
            received: self.report.received.map(|(at, _)| civil(self.office, at)),
        }
    }

    fn block(&self, act: &str, done: Option<(DateTime<Utc>, i64, &str)>) -> Signature {
        let face = done.and_then(|(_, by, _)| self.faces.get(&by));
        let at = done.map(|(at, ..)| civil(self.office, at));
        let note = done.zip(at).map(|((_, _, what), at)| {
            Line::from(format!("{what} en el sistema el {}", at.format("%d-%m-%Y a las %H:%M")))
        });
        Signature {
            act: Line::from(act),
            name: face.map(|face| Line::from(&face.name)),
            post: face.map(|face| Line::from(&face.post)),
            date: at.map(|at| at.date()),
            note,
        }
    }

    /// What stands around a form: who made, reviewed and received it. Printed again it is the same.
    pub(super) fn about(&self, form: Form, (author, reviewer): (&str, Option<&str>)) -> About {
        let code = form.code().trim_start_matches("DIACO-").trim_start_matches("IN-");
        let (month, revision) = (self.report.month, self.report.revision);
        let revision = if revision > 1 { format!("-R{revision}") } else { String::new() };
        let received = self.report.received.map(|(at, by)| (at, by, "Recibido"));
        let made = self.block(author, Some((self.frozen.at, self.frozen.by, "Entregado")));
        let reviewed = reviewer.map(|reviewer| self.block(reviewer, None));
        let received = self.block("Recibido por (Gestión de Calidad)", received);
        let signatures: Vec<Signature> = [Some(made), reviewed, Some(received)].into_iter().flatten().collect();
        About {
            form,
            made: self.frozen.day,
            issued: self.frozen.day,
            record: format!("{code}-{month}{revision}"),
            signatures,
        }
    }
}
