//! The layouts: built in, and each replaced by a file of its name where a folder has one.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The built-in layouts.
const BUILT_IN: &[(&str, &str)] = &[
    ("hoja.typ", include_str!("../templates/hoja.typ")),
    ("fo-01.typ", include_str!("../templates/fo-01.typ")),
    ("fo-02.typ", include_str!("../templates/fo-02.typ")),
    ("fo-03.typ", include_str!("../templates/fo-03.typ")),
    ("fo-05.typ", include_str!("../templates/fo-05.typ")),
    ("fo-06.typ", include_str!("../templates/fo-06.typ")),
    ("rp-fo-03.typ", include_str!("../templates/rp-fo-03.typ")),
    ("rh-fo-02.typ", include_str!("../templates/rh-fo-02.typ")),
    ("caratula.typ", include_str!("../templates/caratula.typ")),
    (MANUAL, include_str!("../templates/manual.typ")),
];
/// The layout of the operator's manual.
pub(crate) const MANUAL: &str = "manual.typ";
/// The endings of files that are read from a folder: layouts, and pictures for them.
const ENDINGS: &[&str] = &["typ", "svg", "png", "jpg"];
/// The names that the logo may have; the first that is there is printed in the header.
const LOGOS: &[&str] = &["logo.svg", "logo.png", "logo.jpg"];
/// The most bytes of one file.
const FILE_BYTES_MAX: u64 = 2 << 20;
/// The most files of a folder.
const FILES_MAX: usize = 64;

/// A file that layouts are made of.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
    /// Where it was read; `None` if it is built in.
    pub(crate) path: Option<PathBuf>,
}

/// All files that layouts may name, by their names.
#[derive(Debug, Clone)]
pub(crate) struct Templates(BTreeMap<String, File>);

impl Templates {
    /// The built-in files, and over them those of a folder.
    ///
    /// # Errors
    /// [`Failure::Folder`], [`Failure::File`], [`Failure::FileSize`], [`Failure::FileCount`].
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, Failure> {
        let built_in =
            |(name, text): &(&str, &str)| ((*name).to_owned(), File { bytes: text.as_bytes().to_vec(), path: None });
        let mut files: BTreeMap<String, File> = BUILT_IN.iter().map(built_in).collect();
        if let Some(folder) = folder {
            let failed = |source| Failure::Folder { path: folder.to_owned(), source };
            for entry in fs::read_dir(folder).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| is_ours(name)) else {
                    continue;
                };
                files.insert(name.to_owned(), File { bytes: read(&path)?, path: Some(path.clone()) });
                if files.len() > FILES_MAX {
                    return Err(Failure::FileCount { path: folder.to_owned(), most: FILES_MAX });
                }
            }
        }
        Ok(Self(files))
    }

    /// The file of a name.
    pub(crate) fn file(&self, name: &str) -> Option<&File> {
        self.0.get(name)
    }

    /// The name of the logo, if there is one.
    pub(crate) fn logo(&self) -> Option<&'static str> {
        LOGOS.iter().copied().find(|name| self.0.contains_key(*name))
    }
}

/// Whether a file of this name belongs to layouts. Hidden files are an editor's.
fn is_ours(name: &str) -> bool {
    !name.starts_with('.') && name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |source| Failure::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Failure::FileSize { path: path.to_owned(), most: FILE_BYTES_MAX });
    }
    Ok(bytes)
}

/// Writes the built-in layouts into a folder.
///
/// # Errors
/// [`Failure::File`], also for a file that is there already.
pub(crate) fn write(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|source| Failure::Folder { path: folder.to_owned(), source })?;
    for (name, text) in BUILT_IN {
        let path = folder.join(name);
        let written = create(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|source| Failure::File { path, source })?;
    }
    Ok(())
}

/// A new file; one that is there stays as it is.
fn create(path: &Path) -> io::Result<fs::File> {
    fs::File::options().write(true).create_new(true).open(path)
}
