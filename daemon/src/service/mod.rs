//! The service: it assembles everything, tells systemd, answers operators, waits for signals and drains; the only place
//! that spawns. It may not know how anything is done.

// What both ends of the socket know.
pub mod protocol;
pub mod people;
pub mod tickets;
pub mod packs;
pub mod papers;
pub mod client;
pub mod users;
// What the service and a command that runs in its own process share.
pub mod error;
pub mod run_log;
mod key;
mod live;
mod keeper;
pub mod here;
pub mod here_disks;
// The service alone.
pub mod systemd;
mod doing;
mod ending;
mod watch;
pub mod daemon;
mod socket;
mod task;
mod answer;
mod answer_accounts;
mod answer_people;
mod answer_tickets;
mod disks;
mod checks;
pub mod drill;
mod follow;
mod letters;
mod metrics;
mod notices;
mod prune;
mod register;
mod runs;
mod orders;
