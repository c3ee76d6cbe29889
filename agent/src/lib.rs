//! The agent *gives*: it runs a dump at its source, compresses and digests it, and writes it away as frames. It knows
//! only `resguardo-shared`; it listens on nothing but a Unix socket of its login, by which a dump is found again when the
//! connection was lost, and keeps nothing once a dump has ended.
//!
//! The daemon uses the same library to make frames of a dump that comes over SSH in plain mode.

pub mod allow;
pub mod command_line;
pub mod framer;
pub mod give;
pub mod hold;
pub mod link;
pub mod meet;
pub mod process;
pub mod serve;
pub mod sqlite_copy;
