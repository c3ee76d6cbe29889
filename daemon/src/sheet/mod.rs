//! The recovery sheet, a page of paper for the safe, as PDF and in Spanish: only here is PDF written, and are QR codes made. It may not
//! know where what it says comes from.

mod letters;
mod page;
mod qr;
#[cfg(test)]
mod tests;
mod text;

pub use qr::{Run, runs as qr_runs};
pub use text::{Place, Sheet, pdf};
