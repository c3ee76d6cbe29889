//! The JSON API of the support desk: for programs, by the keys that the administrator gives them, and never by cookies. Every
//! route stands in one table that makes both the router and its OpenAPI document. It may not decide what anybody may do.

mod accounts;
mod acts;
mod body;
mod calendar;
mod document;
mod due;
mod files;
mod guard;
mod metrics;
mod query;
mod reports;
pub(super) mod problem;
mod table;
pub(super) mod throttle;
mod tickets;

pub(super) use document::{listed, router};
