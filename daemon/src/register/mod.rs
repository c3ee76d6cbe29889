//! The register DIACO-IN-FO-06: entries, numbering, the chain of hashes, signed heads, corrections. It may not know SQL,
//! disks or PDF, and it is told the time.
//!
//! An entry is a line of JSON in the file of its year. Each line holds the SHA-256 of the line before it in the chain,
//! which runs on over the years, so that a line that is changed, removed, inserted or moved shows. A chain alone does
//! not show that its tail was cut; the signed [`head`] does, and each disk's head says what the other disks were given.

pub mod compare;
pub mod correction;
pub mod entry;
pub mod error;
pub mod head;
pub mod key;
mod link;
pub mod problem;
pub mod sample;
pub mod seal;
#[cfg(test)]
mod tests;
pub mod verify;
