//! When a plan is due, and what becomes of each time it was. Pure; it may not know what a job does, and it is told the
//! time.

pub mod rotation;
pub mod slot;
pub mod when;
pub mod window;

pub use when::{ScheduleError, When};
