//! The figures as a file, for the textfile collector of node_exporter. It may not know what they are.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Writes the text to a file that others may read, so that whoever reads it finds the old text or the new one, whole.
///
/// # Errors
/// What the system says; the old text is then still there.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = unfinished(path);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(&unfinished)?;
    // The mask of the service would keep it from others.
    file.set_permissions(fs::Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())?;
    fs::rename(&unfinished, path).inspect_err(|_| {
        // The reason is told; what is left of it is written over the next time.
        let _left = fs::remove_file(&unfinished);
    })
}

/// Beside the file, for a rename stays within a file system; the collector reads only what ends in `.prom`.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_takes_the_place_of_the_old_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("resguardo.prom");
        for text in ["one\n# EOF\n", "", "another\n# EOF\n"] {
            write(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn where_it_cannot_be_written_the_old_text_stays() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("nowhere/resguardo.prom"), "text").is_err());
        let path = folder.path().join("resguardo.prom");
        fs::create_dir(&path).unwrap();
        assert!(write(&path, "text").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished is left");
    }
}
