//! The directives for backups at work (R102): the head of informatics issues them, technicians say that they have read them, and quality
//! management reads along. It may not know pages.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::json;

use crate::desk::Refused;
use crate::desk::access::Action;
use crate::desk::directive::{Directive, checked, current};
use crate::desk::people::Role;
use crate::due::rules;
use crate::jobs::desk::calendar;
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::PeopleError;
use crate::jobs::people::by::By;
use crate::store::desk_people::Face;
use crate::store::desk_rows::NewLetter;
use crate::store::directives::Acknowledged;
use crate::store::error::StoreError;

/// Why a directive is not issued or acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum DirectiveError {
    /// What was asked for is not right; each is a field's.
    #[error("the directive is not as it must be")]
    Wrong(Vec<Refused>),
    /// They may not, or there is none that they could acknowledge.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// What the database says.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All directives as they are looked at.
#[derive(Debug, Clone)]
pub struct View {
    /// Today.
    pub today: NaiveDate,
    /// All of them, in the order of their days.
    pub directives: Vec<Directive>,
    /// Who has read which.
    pub acks: Vec<Acknowledged>,
    /// The technicians of today.
    pub technicians: Vec<i64>,
    /// Everybody who is named.
    pub faces: BTreeMap<i64, Face>,
}

/// All directives.
///
/// # Errors
/// [`PeopleError`].
pub async fn view(office: Office<'_>, by: By<'_>) -> Result<View, PeopleError> {
    by.may(Action::SeeDirectives)?;
    let today = now(office).day;
    let (directives, acks) = (office.store.directives().await?, office.store.directive_acks().await?);
    let technicians = office.store.holders(Role::Technician, today).await?;
    let mut people: BTreeSet<i64> = technicians.iter().copied().collect();
    people.extend(directives.iter().map(|directive| directive.issued_by));
    people.extend(acks.iter().map(|ack| ack.user));
    let faces = office.store.faces(&people).await?;
    Ok(View { today, directives, acks, technicians, faces })
}

/// Issues a directive, and tells every technician.
///
/// # Errors
/// [`DirectiveError`].
pub async fn issue(
    office: Office<'_>,
    by: By<'_>,
    text: &str,
    valid_from: Option<NaiveDate>,
) -> Result<Directive, DirectiveError> {
    by.may(Action::IssueDirective)?;
    let issued_by = by.actor().ok_or(PeopleError::NotAllowed)?.id;
    let now = now(office);
    let known = office.store.directives().await?;
    let (text, valid_from) = checked(&known, text, valid_from, now.day).map_err(DirectiveError::Wrong)?;
    let number = known.last().map_or(1, |last| last.number + 1);
    let directive = Directive { number, text, valid_from, issued: now.at, issued_by };
    let (_, days) = calendar::current(office, now.day).await?;
    let limit = days.add_business_days(now.day, rules::ACKNOWLEDGE_DAYS);
    let letter = |user: i64| NewLetter {
        key: format!("directriz_emitida/{number}/{user}"),
        user,
        template: "directriz_emitida".to_owned(),
        data: json!({
            "what": format!("directriz de respaldo {number}"),
            "limit": limit,
            "why": format!("rige desde el {}", valid_from.format("%d-%m-%Y")),
            "path": "/directrices",
        }),
    };
    let technicians = office.store.holders(Role::Technician, now.day).await?;
    let letters: Vec<NewLetter> = technicians.into_iter().filter(|&user| user != issued_by).map(letter).collect();
    let detail = json!({ "from": valid_from }).to_string();
    let line = by.draft(office, "directive_issued", format!("directive {number}"), detail);
    if office.store.issue_directive(&directive, &letters, &line).await? {
        Ok(directive)
    } else {
        let again = "otra persona emitió una en este momento; mire la lista";
        Err(DirectiveError::Wrong(vec![Refused::field("valid_from", again)]))
    }
}

/// Says that whoever asks has read a directive: the one in force or one that is to come. Nobody says so for another.
///
/// # Errors
/// [`PeopleError::Unknown`] also for one that is not in force any more; [`PeopleError::NotAllowed`]; [`PeopleError::Store`].
pub async fn acknowledge(office: Office<'_>, by: By<'_>, number: i64) -> Result<(), PeopleError> {
    by.may(Action::AcknowledgeDirective)?;
    let user = by.actor().ok_or(PeopleError::NotAllowed)?.id;
    let now = now(office);
    let known = office.store.directives().await?;
    if !current(&known, now.day).iter().any(|directive| directive.number == number) {
        return Err(PeopleError::Unknown(format!("la directriz {number} que esté vigente o por regir")));
    }
    let line = by.draft(office, "directive_read", format!("directive {number}"), String::new());
    // Who says it twice has read it.
    office.store.acknowledge_directive(&Acknowledged { directive: number, user, at: now.at }, &line).await?;
    Ok(())
}
