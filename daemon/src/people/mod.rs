//! What proves who somebody is: passwords, random tokens, a directory that is asked, and the chain of the audit log. It may
//! not know SQL, nor who may do what.

pub mod chain;
pub mod directory;
pub mod password;
pub mod strength;
pub mod token;
