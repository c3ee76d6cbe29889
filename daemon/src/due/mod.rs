//! What is due: for each person what is to be done, by which day and why that day, computed of facts that were gathered before. Pure; it
//! may not know SQL, HTTP, mail or the clock.
//!
//! Start with [`list::list`]: everything that can be due goes through it, for pages, programs, letters and calendars alike.

mod backups;
mod explain;
pub mod facts;
pub mod ics;
pub mod item;
pub mod list;
mod quality;
pub mod remind;
pub mod rules;
mod semesters;
mod tickets;
#[cfg(test)]
mod tests;

pub use facts::{Facts, Own};
pub use item::{Due, Kind, Standing, counted};
pub use list::{Days, list};
