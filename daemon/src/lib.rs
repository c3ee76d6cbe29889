//! Resguardo keeps backups and the register that proves them. The modules stand in the order in which they may name
//! each other: a module names only those before it (`tests/tidy` enforces it).

// Words for everybody.
pub mod units;
pub mod manual;
pub mod openmetrics;
// Decide, no I/O.
pub mod proof;
pub mod schedule;
pub mod calendar;
pub mod retention;
pub mod plausible;
pub mod register;
#[macro_use]
pub mod desk;
pub mod upkeep;
pub mod figures;
pub mod due;
pub mod survey;
pub mod findings;
// Do one thing each.
pub mod crypt;
pub mod medium;
pub mod transport;
pub mod source;
pub mod pipeline;
pub mod vault;
pub mod people;
pub mod intake;
pub mod store;
pub mod notify;
pub mod sheet;
pub mod bundle;
pub mod tables;
pub mod forms;
// Join.
pub mod config;
pub mod jobs;
// Face people and the host.
pub mod web;
pub mod service;
pub mod demo;
pub mod cli;
