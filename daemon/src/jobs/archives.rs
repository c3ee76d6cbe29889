//! Which backups there are, on which disks, and which one an operator means.

use std::path::Path;

use super::disks;
use super::error::JobError;
use crate::config::model::Config;
use crate::vault::admit::Admitted;
use crate::vault::catalogue::{self, Entry};
use crate::vault::store::Store;

/// A backup on a disk.
#[derive(Debug)]
pub struct Found {
    /// The disk.
    pub disk: Admitted,
    /// The backup.
    pub entry: Entry,
}

/// The disks that these words mean: names of the configuration, or paths, for which none is needed. No words mean every
/// disk of the configuration; one that is not here is then left out, with the reason.
///
/// # Errors
/// What a disk that was named says.
pub fn open_disks(config: Option<&Config>, words: &[String]) -> Result<(Vec<Admitted>, Vec<JobError>), JobError> {
    let mut opened = Vec::new();
    let mut absent = Vec::new();
    if words.is_empty() {
        for disk in config.map(|config| config.disks.as_slice()).unwrap_or_default() {
            match config.map(|config| disks::by_name(config, &disk.name)) {
                Some(Ok(disk)) => opened.push(disk),
                Some(Err(error)) => absent.push(error),
                None => {}
            }
        }
    }
    for word in words {
        opened.push(one_disk(config, word)?);
    }
    Ok((opened, absent))
}

/// The disk that a word means.
///
/// # Errors
/// What the disk says, or [`JobError::Unknown`].
pub fn one_disk(config: Option<&Config>, word: &str) -> Result<Admitted, JobError> {
    match config {
        _ if disks::is_path(word) => disks::by_path(Path::new(word)),
        Some(config) => disks::by_name(config, word),
        None => Err(JobError::Unknown {
            what: "disk",
            name: word.to_owned(),
            known: "none without a configuration".to_owned(),
        }),
    }
}

/// All backups on these disks, or those of one dataset.
///
/// # Errors
/// What a disk says.
pub fn list(disks: &[Admitted], dataset: Option<&str>) -> Result<Vec<Found>, JobError> {
    let mut found = Vec::new();
    for disk in disks {
        let store = Store::open(&disk.name, &disk.place)?;
        found.extend(catalogue::list(&store, dataset)?.into_iter().map(|entry| Found { disk: disk.clone(), entry }));
    }
    Ok(found)
}

/// The copies of the backup that a name means: `SERVER/DATASET/STAMP`, `SERVER/DATASET` for the newest, or the path of
/// one of its files, which means the copy on that disk. All of them are of the same moment.
///
/// # Errors
/// [`JobError::NoArchive`], or what a disk says.
pub fn find(config: Option<&Config>, name: &str, words: &[String]) -> Result<Vec<Found>, JobError> {
    let around = if Path::new(name).is_file() { disks::around(Path::new(name)) } else { None };
    let (opened, name) = match around {
        Some((disk, key)) => (vec![disks::by_path(&disk)?], archive_of(&key)),
        None => (open_disks(config, words)?.0, name.to_owned()),
    };
    let searched = || {
        let names = opened.iter().map(|disk| disk.name.clone()).collect::<Vec<_>>().join(", ");
        if names.is_empty() { "any disk that is here".to_owned() } else { names }
    };
    let no_archive = || JobError::NoArchive { name: name.clone(), searched: searched() };
    let mut parts = name.splitn(3, '/');
    let (Some(server), Some(dataset)) = (parts.next(), parts.next()) else { return Err(no_archive()) };
    let mut found = list(&opened, Some(&format!("{server}/{dataset}")))?;
    let wanted = match parts.next() {
        Some(_) => name.clone(),
        // Stamps of one time zone sort as their moments do.
        None => found.iter().map(|found| found.entry.name().to_owned()).max().ok_or_else(no_archive)?,
    };
    found.retain(|found| found.entry.name() == wanted);
    if found.is_empty() { Err(no_archive()) } else { Ok(found) }
}

/// The name of the backup that a file of it belongs to: everything before the first dot of the file's name.
fn archive_of(key: &str) -> String {
    let key = key.strip_prefix(crate::vault::layout::ARCHIVES).unwrap_or(key);
    match key.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/{}", file.split('.').next().unwrap_or(file)),
        None => key.to_owned(),
    }
}
