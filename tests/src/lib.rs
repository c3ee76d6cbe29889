//! Real servers, disks and tools for the tests, each gone when dropped. They need Debian's tools and root; `tests/run`
//! sees to both. Nothing here may know a module of the program: it is run as an operator runs it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails by panicking, like an assertion")]

pub mod authority;
pub mod browser;
pub mod chromium;
pub mod command;
pub mod daemon;
pub mod desktop;
pub mod disk;
pub mod http;
pub mod ldap;
pub mod machine;
pub mod mail;
pub mod mariadb;
pub mod postgres;
pub mod proxy;
pub mod server;
pub mod sshd;
pub mod world;
