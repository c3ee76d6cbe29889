//! What programs are told of tickets: names in place of ids, moments in RFC 3339, words of the rules. It may not know where any of
//! it comes from.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::desk::Verdict;
use crate::desk::ticket::{Cause, ExceptionKind, Mode, Rating, RulingKind, State};

/// Makes reports: what programs are told.
macro_rules! reports {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
        })*
    };
}

reports! {
    /// Somebody.
    Person {
        /// The login.
        login: String,
        /// The full name.
        name: String,
    }
    /// A ticket of a list.
    TicketLine {
        /// `ST-2026-000123`.
        number: String,
        /// In a few words.
        subject: String,
        /// Where it stands.
        state: State,
        /// Whose it is.
        requester: Option<Person>,
        /// Who attends it.
        assignee: Option<Person>,
        /// The category's id.
        category: i64,
        /// When it was made.
        entered: DateTime<Utc>,
        /// The limit by the three business days alone.
        first_limit: NaiveDate,
        /// The limit after confirmed extensions.
        last_limit: NaiveDate,
        /// Whether the limit was kept.
        verdict: Option<Verdict>,
        /// What the requester said.
        rating: Option<Rating>,
        /// Rises with each change.
        version: i64,
    }
    /// How many of the open tickets are how.
    QueueCounts {
        /// Not attended yet.
        pending: i64,
        /// Of these, past their limit.
        overdue: i64,
        /// Of these, with the limit today.
        due_today: i64,
        /// Of these, waiting for others.
        waiting: i64,
        /// Of these, nobody's yet.
        unassigned: i64,
        /// Attended and not closed.
        ruled: i64,
    }
    /// A look through the open tickets.
    ReviewReport {
        /// The day on which the open tickets were looked through.
        day: NaiveDate,
        /// The moment.
        at: DateTime<Utc>,
        /// How many were pending then.
        pending: i64,
    }
    /// A page of tickets.
    TicketPage {
        /// The tickets.
        items: Vec<TicketLine>,
        /// What to ask for next, as `after` for the queue and as `before` for other lists; none where there is no more.
        next: Option<String>,
        /// How many there are in the queue; none for other lists.
        counts: Option<QueueCounts>,
    }
    /// A ruling (*dictamen técnico*).
    RulingReport {
        /// `DT-2026-000045`.
        number: String,
        /// What it is for.
        kind: RulingKind,
        /// What was found.
        findings: String,
        /// What was done.
        actions: String,
        /// What is recommended.
        recommendation: String,
        /// Parts to be replaced or repaired.
        parts: String,
        /// When it was issued.
        issued: DateTime<Utc>,
        /// By whom.
        issued_by: Option<Person>,
        /// The head of the unit to whom it was delivered.
        delivered_to: Option<Person>,
        /// When.
        delivered: Option<DateTime<Utc>>,
        /// When they said that they have it.
        acknowledged: Option<DateTime<Utc>>,
    }
    /// What was decided of a proposal.
    DecisionReport {
        /// When.
        at: DateTime<Utc>,
        /// By whom.
        by: Option<Person>,
        /// Whether it holds.
        confirmed: bool,
    }
    /// An extension of the limit.
    ExtensionReport {
        /// Why.
        cause: Cause,
        /// In words.
        reason: String,
        /// The new limit.
        new_limit: NaiveDate,
        /// The number of the ruling that explains it.
        ruling: Option<String>,
        /// When it was proposed.
        proposed: DateTime<Utc>,
        /// By whom.
        proposed_by: Option<Person>,
        /// Whether that was after the limit (*extemporánea*).
        late: bool,
        /// What was decided.
        decision: Option<DecisionReport>,
    }
    /// An exception from *no conforme*.
    ExceptionReport {
        /// Why.
        kind: ExceptionKind,
        /// In words.
        reason: String,
        /// The ministry's ticket, or the purchase.
        reference: String,
        /// When it was registered.
        registered: DateTime<Utc>,
        /// By whom.
        registered_by: Option<Person>,
        /// Whether that was after the limit (*extemporánea*).
        late: bool,
        /// What was decided.
        decision: Option<DecisionReport>,
    }
    /// A visit on site.
    VisitReport {
        /// When it was.
        at: DateTime<Utc>,
        /// Where.
        place: String,
        /// What was done.
        note: String,
        /// Who wrote it down.
        entered_by: Option<Person>,
    }
    /// Something that was said.
    CommentReport {
        /// By whom.
        author: Option<Person>,
        /// When.
        at: DateTime<Utc>,
        /// What.
        text: String,
        /// Whether only those who attend see it.
        internal: bool,
    }
    /// A file.
    FileReport {
        /// Its id, 32 hexadecimal digits.
        id: String,
        /// Its name.
        name: String,
        /// `pdf` or `jpeg`.
        kind: String,
        /// Its size.
        bytes: i64,
        /// Its digest, in hexadecimal.
        sha256: String,
        /// When it was uploaded.
        at: DateTime<Utc>,
    }
    /// The files of a ticket.
    FileList {
        /// The files.
        items: Vec<FileReport>,
    }
    /// Something that happened.
    EventReport {
        /// Its place, from 1.
        n: i64,
        /// When.
        at: DateTime<Utc>,
        /// A word.
        kind: String,
        /// Who; none for what the program did by itself.
        by: Option<Person>,
        /// What exactly; people by their login.
        #[schema(value_type = Object)]
        detail: Value,
    }
    /// A ticket with everything that whoever asks may see.
    TicketReport {
        /// `ST-2026-000123`.
        number: String,
        /// Rises with each change; what changes the ticket names the one that it saw.
        version: i64,
        /// Where it stands.
        state: State,
        /// Whose it is.
        requester: Option<Person>,
        /// The unit of the requester today.
        unit: Option<String>,
        /// In a few words.
        subject: String,
        /// In full.
        description: String,
        /// Where the thing is.
        location: String,
        /// Telephone or extension.
        phone: String,
        /// The category's id.
        category: i64,
        /// The equipment.
        equipment: String,
        /// When it was made.
        entered: DateTime<Utc>,
        /// The civil day of that.
        entered_day: NaiveDate,
        /// Who attends it.
        assignee: Option<Person>,
        /// Since when.
        assigned: Option<DateTime<Utc>>,
        /// How it was attended.
        mode: Option<Mode>,
        /// What was found before anything was done.
        analysis: Option<String>,
        /// When that was written.
        analysed: Option<DateTime<Utc>>,
        /// The limit by the three business days alone.
        first_limit: NaiveDate,
        /// The limit after confirmed extensions.
        last_limit: NaiveDate,
        /// The version of the calendar by which they were counted.
        calendar: i64,
        /// When the closing ruling was issued.
        attended: Option<DateTime<Utc>>,
        /// When it was closed.
        finished: Option<DateTime<Utc>>,
        /// By whom.
        finished_by: Option<Person>,
        /// Whether the limit was kept.
        verdict: Option<Verdict>,
        /// What the requester said.
        rating: Option<Rating>,
        /// In their words.
        rating_comment: Option<String>,
        /// When.
        rated: Option<DateTime<Utc>>,
        /// The answer to that.
        answer: Option<String>,
        /// When.
        answered: Option<DateTime<Utc>>,
        /// Why it is void.
        void_reason: Option<String>,
        /// The number of the ticket that this one follows.
        follows: Option<String>,
        /// The numbers of those that follow it.
        followed_by: Vec<String>,
        /// The rulings, the oldest first.
        rulings: Vec<RulingReport>,
        /// The extensions, the oldest first.
        extensions: Vec<ExtensionReport>,
        /// The exceptions, the oldest first.
        exceptions: Vec<ExceptionReport>,
        /// Visits on site.
        visits: Vec<VisitReport>,
        /// What was said; internal notes only for those who attend.
        comments: Vec<CommentReport>,
        /// Its files.
        files: Vec<FileReport>,
        /// What happened, in its order.
        events: Vec<EventReport>,
    }
    /// What a person may ask about.
    CategoryReport {
        /// Its id.
        id: i64,
        /// Its name.
        name: String,
        /// Whether new tickets may have it.
        active: bool,
    }
    /// The categories.
    CategoryList {
        /// The categories.
        items: Vec<CategoryReport>,
    }
}
