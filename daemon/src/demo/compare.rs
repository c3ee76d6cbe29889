//! Restores as somebody would who has a disk and no Resguardo: the checksum file, zstd's ordinary stream decoder, and
//! the tool of each kind. Nothing of our own way of reading an archive is used.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use resguardo_shared::digest::Digest;
use zstd::stream::read::Decoder;

/// The archives of one backup, which `sha256sum -c` would call good.
///
/// # Errors
/// A sentence that names the file.
pub fn check_sums(sums: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = sums.parent().unwrap_or(Path::new("."));
    let mut files = Vec::new();
    for line in fs::read_to_string(sums).map_err(|error| format!("{}: {error}", sums.display()))?.lines() {
        let (digest, name) = line.split_once("  ").ok_or_else(|| format!("{} does not read", sums.display()))?;
        let path = folder.join(name);
        let (_, found) =
            File::open(&path).and_then(Digest::of_reader).map_err(|error| format!("{}: {error}", path.display()))?;
        if found.to_string() != digest {
            return Err(format!("{} is not what its checksum says", path.display()));
        }
        files.push(path);
    }
    Ok(files)
}

/// What `zstd -dc` would give.
///
/// # Errors
/// Whatever the system says.
pub fn decompress(archive: &Path) -> io::Result<impl Read + Send + use<>> {
    Decoder::new(BufReader::with_capacity(1 << 20, File::open(archive)?))
}

/// Compares a tar with the tree that it was made of, by `tar --compare`: contents, modes, owners, times and links.
/// Returns how many members it holds.
///
/// # Errors
/// What tar says differs.
pub fn compare_tree(archive: &Path, tree: &Path) -> Result<u64, String> {
    let text = |error: io::Error| error.to_string();
    let mut tar = Command::new("tar");
    tar.args(["--compare", "--verbose", "--file=-", "--directory"]).arg(tree);
    let mut tar = tar.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(text)?;
    let mut stdin = tar.stdin.take().ok_or("tar takes no input")?;
    let mut dump = decompress(archive).map_err(text)?;
    let feeder = std::thread::spawn(move || io::copy(&mut dump, &mut stdin));
    let output = tar.wait_with_output().map_err(text)?;
    let fed = feeder.join().map_err(|_| "the reader of the archive failed".to_owned())?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).lines().rev().take(3).collect::<Vec<_>>().join("; ");
        return Err(format!("tar --compare: {said}"));
    }
    fed.map_err(text)?;
    Ok(output.stdout.iter().map(|&byte| u64::from(byte == b'\n')).sum())
}
