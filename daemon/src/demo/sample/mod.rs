//! Believable data for the demonstration and for measurements: a complaints office's database and its web site, always
//! the same bytes. All people and providers are invented, and providers say so in their names; only places are real.
//! It may not know which database takes the rows, nor what happens to the files.

mod complaint;
mod random;
mod site;
mod tables;
#[cfg(test)]
mod tests;
mod trades;
mod words;

pub use site::web_site;
pub use tables::{SCHEMA, Table, complaints, tables};
