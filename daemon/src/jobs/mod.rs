//! What Resguardo does, each job written once from top to bottom: back up, verify, restore. A job takes its settings
//! and the clock as arguments, may run twice, and never twice at once. It may not know who asked or who looks on.
//!
//! Jobs block; what needs the network runs on the runtime that they are handed.

pub mod archives;
pub mod backup;
pub mod deliver;
pub mod disks;
mod entry;
pub mod error;
pub mod execute;
pub mod hand_out;
pub mod lock;
pub mod office;
mod preflight;
pub mod progress;
mod record;
pub mod recover;
pub mod report;
pub mod restore;
pub mod select;
pub mod slots;
mod stage;
pub mod standing;
pub mod targets;
pub mod tell;
pub mod verify;
