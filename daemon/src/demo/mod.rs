//! A demonstration that needs nothing but this program: believable data to keep, and servers to take it from.
//! Nothing that keeps real backups may name it.

pub mod sample;
