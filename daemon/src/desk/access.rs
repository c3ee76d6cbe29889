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
    /// See the records of the quality system: the register of backups, the catalogue of forms.
    SeeQuality,
    /// Publish a version of a controlled form.
    PublishForm,
    /// Propose one (6.3).
    ProposeForm,
    /// Attach a record as it was signed on paper.
    AttachSigned,
    /// List who was at trainings and meetings (R118).
    WriteEvents,
    /// See the inventory of equipment, or what of it is of the units whose head they are.
    SeeEquipment,
    /// Add, change and retire equipment.
    ChangeEquipment,
    /// Make, send and hand out the programme of preventive maintenance (R060, R064).
    DraftProgramme,
    /// Approve or return it (R062).
    DecideProgramme,
    /// Do what is programmed, see what is to be done, and print labels for equipment.
    ExecuteUpkeep,
    /// See what was done besides requests (R110).
    SeeTasks,
    /// Add and correct it.
    WriteTasks,
    /// See the monthly reports and their indicators.
    SeeReports,
    /// Write and deliver them.
    WriteReports,
    /// Say that they were received (R112).
    ReceiveReports,
    /// See the directives for backups (R102) and who has read them.
    SeeDirectives,
    /// Issue one.
    IssueDirective,
    /// Say that one has read one.
    AcknowledgeDirective,
    /// Begin and end backups, and have them verified and drilled.
    RunBackups,
    /// Have a backup restored into a folder of the service's machine.
    RestoreBackups,
    /// Take the records of a period away, all of them: for the auditor.
    MakePack,
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

/// What somebody wants to do with an item of a programme of maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnItem {
    /// See it.
    See,
    /// Say whether its piece will be available (R066, R067).
    SayAvailability,
    /// Move it to another week (R068).
    Reschedule,
    /// Say that they know that it was moved.
    Know,
    /// Say what was done at the machine.
    Execute,
    /// Say that what was done is right.
    Confirm,
}

/// Whose an item is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemOf {
    /// The units that have its piece, now and when it was programmed.
    pub units: Vec<i64>,
    /// Who answers for its piece.
    pub responsible: Option<i64>,
    /// Who is asked whether what was done is right.
    pub confirms: Option<i64>,
    /// Who moved it to another week at last.
    pub moved_by: Option<i64>,
}

/// Whether somebody may do something with an item of a programme, as far as it hangs on who they are.
pub fn may_on_item(who: &Actor, action: OnItem, of: &ItemOf) -> bool {
    let heads = of.units.iter().any(|unit| who.heads.contains(unit));
    match action {
        OnItem::See => sees_all_equipment(who) || heads || [of.responsible, of.confirms].contains(&Some(who.id)),
        OnItem::SayAvailability => heads,
        OnItem::Reschedule => who.is(Role::Chief),
        // Who moved it knows already, and cannot know it for another.
        OnItem::Know => heads && of.moved_by != Some(who.id),
        OnItem::Execute => who.attends(),
        OnItem::Confirm => of.confirms == Some(who.id),
    }
}

/// Whether somebody may do something that concerns no ticket.
pub fn may(who: &Actor, action: Action) -> bool {
    let reads_all = who.is(Role::Direction) || who.is(Role::Quality);
    match action {
        Action::SeeEquipment => sees_all_equipment(who) || !who.heads.is_empty(),
        Action::ChangeEquipment | Action::DraftProgramme => who.is(Role::Chief),
        Action::DecideProgramme => who.is(Role::Direction),
        Action::CreateTicket | Action::SeeCalendar => true,
        Action::CreateForAnother | Action::MarkReview => who.attends(),
        Action::SeeQueue | Action::SeePeople if who.attends() => true,
        Action::SeeQueue | Action::SeeBoard => who.is(Role::Chief) || reads_all,
        Action::PublishCalendar => who.is(Role::Chief),
        Action::SeePeople | Action::ChangePeople | Action::ChangeTokens => who.is(Role::Administrator),
        Action::SeeQuality => who.attends() || reads_all,
        Action::PublishForm => who.is(Role::Quality),
        Action::ProposeForm | Action::AttachSigned => who.is(Role::Chief),
        Action::WriteEvents => who.attends() || who.is(Role::Quality),
        Action::WriteTasks | Action::ExecuteUpkeep | Action::RunBackups => who.attends(),
        Action::SeeTasks => who.attends() || reads_all,
        Action::SeeReports | Action::MakePack => who.is(Role::Chief) || reads_all,
        Action::WriteReports | Action::RestoreBackups => who.is(Role::Chief),
        Action::ReceiveReports => who.is(Role::Quality),
        Action::SeeDirectives => who.attends() || reads_all,
        Action::IssueDirective => who.is(Role::Chief),
        Action::AcknowledgeDirective => who.is(Role::Technician),
        Action::SeeAudit => who.is(Role::Chief) || reads_all || who.is(Role::Administrator),
    }
}

/// Whether somebody sees the equipment of every unit, and not of theirs alone.
pub fn sees_all_equipment(who: &Actor) -> bool {
    who.attends() || who.is(Role::Direction) || who.is(Role::Quality)
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
