//! What Resguardo does, each job written once from top to bottom: back up, verify, restore. A job takes its settings
//! and the clock as arguments, may run twice, and never twice at once. It may not know who asked or who looks on.
//!
//! Jobs block; what needs the network runs on the runtime that they are handed.

pub mod archives;
pub mod backup;
pub mod disks;
pub mod error;
pub mod lock;
mod preflight;
pub mod progress;
pub mod restore;
pub mod select;
mod stage;
pub mod targets;
pub mod verify;
