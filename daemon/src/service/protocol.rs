//! What operators' commands and the service say to each other over the Unix socket: one request, a line of JSON, and
//! lines of JSON in return, the last of which is an answer or a refusal. It may not know how anything is done.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::jobs::progress::Event;

/// The version of this language. A daemon that was not restarted after an upgrade speaks another one.
pub const VERSION: u16 = 1;
/// The most bytes that a request may have: the staff of an institution comes in one.
pub const REQUEST_BYTES_MAX: u64 = 1024 * 1024;

/// A request with the language it is in.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// [`VERSION`].
    pub version: u16,
    /// What is asked.
    pub request: Request,
}

/// What is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// How everything stands: [`crate::jobs::report::Status`].
    Status,
    /// Every dataset by week: [`crate::jobs::report_weeks::WeeksReport`].
    Weeks,
    /// What is measured, in OpenMetrics: [`Line::Text`] lines, then nothing.
    Metrics,
    /// The newest runs: a listing of [`crate::jobs::report::RunReport`].
    Runs {
        /// At most so many.
        limit: u32,
    },
    /// One run: [`crate::jobs::report::RunReport`].
    Run {
        /// Its number.
        run: i64,
    },
    /// A run's log: [`Line::Text`] lines, then nothing.
    Log {
        /// Its number.
        run: i64,
        /// Whether to go on until the run has ended.
        follow: bool,
    },
    /// The newest slots: a listing of [`crate::jobs::report::SlotReport`].
    Slots {
        /// Only of this plan.
        plan: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// The newest backups by the index: a listing of [`crate::jobs::report::ArchiveReport`].
    Archives {
        /// Only on this disk.
        disk: Option<String>,
        /// Only of this `SERVER/DATASET`.
        dataset: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// The newest readings of copies: a listing of [`crate::jobs::report_checks::CheckReport`].
    Checks {
        /// Only of this `SERVER/DATASET/STAMP`.
        archive: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// All copies of a backup: a list of [`crate::jobs::report_checks::CopyReport`].
    CopiesOf {
        /// `SERVER/DATASET/STAMP`.
        archive: String,
    },
    /// The copies on a disk that are not good any more: a list of [`crate::jobs::report_checks::CopyReport`].
    DamagedOn {
        /// The disk's name.
        disk: String,
    },
    /// Records a reading that a command made. The answer is nothing.
    RecordCheck(crate::jobs::report_checks::Reading),
    /// Says that the last backup of a dataset, which is odd, is right. The answer is the backup's name, or nothing where it is
    /// not odd.
    Accept {
        /// `SERVER/DATASET`.
        dataset: String,
    },
    /// Starts a run: the answer is [`crate::jobs::report::RunReport`], queued.
    Backup {
        /// Plans or `SERVER/DATASET`; every plan, if none.
        names: Vec<String>,
    },
    /// Follows a run to its end: [`Line::Event`] lines, then [`crate::jobs::report::RunReport`].
    Follow {
        /// Its number.
        run: i64,
    },
    /// Ends a run: the answer is [`crate::jobs::report::RunReport`].
    Cancel {
        /// Its number.
        run: i64,
    },
    /// Says beforehand that a plan might not be kept for some time. The answer is a sentence.
    Excuse {
        /// The plan, or all of them.
        plan: Option<String>,
        /// From when, RFC 3339; from now, if not given.
        from: Option<String>,
        /// Until when, RFC 3339.
        until: String,
        /// Why.
        reason: String,
    },
    /// The newest lines of the register: a listing of [`RegisterLine`].
    Register {
        /// Only of this year.
        year: Option<i32>,
        /// At most so many.
        limit: u32,
    },
    /// One entry with its corrections: a listing of [`RegisterLine`].
    RegisterEntry {
        /// The year.
        year: i32,
        /// The number.
        number: i64,
    },
    /// The whole register: [`Line::Text`] lines in their order, then its signed head, or nothing where it is empty.
    RegisterExport {
        /// Only of this year.
        year: Option<i32>,
    },
    /// The record of a controlled form: the answer is its JSON, as `resguardo-forms` reads it.
    Paper(super::papers::Wanted),
    /// The auditor's pack: [`Line::Text`] lines with its bytes in hexadecimal, then [`super::packs::PackReport`].
    Pack {
        /// The month or semester: `2026-10`, `2026-S1`.
        period: String,
    },
    /// Corrects an entry by a new one: the answer is [`RegisterLine`].
    RegisterCorrect {
        /// The year.
        year: i32,
        /// The number.
        number: i64,
        /// Why.
        reason: String,
        /// The fields and what they should say.
        changes: Vec<(String, String)>,
    },
    /// Notices for a desktop, as they come: [`Line::Notice`] lines without end.
    Notices {
        /// After this one; `None` for those of the last day.
        after: Option<i64>,
    },
    /// Tells what became of a desktop notice. The answer is nothing.
    Noticed {
        /// The notice.
        number: i64,
        /// Why it was not shown.
        error: Option<String>,
    },
    /// Removes what the rules keep no more, or only says what that is: a list of [`crate::jobs::prune::Verdict`].
    Prune {
        /// Only on this disk.
        disk: Option<String>,
        /// Whether nothing is to be touched.
        dry_run: bool,
    },
    /// The backups that must stay: a list of [`PinLine`].
    Pins,
    /// Has a backup stay whatever the rules say. The answer is a sentence.
    Pin {
        /// `SERVER/DATASET/STAMP`.
        archive: String,
        /// Why.
        reason: String,
    },
    /// Leaves a backup to the rules again. The answer is a sentence.
    Unpin {
        /// `SERVER/DATASET/STAMP`.
        archive: String,
    },
    /// Restores backups for a test: [`Line::Text`] lines, then a listing of [`crate::jobs::drill::report::DrillReport`].
    Drill {
        /// Plans or `SERVER/DATASET`; every plan, if none.
        names: Vec<String>,
        /// The only disk to read from.
        disk: Option<String>,
    },
    /// The newest drills: a listing of [`crate::jobs::drill::report::DrillReport`].
    Drills {
        /// Only of this `SERVER/DATASET`.
        dataset: Option<String>,
        /// At most so many.
        limit: u32,
    },
    /// Sends a message over every channel. The answer is a sentence.
    TestNotice,
    /// Every disk: [`crate::jobs::report_disks::DisksReport`].
    Disks,
    /// Lets go of a disk that is to be ejected: [`crate::jobs::report_disks::LetGo`].
    DiskLetGo {
        /// Its name.
        disk: String,
    },
    /// Tells what became of a disk that was let go. The answer is a sentence.
    DiskEjected {
        /// Its name.
        disk: String,
        /// Whether it is out.
        out: bool,
        /// How it was done.
        how: Option<String>,
    },
    /// Takes a disk out of service: [`crate::jobs::report_disks::RetireReport`].
    DiskRetire {
        /// Its name.
        disk: String,
        /// Why.
        reason: String,
        /// Whether it is known that it may hold the last good copy of something.
        sure: bool,
    },
    /// Takes over what the disk at a path holds: [`crate::jobs::report_disks::AdoptReport`].
    DiskAdopt {
        /// The path, absolute.
        path: String,
    },
    /// Tells what a disk says of its own health. The answer is a word.
    DiskHealth {
        /// Its id.
        id: String,
        /// In words.
        health: String,
    },
    /// Rebuilds the index from the disks that are here: [`crate::jobs::report_disks::RebuildReport`].
    IndexRebuild,
    /// Accounts.
    People(super::people::Asked),
    /// Units.
    Units(super::people::UnitAsked),
    /// The keys of other programs.
    Tokens(super::people::TokenAsked),
    /// The audit log.
    Audit(super::people::AuditAsked),
    /// Tickets and the calendar.
    Tickets(super::tickets::Asked),
}

/// A line of an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Something that happened to a run.
    Event(Event),
    /// A line of text.
    Text(String),
    /// A notice for a desktop.
    Notice(DesktopNotice),
    /// The end, with what was asked for, which may be long and is read only once.
    Answer(Box<RawValue>),
    /// The end, with why it cannot be had.
    Refusal(Refusal),
}

/// Why something cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind of thing is wrong.
    pub kind: RefusalKind,
    /// What is wrong and what to do, for a person.
    pub message: String,
}

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// There is no such plan, dataset, run, disk or entry.
    Unknown,
    /// The request makes no sense, or is in another version's language.
    Request,
    /// It would be done already, or cannot be done now.
    Busy,
    /// The service failed.
    Failed,
}

/// A line of the register.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegisterLine {
    /// The line, as it stands in the chain.
    pub text: String,
    /// Its digest.
    pub hash: String,
}

/// A backup that must stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PinLine {
    /// `SERVER/DATASET/STAMP`.
    pub archive: String,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// The disks that hold it.
    pub disks: Vec<String>,
}

/// A notice for a desktop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DesktopNotice {
    /// Its number.
    pub number: i64,
    /// The one line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// Whether it wants a hand.
    pub urgent: bool,
}
