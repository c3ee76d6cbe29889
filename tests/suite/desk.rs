//! The support desk on both databases: from a ticket to its rating, who may see what, and what happens when two come at
//! once.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails by panicking")]
#![expect(clippy::large_futures, reason = "a test waits for one thing, on a stack of its own")]

use std::future::Future;

#[path = "desk/accounts.rs"]
mod accounts;
#[path = "desk/board.rs"]
mod board;
#[path = "desk/days.rs"]
mod days;
#[path = "desk/figures.rs"]
mod figures;
#[path = "desk/house.rs"]
mod house;
#[path = "desk/lists.rs"]
mod lists;
#[path = "desk/monthly.rs"]
mod monthly;
#[path = "desk/papers.rs"]
mod papers;
#[path = "desk/period.rs"]
mod period;
#[path = "desk/seats.rs"]
mod seats;
#[path = "desk/steps.rs"]
mod steps;
#[path = "desk/year.rs"]
mod year;
#[path = "desk/year_ledger.rs"]
mod year_ledger;
#[path = "desk/year_semesters.rs"]
mod year_semesters;
#[path = "desk/year_upkeep.rs"]
mod year_upkeep;
#[path = "store/place.rs"]
#[expect(dead_code, reason = "the tests of the database ask more of it")]
mod place;

use place::Place;

/// Makes a test of each function, once for each database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $name() { crate::wait(super::$name(crate::Place::sqlite())); })*
        }
        mod on_postgres {
            $(#[test] fn $name() { crate::wait(super::$name(crate::Place::postgres())); })*
        }
    };
}
use on_both;

fn wait(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}
