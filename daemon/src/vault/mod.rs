//! OpenDAL and only here: disks and object stores, what lies on them, and the order in which a backup comes to exist.
//! It may not know SQL, servers or schedules.
//!
//! **A backup exists if and only if its manifest exists and agrees with its archives.** Every step before the manifest
//! leaves something that nothing takes for a backup, and that [`sweep`] removes.
//!
//! Everything here blocks: each disk of a run has threads of its own, so that the `fsync` of a slow disk stops nobody
//! else. Nothing here may be called from an async task.

pub mod admit;
mod aligned;
pub mod catalogue;
pub mod chain;
pub mod commit;
pub mod error;
pub mod hold;
pub mod examine;
pub mod holes;
pub mod frames;
pub mod layout;
pub mod leeme;
pub mod manifest;
pub mod marker;
mod ranged;
pub mod mend;
pub mod members;
pub mod read_back;
pub mod remove;
pub mod seal;
pub mod store;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod transfer;
pub mod writer;
