//! The support desk of DIACO-IN-PR-03: tickets, who may do what with them, and what the procedure makes of it. Pure: it is
//! given the people, the day and the calendar, and says what becomes of a ticket. It may not know SQL, mail or HTTP.
//!
//! Start with [`acts::act`]: everything that can happen to a ticket goes through it, and [`account::act`] for requests for
//! mail accounts.

#[macro_use]
mod words;
pub mod access;
pub mod account;
pub mod acts;
pub mod check;
pub mod event;
pub mod directive;
pub mod people;
pub mod proposal;
mod refused;
pub mod report;
pub mod text;
pub mod ticket;
pub mod told_password;
mod verdict;
#[cfg(test)]
mod account_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;

pub use refused::Refused;
pub use verdict::{Verdict, verdict};
