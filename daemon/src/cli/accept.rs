//! `resguardo accept`: a person says that an odd backup is right.

use std::path::Path;

use super::args_verify::Accept;
use super::exit::{Failure, code};
use super::{print, socket};
use crate::service::client;
use crate::service::protocol::Request;

pub(super) fn run(config: &Path, asked: &Accept) -> Result<u8, Failure> {
    let request = Request::Accept { dataset: asked.dataset.clone() };
    let accepted: Option<String> = client::ask_once(&socket::of(config)?, request)?;
    match accepted {
        Some(archive) => print::out(&format!("{archive} is right; the next backups are compared with it\n"))?,
        None => print::out(&format!("the last backup of {} is not odd; nothing was changed\n", asked.dataset))?,
    }
    Ok(code::DONE)
}
