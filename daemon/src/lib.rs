//! Resguardo keeps backups and the register that proves them. The modules stand in the order in which they may name
//! each other: a module names only those before it (`tests/tidy` enforces it).

// Decide, no I/O.
pub mod proof;
pub mod schedule;
// Do one thing each.
pub mod transport;
// Join.
pub mod config;
pub mod demo;
