//! `resguardo restore`: from an archive back to what it was made of.

use std::path::Path;

use resguardo_agent::framer;
use resguardo_shared::dump::Dump;

use super::args::{Part, Restore};
use super::exit::{Failure, code};
use super::verify::bar;
use super::{load_for, print};
use crate::jobs::archives::{self, Found};
use crate::jobs::error::{JobError, chain};
use crate::jobs::{disks, restore};

pub(super) fn run(config: &Path, asked: &Restore) -> Result<u8, Failure> {
    let is_file = disks::is_path(&asked.archive) && Path::new(&asked.archive).is_file();
    let words: Vec<String> = asked.disk.iter().cloned().collect();
    let config = if is_file { None } else { load_for(config, &words)? };
    let copies = archives::find(config.as_ref(), &asked.archive, &words)?;
    // A copy that turns out to be damaged gives way to the next, as long as nothing has been given away.
    let mut last = None;
    for found in &copies {
        match one(found, asked) {
            Ok(text) => {
                print::note(&text);
                return Ok(code::DONE);
            }
            Err(JobError::Disk(error)) if error.is_damage() && asked.to != "-" && !asked.extract => {
                print::note(&format!("resguardo: {}", chain(&error)));
                last = Some(JobError::Disk(error));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let none = || JobError::NoArchive { name: asked.archive.clone(), searched: "any disk that is here".to_owned() };
    Err(last.unwrap_or_else(none).into())
}

fn one(found: &Found, asked: &Restore) -> Result<String, JobError> {
    let bytes = found.entry.manifest.as_ref().map_or(0, crate::vault::manifest::Manifest::plain_bytes);
    let bar = bar(found.entry.name(), bytes);
    let threads = framer::threads(0);
    let tell = |bytes| bar.inc(bytes);
    let part = asked.part.map(|part| match part {
        Part::Main => resguardo_shared::dump::Part::Main,
        Part::Roles => resguardo_shared::dump::Part::Roles,
    });
    let from = format!("{} from disk {}", found.entry.name(), found.disk.name);
    let result = if asked.to == "-" {
        restore::to_stream(found, part, threads, &tell, &mut std::io::stdout()).map(|()| format!("restored {from}"))
    } else if asked.extract {
        let folder = Path::new(&asked.to);
        restore::extract(found, folder, threads, &tell).map(|()| format!("restored {from} into {}", folder.display()))
    } else {
        let paths = restore::to_folder(found, Path::new(&asked.to), part, threads, &tell);
        paths.map(|paths| {
            let files: String = paths.iter().map(|path| format!("\n  {}", path.display())).collect();
            format!("restored {from}, every digest compared:{files}\n{}", next(found))
        })
    };
    bar.finish_and_clear();
    result
}

/// What to do with a restored dump.
fn next(found: &Found) -> &'static str {
    match found.entry.manifest.as_ref().map(|manifest| &manifest.dump) {
        Ok(Dump::Postgres(_)) => "load it with psql (roles first) and pg_restore or psql; see LEEME.txt on the disk",
        Ok(Dump::Mysql(_)) => "load it with mariadb or mysql; see LEEME.txt on the disk",
        Ok(Dump::Sqlite(_)) => "the .sqlite file is the database itself",
        Ok(Dump::Files(_)) => "unpack it with tar -x, or restore with --extract",
        _ => "",
    }
}
