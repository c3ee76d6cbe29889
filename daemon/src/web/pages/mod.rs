//! The pages, one file for each thing that people do. They call operations and show what comes of it; they may not know SQL, nor
//! decide anything.

mod account;
mod accounts;
mod audit;
mod board;
mod calendar;
mod entrance;
mod health;
mod help;
mod home;
mod new_ticket;
mod password;
mod people;
mod person;
mod roles;
mod shown;
mod step;
mod steps;
mod story;
mod ticket;
mod tickets;
mod units;

use super::routes::Routes;

/// All of them.
pub(super) fn routes(routes: &mut Routes) {
    health::routes(routes);
    entrance::routes(routes);
    password::routes(routes);
    home::routes(routes);
    tickets::routes(routes);
    new_ticket::routes(routes);
    ticket::routes(routes);
    step::routes(routes);
    account::routes(routes);
    board::routes(routes);
    calendar::routes(routes);
    help::routes(routes);
    people::routes(routes);
    person::routes(routes);
    accounts::routes(routes);
    roles::routes(routes);
    units::routes(routes);
    audit::routes(routes);
}
