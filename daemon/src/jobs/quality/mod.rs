//! The records of the quality system: the catalogue of controlled forms and what is proposed for it, what is put on them, what was
//! signed on paper. It may not know pages or programs that ask.

pub mod catalogue;
mod error;
pub mod events;
pub mod directives;
pub mod fo_06;
pub mod proposals;
pub mod register;
pub mod sheet;
pub mod signed;

pub use error::QualityError;
