//! What keeps equipment in order at work: who asks is held against the rules, and what comes of it is stored with its lines in the
//! audit log. It may not know pages.

mod error;
pub mod fo_02;
pub mod import;
pub mod inventory;
pub mod programme;
pub mod item;
pub mod entries;
pub mod finish;
pub mod fo_03;
pub mod month;
pub mod rounds;
pub mod rp_fo_03;
pub mod semester;

pub use error::UpkeepError;
