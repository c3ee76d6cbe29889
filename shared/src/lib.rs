//! The words that both sides of Resguardo speak: what is to be dumped, how, and the frames that bring it.
//!
//! Nothing here does I/O beyond a `Read` or `Write` it is handed, reads a clock, or knows of SSH, disks or SQL.

pub mod digest;
pub mod dump;
pub mod frame;
pub mod recipe;
pub mod restore_recipe;
pub mod rights;
pub mod shell;
pub mod wire;
