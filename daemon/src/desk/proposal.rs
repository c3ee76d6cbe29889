//! A change of a controlled form that the head proposes and Gestión de Calidad decides on (procedure, 6.3). It may not know SQL.

use chrono::{DateTime, Utc};

words! {
    /// Where a proposal stands.
    ProposalState {
        /// Nobody decided yet.
        Open = "open", "por decidir";
        /// It became a version.
        Published = "published", "publicada";
        /// It did not.
        Declined = "declined", "no aceptada";
    }
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id; 0 before it has one.
    pub id: i64,
    /// The form's code.
    pub code: String,
    /// The title that it should have.
    pub title: String,
    /// What should change, and why.
    pub reason: String,
    /// When.
    pub proposed: DateTime<Utc>,
    /// By whom.
    pub proposed_by: i64,
    /// Where it stands.
    pub state: ProposalState,
    /// When it was decided.
    pub decided: Option<DateTime<Utc>>,
    /// By whom.
    pub decided_by: Option<i64>,
    /// Why it was declined, or the version that it became.
    pub answer: String,
}
