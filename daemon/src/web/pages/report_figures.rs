//! The figures of a month's report as its page shows them, each with the way to the list of what it counts. It may not know how they
//! are counted.

use super::board::Cell;
use super::board_list::{Figure, href};
use super::shown::sentence;
use super::trend::{Trend, trend};
use super::upkeep_list::href as counted_href;
use crate::desk::Verdict;
use crate::desk::ticket::Rating;
use crate::figures::fraction::decimal;
use crate::figures::indicators::{Indicator, indicators};
use crate::figures::month::Month;
use crate::figures::monthly::{Listed, Monthly, Share, Task, Waiting};
use crate::figures::weeks::Week;
use crate::jobs::monthly::month_short;
use crate::jobs::upkeep::month::Counted;
use crate::web::dates;

/// A figure with its name.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) cell: Cell,
}

/// A part of the requests.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) received: Cell,
    pub(super) attended: Cell,
    pub(super) pending: Cell,
}

/// A request that is named.
pub(super) struct Told {
    pub(super) number: String,
    pub(super) why: String,
    pub(super) unit: String,
    pub(super) entered: String,
    pub(super) limit: String,
    pub(super) attended: String,
    pub(super) cause: String,
}

/// An indicator.
pub(super) struct Result {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) formula: &'static str,
    pub(super) text: String,
    /// Numerator and denominator; empty where it is no quotient.
    pub(super) fraction: String,
    pub(super) target: String,
    pub(super) met: Option<bool>,
    /// Its course over the months before; none where there is no course yet.
    pub(super) trend: Option<Trend>,
}

/// A week of backups.
pub(super) struct OfWeek {
    pub(super) week: String,
    pub(super) days: String,
    pub(super) required: i64,
    pub(super) executed: i64,
    pub(super) verified: i64,
    pub(super) is_met: bool,
    pub(super) notes: String,
}

/// A request that waits for the ministry: its ticket, whose account, what, the ministry's ticket, since when, business days.
pub(super) struct Waits {
    pub(super) number: String,
    pub(super) person: String,
    pub(super) kind: String,
    pub(super) external: String,
    pub(super) since: String,
    pub(super) days: i64,
}

/// A task: when, what, who, hours, what shows it.
pub(super) struct Done {
    pub(super) day: String,
    pub(super) text: String,
    pub(super) by: String,
    pub(super) hours: String,
    pub(super) evidence: String,
}

/// All figures of a month.
pub(super) struct Shown {
    pub(super) until: String,
    pub(super) indicators: Vec<Result>,
    pub(super) requests: Vec<Fact>,
    pub(super) verdicts: Vec<Fact>,
    pub(super) ratings: Vec<Fact>,
    pub(super) parts: Vec<(&'static str, Vec<Part>)>,
    pub(super) listed: Vec<Told>,
    pub(super) unlisted: i64,
    pub(super) accounts: Vec<Fact>,
    pub(super) waiting: Vec<Waits>,
    pub(super) weeks: Vec<OfWeek>,
    pub(super) drills: i64,
    pub(super) drills_right: i64,
    pub(super) head: String,
    /// Preventive maintenance; nothing where the report was delivered before it was counted.
    pub(super) maintenance: Vec<Fact>,
    pub(super) tasks: Vec<Done>,
}

fn fact(name: &str, count: i64, path: String) -> Fact {
    Fact { name: sentence(name), cell: Cell { count, path } }
}

impl Shown {
    /// Whether any indicator has a course to be drawn.
    pub(super) fn has_trends(&self) -> bool {
        self.indicators.iter().any(|one| one.trend.is_some())
    }

    pub(super) fn of(monthly: &Monthly) -> Self {
        let requests = &monthly.requests;
        let part = |title, key, shares: &[Share]| {
            (title, shares.iter().map(|share| of_share(monthly.month, key, share)).collect())
        };
        Self {
            until: dates::day(monthly.until),
            indicators: indicators(monthly).into_iter().map(|one| of_indicator(one, monthly)).collect(),
            requests: of_requests(monthly),
            verdicts: of_verdicts(monthly),
            ratings: of_ratings(monthly),
            parts: vec![
                part("Por categoría", "categoria", &requests.categories),
                part("Por unidad", "unidad", &requests.units),
                part("Por técnico", "tecnico", &requests.technicians),
            ],
            listed: requests.listed.iter().map(of_listed).collect(),
            unlisted: requests.unlisted,
            accounts: of_accounts(monthly),
            waiting: monthly.accounts.waiting.iter().map(of_waiting).collect(),
            weeks: monthly.weeks.iter().map(of_week).collect(),
            drills: monthly.drills,
            drills_right: monthly.drills_right,
            head: monthly.head.clone().unwrap_or_default(),
            maintenance: of_maintenance(monthly),
            tasks: monthly.tasks.iter().map(of_task).collect(),
        }
    }
}

fn of_requests(of: &Monthly) -> Vec<Fact> {
    let (month, requests) = (of.month, &of.requests);
    vec![
        fact("Recibidas", requests.received, href(month, Figure::Received, "")),
        fact("Atendidas", requests.attended, href(month, Figure::Attended, "")),
        fact("Pendientes al cierre", requests.pending, href(month, Figure::Pending, "")),
        fact("Anuladas", requests.void, href(month, Figure::Voided, "")),
    ]
}

fn of_verdicts(of: &Monthly) -> Vec<Fact> {
    let requests = &of.requests;
    let one = |verdict: Verdict, count| {
        let more = format!("&veredicto={}", verdict.word());
        fact(verdict.label(), count, href(of.month, Figure::Attended, &more))
    };
    vec![
        one(Verdict::Kept, requests.kept),
        one(Verdict::KeptExtended, requests.kept_extended),
        one(Verdict::Excepted, requests.excepted),
        one(Verdict::Late, requests.late),
    ]
}

fn of_ratings(of: &Monthly) -> Vec<Fact> {
    let (month, requests) = (of.month, &of.requests);
    let rated = |word: &str| href(month, Figure::Finished, &format!("&calificacion={word}"));
    let unrated = requests.finished - requests.satisfied - requests.unsatisfied;
    let discordant = |verdict: Verdict, rating: Rating, count| {
        let name = format!("Por plazo «{}», calificadas «{}»", verdict.label(), rating.label());
        let more = format!("&veredicto={}&calificacion={}", verdict.word(), rating.word());
        fact(&name, count, href(month, Figure::Attended, &more))
    };
    vec![
        fact("Finalizadas", requests.finished, href(month, Figure::Finished, "")),
        fact("Conforme", requests.satisfied, rated(Rating::Satisfied.word())),
        fact("Servicio no conforme", requests.unsatisfied, rated(Rating::Unsatisfied.word())),
        fact("Sin calificar", unrated, rated("sin")),
        discordant(Verdict::Kept, Rating::Unsatisfied, requests.kept_unsatisfied),
        discordant(Verdict::KeptExtended, Rating::Unsatisfied, requests.extended_unsatisfied),
        discordant(Verdict::Late, Rating::Satisfied, requests.late_satisfied),
    ]
}

fn of_share(month: Month, key: &str, share: &Share) -> Part {
    let more = format!("&{key}={}", share.id.map_or_else(|| "ninguna".to_owned(), |id| id.to_string()));
    let cell = |count, figure| Cell { count, path: href(month, figure, &more) };
    Part {
        name: share.name.clone(),
        received: cell(share.received, Figure::Received),
        attended: cell(share.attended, Figure::Attended),
        pending: cell(share.pending, Figure::Pending),
    }
}

fn of_indicator(one: Indicator, of: &Monthly) -> Result {
    let past = of.before.iter().map(|past| (month_short(past.month), past.results.get(one.code).copied()));
    let points: Vec<_> = past.chain([(month_short(of.month), one.value.hundredths())]).collect();
    let fraction = one.value.fraction().map(|fraction| format!("{} / {}", fraction.part, fraction.whole));
    let unit = match one.value.unit() {
        // What says it itself.
        "%" | "día hábil" | "solicitudes" => String::new(),
        unit => format!(" {unit}"),
    };
    let text = one.value.text();
    Result {
        code: one.code,
        name: one.name,
        formula: one.formula,
        text: if one.value.hundredths().is_some() { format!("{text}{unit}") } else { text },
        fraction: fraction.unwrap_or_default(),
        target: one.value.target().unwrap_or_default(),
        met: one.value.is_met(),
        trend: trend(one.name, &points, one.value.target_hundredths()),
    }
}

fn of_listed(one: &Listed) -> Told {
    Told {
        number: one.number.clone(),
        why: sentence(&one.why()),
        unit: one.unit.clone(),
        entered: dates::day(one.entered),
        limit: dates::day(one.limit),
        attended: dates::day(one.attended),
        cause: one.cause(),
    }
}

fn of_accounts(of: &Monthly) -> Vec<Fact> {
    let told = |kind: &str| href(of.month, Figure::Told, &format!("&tipo={kind}"));
    vec![
        fact("Creadas", of.accounts.created, told("creation")),
        fact("Reinicios de contraseña", of.accounts.reset, told("reset")),
        fact("Bajas informadas", of.accounts.deleted, href(of.month, Figure::Begun, "&tipo=deletion")),
    ]
}

fn of_maintenance(of: &Monthly) -> Vec<Fact> {
    let Some(one) = of.maintenance else { return Vec::new() };
    let fact = |counted: Counted, count| fact(counted.label(), count, counted_href(of.month, counted));
    vec![
        fact(Counted::Programmed, one.programmed),
        fact(Counted::Executed, one.executed),
        fact(Counted::Rescheduled, one.rescheduled),
        fact(Counted::Pending, one.pending),
    ]
}

fn of_waiting(one: &Waiting) -> Waits {
    Waits {
        number: one.number.clone(),
        person: one.person.clone(),
        kind: sentence(one.kind.label()),
        external: one.external.clone().unwrap_or_default(),
        since: dates::day(one.since),
        days: one.days,
    }
}

fn of_week(week: &Week) -> OfWeek {
    OfWeek {
        week: week.week.clone(),
        days: format!("{} a {}", dates::day(week.first), dates::day(week.last)),
        required: week.required,
        executed: week.executed,
        verified: week.verified,
        is_met: week.is_met(),
        notes: week.notes.join("; "),
    }
}

fn of_task(task: &Task) -> Done {
    Done {
        day: dates::day(task.day),
        text: task.text.clone(),
        by: task.by.clone(),
        hours: task.hours.map(decimal).unwrap_or_default(),
        evidence: task.evidence.clone(),
    }
}
