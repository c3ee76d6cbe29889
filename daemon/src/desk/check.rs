//! What a ruling, an extension and an exception must hold before they exist.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::acts::{LINE_MAX, Now, TEXT_MAX};
use super::people::Actor;
use super::ticket::{Case, Cause, Exception, ExceptionKind, Extension, Ruling, RulingKind, State};
use super::{Refused, text};

/// The longest extension, in days from today; the procedure gives no length, and a year is no extension any more.
const EXTENSION_DAYS_MAX: u64 = 365;

/// A ruling as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What was found.
    pub findings: String,
    /// What was done.
    pub actions: String,
    /// What is recommended.
    pub recommendation: String,
    /// Parts to be replaced or repaired.
    pub parts: String,
}

impl Draft {
    /// Issues it.
    ///
    /// # Errors
    /// [`Refused::Field`]: what was found is always said; what was done, when it closes; which parts, when it is about them.
    pub(super) fn issue(&self, kind: RulingKind, who: &Actor, now: Now) -> Result<Ruling, Refused> {
        Ok(Ruling {
            id: 0,
            number: String::new(),
            kind,
            findings: text::lines("findings", &self.findings, TEXT_MAX, true)?,
            actions: text::lines("actions", &self.actions, TEXT_MAX, kind == RulingKind::Closing)?,
            recommendation: text::lines("recommendation", &self.recommendation, TEXT_MAX, false)?,
            parts: text::lines("parts", &self.parts, TEXT_MAX, kind == RulingKind::Parts)?,
            issued: now.at,
            issued_by: who.id,
            delivered_to: None,
            delivered: None,
            acknowledged: None,
        })
    }
}

/// That nothing waits for a decision.
pub(super) fn nothing_pending(case: &Case) -> Result<(), Refused> {
    if case.extensions.iter().any(|one| one.decision.is_none()) {
        return Err(Refused::Pending("ampliación"));
    }
    if case.exceptions.iter().any(|one| one.decision.is_none()) {
        return Err(Refused::Pending("excepción"));
    }
    Ok(())
}

/// Whether a ticket may be extended to a day, whatever else is said of it.
///
/// # Errors
/// [`Refused::Day`].
pub fn new_limit_of(
    case: &Case,
    new_limit: NaiveDate,
    now: Now,
    is_business: &dyn Fn(NaiveDate) -> bool,
) -> Result<(), Refused> {
    let wrong = |why: &str| Err(Refused::Day { day: new_limit, why: why.to_owned() });
    if new_limit <= now.day {
        return wrong("escriba un día después de hoy");
    }
    if new_limit <= case.ticket.last_limit {
        return wrong("el plazo ya llega hasta ese día; escriba uno posterior");
    }
    if now.day.checked_add_days(Days::new(EXTENSION_DAYS_MAX)).is_none_or(|most| new_limit > most) {
        return wrong("está a más de un año; escriba uno más cercano");
    }
    if !is_business(new_limit) {
        return wrong("no es día hábil; escriba el día hábil anterior o el siguiente");
    }
    Ok(())
}

/// Proposes a new limit.
pub(super) fn extend(
    case: &mut Case,
    who: &Actor,
    (cause, reason, new_limit): (Cause, &str, NaiveDate),
    ruling: &Draft,
    now: Now,
    is_business: &dyn Fn(NaiveDate) -> bool,
) -> Result<(&'static str, Value), Refused> {
    if case.extensions.iter().any(|one| one.decision.is_none()) {
        return Err(Refused::Pending("ampliación"));
    }
    let reason = text::lines("reason", reason, TEXT_MAX, true)?;
    new_limit_of(case, new_limit, now, is_business)?;
    let kind = match cause {
        Cause::System => RulingKind::System,
        Cause::Parts => RulingKind::Parts,
    };
    case.rulings.push(ruling.issue(kind, who, now)?);
    let late = now.day > case.ticket.last_limit;
    case.extensions.push(Extension {
        id: 0,
        cause,
        reason: reason.clone(),
        new_limit,
        ruling: case.rulings.len() - 1,
        proposed: now.at,
        proposed_by: who.id,
        late,
        decision: None,
    });
    Ok(("extension_proposed", json!({ "cause": cause, "reason": reason, "new_limit": new_limit, "late": late })))
}

/// Registers that it hangs on others.
pub(super) fn except(
    case: &mut Case,
    who: &Actor,
    (kind, reason, reference): (ExceptionKind, &str, &str),
    now: Now,
) -> Result<(&'static str, Value), Refused> {
    if case.exceptions.iter().any(|one| one.decision.is_none()) {
        return Err(Refused::Pending("excepción"));
    }
    let reason = text::lines("reason", reason, TEXT_MAX, true)?;
    let reference = text::line("reference", reference, LINE_MAX, true)?;
    let late = now.day > case.ticket.last_limit;
    case.exceptions.push(Exception {
        id: 0,
        kind,
        reason: reason.clone(),
        reference: reference.clone(),
        registered: now.at,
        registered_by: who.id,
        late,
        decision: None,
    });
    case.ticket.state = State::Waiting;
    Ok(("exception_registered", json!({ "kind": kind, "reason": reason, "reference": reference, "late": late })))
}
