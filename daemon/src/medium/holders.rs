//! Who holds a folder open, so that a disk cannot be taken out: as far as this user may see. It may not end anybody.

use std::fs;
use std::path::{Path, PathBuf};

/// The most that are named.
const HOLDERS_MAX: usize = 20;

/// A process that uses something below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// What it uses: its working folder, or a file that it has open.
    pub what: PathBuf,
}

/// The processes that use something below a folder, by their numbers. `proc` is `/proc`.
pub fn below(folder: &Path, proc: &Path) -> Vec<Holder> {
    let Ok(entries) = fs::read_dir(proc) else { return Vec::new() };
    let pid = |entry: &fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let mut pids: Vec<u32> = entries.flatten().filter_map(|entry| pid(&entry)).collect();
    pids.sort_unstable();
    pids.into_iter().filter_map(|pid| holder(folder, &proc.join(pid.to_string()), pid)).take(HOLDERS_MAX).collect()
}

fn holder(folder: &Path, process: &Path, pid: u32) -> Option<Holder> {
    let own = ["cwd", "root", "exe"].into_iter().map(|name| process.join(name));
    let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten().map(|entry| entry.path());
    let what = own.chain(open).filter_map(|link| fs::read_link(link).ok()).find(|target| target.starts_with(folder))?;
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default().trim().to_owned();
    Some(Holder { pid, name, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_file_open_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        assert_eq!(below(&path, Path::new("/proc")), Vec::new());
        let _open = fs::File::create(path.join("x")).unwrap();
        let holders = below(&path, Path::new("/proc"));
        assert_eq!(holders.len(), 1);
        assert_eq!((holders[0].pid, holders[0].what.clone()), (std::process::id(), path.join("x")));
    }
}
