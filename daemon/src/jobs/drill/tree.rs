//! The drill of a tree of files: unpacked by the system's tar, counted, and compared with the archive byte for byte by
//! the same tar.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use resguardo_shared::dump::Part;

use super::process;
use super::trial::{Halt, Restored, Trial, since};

/// So many differences are named.
const NAMED: usize = 20;
/// What tar finds different only because the files belong to whoever unpacked them, who could not give them away.
const NOT_OURS: [&str; 3] = [": Uid differs", ": Gid differs", ": Mode differs"];

pub(super) fn restore(trial: &Trial<'_>) -> Result<Restored, Halt> {
    let tar =
        process::program("tar").ok_or_else(|| Halt::NotRun("tar is not installed here: install tar".to_owned()))?;
    let tree = trial.folder.path.join("arbol");
    let made = DirBuilder::new().mode(0o700).create(&tree);
    made.map_err(|error| Halt::NotRun(format!("cannot make {}: {error}", tree.display())))?;
    let is_root = rustix::process::geteuid().is_root();
    let command = |words: &[&str]| -> Result<Command, Halt> {
        let mut command = process::command(&tar, None, &trial.folder.path, "KILL").map_err(Halt::NotRun)?;
        command.args(words).arg("--file=-").arg("--directory").arg(&tree);
        Ok(command)
    };
    let as_it_was: &[&str] = if is_root {
        &["--extract", "--xattrs", "--acls", "--preserve-permissions", "--same-owner"]
    } else {
        &["--extract", "--no-same-owner", "--no-same-permissions"]
    };
    (trial.tell)("restoring");
    let began = Instant::now();
    trial.load(command(as_it_was)?, Part::Main, "tar")?;
    let restore_ms = since(began);
    let counted = count(&tree).map_err(|error| Halt::Failed(format!("the restored tree cannot be read: {error}")))?;
    let members = trial.file(Part::Main).and_then(|file| file.evidence.members);
    if let Some(members) = members.filter(|members| *members != counted.members) {
        return Err(Halt::Failed(format!(
            "{} files and folders were restored and the archive holds {members}",
            counted.members
        )));
    }
    (trial.tell)("comparing every file with the archive");
    compare(trial, command(&["--compare"])?, is_root)?;
    let finding = |what: &str, found: String| (what.to_owned(), found);
    Ok(Restored {
        restore_ms,
        findings: vec![
            finding("members", format!("{}, as many as the archive holds", counted.members)),
            finding("bytes", crate::units::bytes(counted.bytes)),
            finding("content", "every file is byte for byte the archive's".to_owned()),
        ],
    })
}

/// Lets tar compare what it unpacked with the archive, which is read once more.
fn compare(trial: &Trial<'_>, mut command: Command, is_root: bool) -> Result<(), Halt> {
    let ran = process::run(&mut command, trial.cancel, |out| trial.stream(Part::Main, out));
    let (given, ended) = ran.map_err(|error| Halt::NotRun(format!("cannot start tar: {error}")))?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let differs = |line: &&str| is_root || !NOT_OURS.iter().any(|known| line.ends_with(known));
    let differences: Vec<&str> = said.lines().filter(differs).take(NAMED).collect();
    if !differences.is_empty() {
        return Err(Halt::Failed(format!("what was restored differs from the archive: {}", differences.join("; "))));
    }
    // Status 1 says that something differs, and nothing does that counts.
    if ended.status.code() == Some(1) && given.is_ok() && ended.stderr.is_empty() {
        return Ok(());
    }
    trial.judge(given, &ended, "tar")
}

/// What lies in a tree, itself included.
#[derive(Default)]
struct Counted {
    members: u64,
    bytes: u64,
}

fn count(path: &Path) -> io::Result<Counted> {
    let mut counted = Counted::default();
    let mut folders = vec![path.to_owned()];
    counted.members += 1;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            counted.members += 1;
            if about.is_dir() {
                folders.push(entry.path());
            } else if about.is_file() {
                counted.bytes += about.len();
            }
        }
    }
    Ok(counted)
}
