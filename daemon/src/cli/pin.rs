//! `resguardo pin`, `unpin` and `pins`: backups that must stay whatever the rules say.

use std::path::Path;

use super::args_keep::{Pin, Pins, Unpin};
use super::exit::{Failure, code};
use super::times::moment;
use super::{print, socket};
use crate::service::client;
use crate::service::protocol::{PinLine, Request};

pub(super) fn pin(config: &Path, asked: &Pin) -> Result<u8, Failure> {
    say(config, Request::Pin { archive: asked.archive.clone(), reason: asked.reason.clone() })
}

pub(super) fn unpin(config: &Path, asked: &Unpin) -> Result<u8, Failure> {
    say(config, Request::Unpin { archive: asked.archive.clone() })
}

fn say(config: &Path, request: Request) -> Result<u8, Failure> {
    let sentence: String = client::ask_once(&socket::of(config)?, request)?;
    print::out(&format!("{sentence}\n"))?;
    Ok(code::DONE)
}

pub(super) fn list(config: &Path, asked: &Pins) -> Result<u8, Failure> {
    let pins: Vec<PinLine> = client::ask_once(&socket::of(config)?, Request::Pins)?;
    if asked.json {
        print::json(&serde_json::json!({ "pins": pins }))?;
    } else {
        let row = |pin: PinLine| vec![pin.archive, pin.disks.join(", "), moment(&pin.at), pin.by, pin.reason];
        let rows = pins.into_iter().map(row).collect();
        print::out(&print::table(&["archive", "disks", "pinned", "by", "why"], &[], rows))?;
    }
    Ok(code::DONE)
}
