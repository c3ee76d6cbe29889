//! Frames in, checked frames out to several takers, and the way back from an archive to its dump. Bounded in memory
//! and in the time that one taker may cost the others. It may not know SSH, disks or what a dump means.

pub mod digesting;
pub mod fan_out;
pub mod inflate;
pub mod queue;
pub mod receive;
mod sealed;
pub mod seek_table;
#[cfg(test)]
mod tests;
pub mod walk;
