//! A disk as this machine's system sees it: where it is mounted, what hardware it is, how healthy, and how it is taken out
//! safely. It may not know what is kept on it.

pub mod mounts;
pub mod eject;
pub mod hardware;
pub mod holders;
pub mod smart;
pub mod udisks;
