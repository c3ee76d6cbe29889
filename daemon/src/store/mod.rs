//! SQL, and only here: what survives a restart, in SQLite or PostgreSQL by one code path. It may not know rules.
//!
//! Whatever changes is a [`change::Change`], which is stored whole or not at all; whatever is read is a method of
//! [`db::Store`], in the file of its noun. Each statement is written once, with `$1`, which both databases understand,
//! and the macros of `db` send it to the one there is.

// The seam between two databases.
pub mod error;
mod form_proposals;
pub mod form_versions;
pub mod signed_copies;
pub mod training_events;
mod columns;
pub mod db;
mod open;
pub mod login;
// What is stored, a file a noun.
pub mod rows;
pub mod custody_rows;
mod runs;
mod datasets;
mod copies;
pub mod disks;
pub mod disk_sums;
mod proofs;
mod slots;
mod lines;
mod outbox;
// The support desk.
mod question;
pub mod desk_rows;
pub mod desk_people;
mod tickets;
pub mod ticket_file;
pub mod ticket_lists;
mod ticket_search;
pub mod calendars;
pub mod account_requests;
pub mod board;
pub mod board_lists;
pub mod letters;
// The equipment that it maintains.
pub mod equipment;
pub mod programmes;
pub mod item_entries;
pub mod assigned;
pub mod semester_reports;
// The monthly report.
pub mod additional_tasks;
pub mod monthly;
pub mod monthly_reports;
// What is laid down for backups, and what is due.
pub mod directives;
pub mod due;
pub mod feeds;
// What happened in some days.
pub mod of_period;
// Its people.
pub mod people_rows;
mod people;
mod people_logins;
mod audit;
// All of it at once.
pub mod change;
pub mod people_change;
// What is measured.
pub mod metrics;
