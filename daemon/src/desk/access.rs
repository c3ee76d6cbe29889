//! Who may do what (procedure, 6.3): the one place where that is decided.

use super::people::{Actor, Role};
use super::ticket::{State, Ticket};

/// What somebody wants to do where no ticket is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Ask for support.
    CreateTicket,
    /// Ask for support on behalf of another person.
    CreateForAnother,
    /// See all open tickets by their due dates, and say that they were looked through today.
    SeeQueue,
    /// Mark the daily review (R033, R034).
    MarkReview,
    /// See the figures of the desk.
    SeeBoard,
    /// See the calendar and why a date is what it is.
    SeeCalendar,
    /// Publish a version of the calendar.
    PublishCalendar,
    /// See who there is.
    SeePeople,
    /// Change accounts, roles and units.
    ChangePeople,
    /// See who did what.
    SeeAudit,
    /// Make and revoke the keys of other programs.
    ChangeTokens,
}

/// What somebody wants to do with a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnTicket {
    /// See it, with what its requester may see.
    See,
    /// See the internal notes.
    SeeInternal,
    /// Say something to the other side.
    Comment,
    /// Write an internal note.
    CommentInternally,
    /// Add a file.
    Attach,
    /// Take it.
    Take,
    /// Give it to a technician.
    Assign,
    /// Attend it: analysis, visit, extension, exception, ruling.
    Attend,
    /// Confirm or refuse an extension or exception.
    Decide,
    /// Say that a ruling was delivered to the head of the unit.
    Deliver,
    /// Say that a ruling was received.
    Acknowledge,
    /// Close it.
    Finish,
    /// Rate it.
    Rate,
    /// Answer a rating of *no conforme*.
    Answer,
    /// Declare it void.
    Void,
    /// Make another ticket that follows it.
    Follow,
    /// Keep the steps of a request for a mail account.
    StepAccount,
    /// Authorise a request for a mail account (R084).
    AuthorizeAccount,
}

/// Whether somebody may do something that concerns no ticket.
pub fn may(who: &Actor, action: Action) -> bool {
    let reads_all = who.is(Role::Direction) || who.is(Role::Quality);
    match action {
        Action::CreateTicket | Action::SeeCalendar => true,
        Action::CreateForAnother | Action::MarkReview => who.attends(),
        Action::SeeQueue | Action::SeePeople if who.attends() => true,
        Action::SeeQueue | Action::SeeBoard => who.is(Role::Chief) || reads_all,
        Action::PublishCalendar => who.is(Role::Chief),
        Action::SeePeople | Action::ChangePeople | Action::ChangeTokens => who.is(Role::Administrator),
        Action::SeeAudit => who.is(Role::Chief) || reads_all || who.is(Role::Administrator),
    }
}

/// Whether somebody may do something with a ticket, as far as it hangs on who they are. Whether the ticket is in a state for
/// it, [`super::acts`] says; only what is anybody's for some states alone stands here.
pub fn may_on(who: &Actor, action: OnTicket, ticket: &Ticket) -> bool {
    let own = ticket.requester == who.id;
    // Who asked for something does not judge it: separation of duties.
    let attends = who.attends() && !own;
    let chief = who.is(Role::Chief) && !own;
    let assigned = attends && ticket.assignee == Some(who.id);
    let heads_unit = ticket.unit.is_some_and(|unit| who.heads.contains(&unit));
    match action {
        OnTicket::See => own || who.attends() || who.is(Role::Direction) || who.is(Role::Quality) || heads_unit,
        OnTicket::SeeInternal | OnTicket::CommentInternally | OnTicket::Take => attends,
        OnTicket::Comment | OnTicket::Attach | OnTicket::Follow => own || attends,
        OnTicket::Assign | OnTicket::Decide | OnTicket::Answer => chief,
        OnTicket::Attend => assigned,
        OnTicket::Deliver | OnTicket::Finish => assigned || chief,
        OnTicket::Acknowledge => heads_unit,
        OnTicket::Rate => own && ticket.assignee != Some(who.id),
        OnTicket::Void => (own || chief) && matches!(ticket.state, State::Entered | State::Assigned),
        OnTicket::StepAccount => assigned || chief,
        OnTicket::AuthorizeAccount => who.is(Role::Direction) && !own,
    }
}
