//! What the controlled forms of DIACO-IN-PR-03 say, as types: the record that goes to `resguardo-forms` as JSON and comes
//! back as PDF. It may not know how anything looks on paper, nor where records come from.
//!
//! **Times** are civil, in the office's time zone, since deadlines are counted and forms are read so: `2026-11-23` and
//! `2026-11-23T14:05:00`. **Lengths** are bounded by the types [`Line`], [`Text`] and [`Rows`]. **What is unknown** is left out.
//!
//! **The digest of a record** is the SHA-256 of its canonical JSON: keys in alphabetical order, no white space, and neither
//! nulls nor empty lists, so that a field that is added later changes no digest of an older record.

mod bounded;
pub mod cover;
pub mod fo_01;
pub mod fo_02;
pub mod fo_03;
pub mod fo_05;
pub mod fo_06;
mod parts;
mod record;
pub mod rh_fo_02;
pub mod rp_fo_03;
mod sheet;

pub use bounded::{LINE_CHARS_MAX, Line, ROWS_MAX, Rows, TEXT_CHARS_MAX, Text};
pub use parts::{Attachment, Count, Decision, Delivered, Noted, Person, Point};
pub use record::{RECORD_BYTES_MAX, Record, RecordError};
pub use sheet::{Form, Sheet, Signature};
