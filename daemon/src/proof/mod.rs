//! Does a dump look complete? Each kind of dump in its own way, on nothing but its bytes. Pure.
//!
//! An [`Inspector`] is fed the plain (decompressed) dump in order, in slices of any size, and says at the end what it
//! saw ([`Evidence`]) or why the dump is not to be trusted ([`Incomplete`]). It keeps a few KiB, or for PostgreSQL's
//! custom format a name and a number for each table with data, however large the dump is. It may not know how a dump was made,
//! where it goes, or whether its command succeeded: a stream may end well and the dump still have failed, and a dump
//! may look whole and still have failed, so the exit status is judged elsewhere as well.

mod bookends;
mod cursor;
mod inserts;
mod inspector;
mod members;
mod mysql;
mod pgcustom;
mod pgplain;
mod pgtoc;
mod rows;
mod sqlite;
mod sqltables;
mod tar;
#[cfg(test)]
mod row_tests;
#[cfg(test)]
mod tests;
mod verdict;

pub use inspector::{Expect, Inspector};
pub use members::{Member, TarMembers};
pub use verdict::{Evidence, Incomplete, LARGE_OBJECTS, TableRows};
