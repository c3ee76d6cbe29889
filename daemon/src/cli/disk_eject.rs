//! `resguardo disk eject`: the service lets go of the disk, it is unmounted, and whoever stands before it is told in
//! their own language that it may be unplugged, and where it belongs.

use std::path::{Path, PathBuf};

use super::args_disk::DiskEject;
use super::exit::{Failure, code};
use super::{load, print, socket};
use crate::config::model::Place;
use crate::jobs::disks;
use crate::jobs::error::{JobError, chain};
use crate::jobs::lock::{self, RunLock};
use crate::jobs::report_disks::LetGo;
use crate::medium::eject::{self, EjectError, Ejected};
use crate::medium::hardware::Roots;
use crate::service::client::{self, ClientError};
use crate::service::protocol::Request;

pub(super) fn run(config: &Path, asked: &DiskEject) -> Result<u8, Failure> {
    let socket = socket::of(config)?;
    let request = Request::DiskLetGo { disk: asked.name.clone() };
    let (disk, held) = match client::ask_once::<LetGo>(&socket, request) {
        Ok(disk) => (disk, None),
        Err(ClientError::NoDaemon { .. }) => {
            let (disk, held) = without_service(config, &asked.name)?;
            (disk, Some(held))
        }
        Err(error) => return Err(error.into()),
    };
    let tell = held.is_none();
    let path = PathBuf::from(&disk.path);
    let roots = Roots::system();
    // Afterwards nobody can say what it was.
    let by_hand = eject::by_hand(&path, &roots);
    let ejected = eject::eject(&path, &roots);
    if tell {
        let how = ejected.as_ref().ok().map(|ejected| word(*ejected).to_owned());
        let request = Request::DiskEjected { disk: asked.name.clone(), out: ejected.is_ok(), how };
        if let Err(error) = client::ask_once::<String>(&socket, request) {
            print::note(&format!("resguardo: the daemon did not record it: {}", chain(&error)));
        }
    }
    let ejected = ejected.map_err(|error| failure(&error, &by_hand))?;
    if asked.json {
        print::json(&serde_json::json!({
            "disk": disk.disk, "path": disk.path, "ejected": word(ejected), "custody": disk.custody, "owed": disk.owed,
        }))?;
    } else {
        print::out(&farewell(&disk))?;
    }
    Ok(code::DONE)
}

/// Without a service nobody may be backing up in a process of their own.
fn without_service(config: &Path, name: &str) -> Result<(LetGo, Option<RunLock>), Failure> {
    let config = load(config)?;
    let disk = disks::named(&config, name)?;
    let Place::Folder { path, .. } = &disk.place else {
        let what = format!("disk {name} is an object store, which cannot be ejected");
        return Err(Failure::new(code::USAGE, what));
    };
    // A lock that was never made, or is not for this user, is no reason to leave the disk in; and a new one would belong
    // to whoever ejects.
    let held = match lock::take_if_there(&config.paths.state) {
        Err(error @ JobError::Busy { .. }) => return Err(error.into()),
        Err(_) => None,
        Ok(held) => held,
    };
    let (path, custody) = (path.display().to_string(), disk.custody.clone());
    Ok((LetGo { disk: name.to_owned(), path, custody, owed: 0 }, held))
}

fn word(ejected: Ejected) -> &'static str {
    match ejected {
        Ejected::Unmounted => "unmounted",
        Ejected::PoweredOff => "powered_off",
    }
}

/// What whoever stands before the disk reads.
fn farewell(disk: &LetGo) -> String {
    let custody = disk.custody.as_ref().map(|custody| format!(" (guárdelo en: {custody})")).unwrap_or_default();
    let owed = match disk.owed {
        0 => String::new(),
        1 => "Todavía le falta 1 copia: se hará cuando vuelva a conectarlo.\n".to_owned(),
        copies => format!("Todavía le faltan {copies} copias: se harán cuando vuelva a conectarlo.\n"),
    };
    format!("Puede retirarlo: {}{custody}\n{owed}", disk.disk)
}

fn failure(error: &EjectError, by_hand: &str) -> Failure {
    let code = match error {
        EjectError::Busy { .. } => code::BUSY,
        EjectError::NotMounted(_) => code::DISK,
        _ => code::FAILED,
    };
    let mut message = format!("{}; do NOT unplug it", chain(error));
    if matches!(error, EjectError::NotMounted(_)) {
        message = chain(error);
    } else if matches!(error, EjectError::NotAllowed { .. }) {
        message = format!("{message}. Run:\n  {by_hand}");
    }
    Failure::new(code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_unplugs_a_disk_is_told_where_it_belongs_and_what_it_lacks() {
        let custody = Some("caja fuerte, Dirección".to_owned());
        let disk = |owed| LetGo { disk: "disco-a".to_owned(), path: "/m".to_owned(), custody: custody.clone(), owed };
        assert_eq!(farewell(&disk(0)), "Puede retirarlo: disco-a (guárdelo en: caja fuerte, Dirección)\n");
        assert!(farewell(&disk(1)).ends_with("Todavía le falta 1 copia: se hará cuando vuelva a conectarlo.\n"));
        assert!(farewell(&disk(3)).contains("le faltan 3 copias"));
    }
}
