//! A demonstration that needs nothing but this program: believable data to keep, a server to take it from, and a look at
//! what was kept. Nothing that keeps real backups may name it; only here, in `store` and in `jobs::drill`
//! may SQL be spoken.

pub mod compare;
pub mod database;
pub mod postgres;
pub mod sample;
pub mod scene;
pub mod sqlite;
