//! Changes of controlled forms: the head proposes, Gestión de Calidad publishes a version or declines with a reason (6.3). It may not
//! know what a version must be like.

use std::collections::BTreeMap;

use resguardo_forms_model::Form;

use super::QualityError;
use crate::desk::access::Action;
use crate::desk::proposal::{Proposal, ProposalState};
use crate::desk::text;
use crate::jobs::desk::now;
use crate::jobs::office::Office;
use crate::jobs::people::PeopleError;
use crate::jobs::people::by::By;
use crate::store::desk_people::Face;

/// The most letters of a title.
const TITLE_MAX: usize = 200;
/// The most letters of what should change, and of an answer.
const TEXT_MAX: usize = 2_000;
/// The most proposals of a form that wait at once.
const OPEN_MAX: usize = 20;

/// What was proposed, the last first.
#[derive(Debug, Clone)]
pub struct Proposals {
    /// The proposals.
    pub all: Vec<Proposal>,
    /// Everybody who is named.
    pub faces: BTreeMap<i64, Face>,
}

/// All proposals.
///
/// # Errors
/// [`QualityError`].
pub async fn proposals(office: Office<'_>, by: By<'_>) -> Result<Proposals, QualityError> {
    by.may(Action::SeeQuality)?;
    let all = office.store.form_proposals().await?;
    let people = all.iter().flat_map(|one| [Some(one.proposed_by), one.decided_by]).flatten().collect();
    Ok(Proposals { faces: office.store.faces(&people).await?, all })
}

/// Proposes a change of a form.
///
/// # Errors
/// [`QualityError`]; a field that needs something else by its name.
pub async fn propose(
    office: Office<'_>,
    by: By<'_>,
    form: Form,
    (title, reason): (&str, &str),
) -> Result<(), QualityError> {
    by.may(Action::ProposeForm)?;
    let proposed_by = by.actor().ok_or(PeopleError::NotAllowed)?.id;
    let known = office.store.form_proposals().await?;
    let title = text::line("title", title, TITLE_MAX, true)?;
    let reason = text::lines("reason", reason, TEXT_MAX, true)?;
    let open = known.iter().filter(|one| one.state == ProposalState::Open && one.code == form.code());
    if open.count() >= OPEN_MAX {
        return Err(QualityError::field("reason", "ya hay demasiadas propuestas por decidir de este formato"));
    }
    let proposal = Proposal {
        id: 0,
        code: form.code().to_owned(),
        title,
        reason,
        proposed: now(office).at,
        proposed_by,
        state: ProposalState::Open,
        decided: None,
        decided_by: None,
        answer: String::new(),
    };
    let detail = serde_json::json!({ "title": proposal.title, "reason": proposal.reason }).to_string();
    let line = by.draft(office, "form_proposed", format!("form {}", form.code()), detail);
    if office.store.file_form_proposal(&proposal, &line).await? { Ok(()) } else { Err(QualityError::Changed) }
}

/// What is decided of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'a> {
    /// It became the version of this name.
    Published(&'a str),
    /// It did not, for this reason.
    Declined(&'a str),
}

/// Decides on a proposal that is open.
///
/// # Errors
/// [`QualityError::SamePerson`] for whoever proposed it.
pub async fn decide(office: Office<'_>, by: By<'_>, id: i64, decision: Decision<'_>) -> Result<(), QualityError> {
    by.may(Action::PublishForm)?;
    let who = by.actor().ok_or(PeopleError::NotAllowed)?.id;
    let known = office.store.form_proposals().await?;
    let proposal = known.into_iter().find(|one| one.id == id).ok_or(QualityError::NotFound)?;
    if proposal.proposed_by == who {
        return Err(QualityError::SamePerson);
    }
    if proposal.state != ProposalState::Open {
        return Err(QualityError::Changed);
    }
    let (state, answer) = match decision {
        Decision::Published(version) => (ProposalState::Published, format!("versión {version}")),
        Decision::Declined(why) => (ProposalState::Declined, text::lines("answer", why, TEXT_MAX, true)?),
    };
    let action = if state == ProposalState::Published { "form_proposal_taken" } else { "form_proposal_declined" };
    let detail = serde_json::json!({ "title": proposal.title, "reason": answer }).to_string();
    let line = by.draft(office, action, format!("form {}", proposal.code), detail);
    let decided = Proposal { state, answer, decided: Some(now(office).at), decided_by: Some(who), ..proposal };
    if office.store.file_form_proposal(&decided, &line).await? { Ok(()) } else { Err(QualityError::Changed) }
}
