//! `resguardo excuse`: says beforehand that a plan might not be kept for some time.

use std::path::Path;

use super::args_daemon::Excuse;
use super::exit::{Failure, code};
use super::times::{Day, written};
use super::{load, print, socket};
use crate::service::client;
use crate::service::protocol::Request;

pub(super) fn run(config: &Path, asked: &Excuse) -> Result<u8, Failure> {
    let zone = load(config).ok().map(|config| config.time_zone);
    let from = asked.from.as_deref().map(|from| written(from, zone, Day::Begin)).transpose()?;
    let until = written(&asked.until, zone, Day::End)?;
    let (plan, reason) = (asked.plan.clone(), asked.reason.clone());
    let sentence: String = client::ask_once(&socket::of(config)?, Request::Excuse { plan, from, until, reason })?;
    print::out(&format!("{sentence}\n"))?;
    Ok(code::DONE)
}
