//! Business days of the Guatemalan public sector: the holidays that the law gives, the days that accords and places add in
//! versions, and deadlines counted with both. Pure; it may not know tickets, reports, SQL, HTTP or the clock.
//!
//! A day is a civil date in America/Guatemala (see [`civil_date`]) and a deadline is a day as well: it ends when that day
//! does. Nothing is counted in seconds. How days are counted is art. 45 of the Ley del Organismo Judicial: from the day
//! after, and a day is lost only when all of its working hours are.

pub mod names;
pub mod closed;
pub mod days;
pub mod error;
pub mod explain;
pub mod holidays;
pub mod preview;
#[cfg(test)]
mod tests;
pub mod version;

pub use closed::Closed;
pub use days::{Calendar, civil_date};
pub use error::CalendarError;
pub use explain::Step;
pub use holidays::{CAPITAL, Holiday, Kind, by_law};
pub use preview::{Change, preview};
pub use version::{NonBusinessDay, Settings, Version, in_force};
