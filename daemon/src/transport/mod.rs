//! SSH, and only here: connect, know the host, log in, execute. It may not know what a backup is.
//!
//! One connection carries one stream: russh stalls every channel of a connection while one reader lags. The pieces:
//! [`Target`] says whom to reach, [`connect`] gives a [`Session`], which runs commands as [`Exec`]s. There is no way to
//! accept a host whose key is not known. [`loopback`] is a small server for the demo and the tests.

mod client;
mod error;
mod exec;
mod key;
pub mod known_hosts;
pub mod loopback;
mod session;
mod socket;
mod target;
#[cfg(test)]
mod tests;
mod trust;

pub use error::{ChangedHost, TransportError, UnknownHost};
pub use exec::{Exec, Exit, Finished};
pub use key::generate_key;
pub use known_hosts::fingerprint;
pub use session::{Output, Session, connect};
pub use target::{HostKeys, Target, Window};
