//! The figures of a month, from what happened in it: sums of tickets and their parts, the weeks of backups, what the monthly report
//! (FO-05) freezes, and the indicators as exact quotients (procedure, 7.4 and 7.7). Pure; it may not know SQL, the clock or paper.

pub mod fraction;
pub mod indicators;
pub mod month;
pub mod monthly;
pub mod tally;
pub mod upkeep;
#[cfg(test)]
mod upkeep_tests;
pub mod weeks;
