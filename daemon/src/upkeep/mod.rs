//! The equipment of the institution and what keeps it in order (procedure, R060 to R071), as pure functions. It may not know SQL,
//! pages or the clock.

pub mod equipment;
pub mod semester;
pub mod plan;
pub mod programme;
pub mod checklist;
pub mod done;
#[cfg(test)]
mod done_tests;
