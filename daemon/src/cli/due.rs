//! `resguardo due`: what is due, by the service. It may not know what makes anything due.

use std::fmt::Write as _;
use std::path::Path;

use super::args_due::Due;
use super::exit::{Failure, code};
use super::{print, socket};
use crate::jobs::due::report::DueList;
use crate::service::client;
use crate::service::protocol::Request;
use crate::service::tickets::{Asked, What};

/// `resguardo due`.
pub(super) fn run(config: &Path, asked: &Due) -> Result<u8, Failure> {
    let wanted = Asked { on_behalf: asked.on_behalf.clone(), what: What::ToDo };
    let list: DueList = client::ask_once(&socket::of(config)?, Request::Tickets(wanted))?;
    if asked.json {
        print::value(&list)?
    } else {
        print::out(&told(&list))?
    }
    Ok(code::DONE)
}

/// The list as people read it, in the language of what it tells.
fn told(list: &DueList) -> String {
    if list.due.is_empty() {
        return "nothing is due\n".to_owned();
    }
    list.due.iter().fold(String::new(), |mut out, one| {
        // Writing into a text cannot fail.
        let _written = writeln!(out, "{}  {}\n    {}\n    {}; {}", one.day, one.term, one.what, one.why, one.path);
        out
    })
}
