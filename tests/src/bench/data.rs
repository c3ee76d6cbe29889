//! The bytes that are backed up: a dump of the sample, noise, and a tree of files. They lie in memory, so that no
//! contender waits for the source's disk.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use resguardo::demo::postgres::Postgres;
use resguardo::demo::sample::tables;

/// Complaints of which the size of all is extrapolated.
const PROBE: u64 = 20_000;

/// Starts a database whose plain dump has about so many bytes, and quiet afterwards.
pub(crate) fn database(bytes: u64) -> Result<Postgres> {
    let mut counter = Counter(0);
    for table in tables() {
        table.copy(PROBE, &mut counter)?;
    }
    let complaints = (bytes * PROBE).div_ceil(counter.0);
    let postgres = Postgres::start(complaints).map_err(|error| anyhow!(error))?;
    // Whatever would be done in the background later is done now or never.
    for sql in ["ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()", "VACUUM ANALYZE", "CHECKPOINT"] {
        let mut psql = login(&postgres, "psql")?;
        let output = psql.args(["-XAtqc", sql]).output()?;
        ensure!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(postgres)
}

/// A client program with the arguments that reach the database.
pub(crate) fn login(postgres: &Postgres, tool: &str) -> Result<Command> {
    let mut command = Command::new(postgres.tools().join(tool));
    let dataset = postgres.dataset();
    for (option, key) in [("-h", "host"), ("-U", "user"), ("-d", "database")] {
        command.arg(option).arg(dataset.get(key).and_then(|value| value.as_str()).context(key)?);
    }
    Ok(command)
}

/// Writes the plain dump; returns its size.
pub(crate) fn dump(postgres: &Postgres, path: &Path) -> Result<u64> {
    let status = login(postgres, "pg_dump")?.arg("-f").arg(path).status()?;
    ensure!(status.success(), "pg_dump failed");
    Ok(path.metadata()?.len())
}

/// Writes bytes that nothing can compress, always the same.
pub(crate) fn noise(bytes: u64, path: &Path) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    // Xorshift by Marsaglia.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..bytes / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.write_all(&state.to_le_bytes())?;
    }
    out.flush()
}

/// Copies the first bytes of a file.
pub(crate) fn head(from: &Path, bytes: u64, to: &Path) -> io::Result<u64> {
    io::copy(&mut io::Read::take(File::open(from)?, bytes), &mut File::create(to)?)
}

/// Copies files of this system until there are so many bytes; returns how many.
pub(crate) fn tree(bytes: u64, to: &Path) -> Result<u64> {
    let mut copied = 0;
    for from in ["/usr/lib", "/usr/share"] {
        copy(Path::new(from), &to.join(from.trim_start_matches('/')), bytes, &mut copied)?;
    }
    Ok(copied)
}

fn copy(from: &Path, to: &Path, bytes: u64, copied: &mut u64) -> Result<()> {
    fs::create_dir_all(to)?;
    let mut entries: Vec<PathBuf> =
        fs::read_dir(from)?.map(|entry| entry.map(|it| it.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        let kind = path.symlink_metadata()?.file_type();
        let to = to.join(path.file_name().context("a name")?);
        if *copied >= bytes {
            return Ok(());
        }
        if kind.is_dir() {
            copy(&path, &to, bytes, copied)?;
        } else if kind.is_file() {
            *copied += fs::copy(&path, &to).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
