//! `resguardo log`: what was logged of a run.

use std::path::Path;

use super::args_daemon::RunLog;
use super::exit::{Failure, code};
use super::{print, socket};
use crate::service::client;
use crate::service::protocol::{Line, Request};

pub(super) fn run(config: &Path, asked: &RunLog) -> Result<u8, Failure> {
    let request = Request::Log { run: asked.run, follow: asked.follow };
    let mut conversation = client::ask(&socket::of(config)?, request)?;
    loop {
        match conversation.next_line()? {
            Line::Text(text) => print::out(&format!("{text}\n"))?,
            Line::Answer(_) => return Ok(code::DONE),
            _ => {}
        }
    }
}
