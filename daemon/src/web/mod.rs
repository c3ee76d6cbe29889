//! The pages of the support desk, in Spanish: a web server inside the service, which suffers nothing when the pages fail. Every
//! request passes [`outer`], then the guard of its route, then its handler in [`pages`]. It may not know SQL, nor decide what
//! anybody may do beyond asking `desk::access`.
//!
//! A page is a file in `pages/` with a template in `templates/`: its `routes` function names its paths with who may come there
//! (`Access`); handlers take a `Visit` and, where a form was sent, `Fields`.

// Pure.
mod address;
mod cookie;
pub mod dates;
mod download;
pub mod origin;
// What handlers speak.
pub mod failure;
pub mod fields;
pub mod form;
pub mod assets;
pub mod page;
pub mod visit;
// The way of a request.
mod turns;
mod packs;
pub mod app;
pub mod routes;
mod guard;
mod outer;
mod paper;
pub mod pages;
mod api;
// The server.
mod certificate;
mod room;
pub mod server;
