//! Who may come in and who they are: logging in, sessions, passwords, and what administrators do with people, units, roles
//! and the keys of other programs. Each change and its line in the audit log are one transaction. It may not know pages.
//!
//! Whoever administrates is [`by::By`]: a person with that role, or somebody who works on the machine itself.

pub mod accounts;
pub mod audit;
pub mod by;
pub mod error;
pub mod import;
mod import_file;
pub mod listing;
pub mod login;
pub mod own;
pub mod roles;
pub mod session;
mod throttle;
pub mod tokens;
pub mod units;

pub use error::{LoginError, PasswordError, PeopleError};
pub use login::log_in;
pub use own::change_password;
pub use session::{LoggedIn, Session, log_out, session};
