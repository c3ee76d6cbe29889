//! What all measurements share: the data, the server, and a folder for everything that is written. All of it goes away
//! with the stage, also after a failure.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use resguardo::demo::postgres::Postgres;
use tempfile::TempDir;

use super::data;
use super::options::{Options, Section};
use super::sshd::Sshd;

/// The stage.
pub(crate) struct Stage {
    /// The server at the far end.
    pub(crate) sshd: Sshd,
    /// How often each contender runs.
    pub(crate) runs: usize,
    /// The plain dump, in memory.
    pub(crate) dump: Data,
    /// The database, if it is dumped while we wait, or keeps the service's records.
    pub(crate) postgres: Option<Postgres>,
    /// The agent's binary.
    pub(crate) agent: PathBuf,
    bytes: u64,
    folder: TempDir,
    memory: TempDir,
}

/// A file or a tree that is backed up.
#[derive(Debug, Clone)]
pub(crate) struct Data {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its bytes.
    pub(crate) bytes: u64,
}

impl Stage {
    /// Makes everything that takes long.
    pub(crate) fn build(options: &Options) -> Result<Self> {
        let temporary = |parent: &Path| {
            let made = tempfile::Builder::new().prefix("resguardo-bench").tempdir_in(parent);
            made.with_context(|| parent.display().to_string())
        };
        let (folder, memory) = (temporary(&options.folder)?, temporary(Path::new("/dev/shm"))?);
        let sshd = Sshd::start(&folder.path().join("sshd"))?;
        let path = memory.path().join("dump.sql");
        let postgres = data::database(options.bytes).context("the database")?;
        let dump = Data { bytes: data::dump(&postgres, &path)?, path };
        let kept = [Section::Live, Section::Service, Section::Desk];
        let wanted = kept.into_iter().any(|section| options.wants(section));
        let postgres = wanted.then_some(postgres);
        let beside = std::env::current_exe()?.with_file_name("resguardo-agent");
        let agent = std::env::var_os("RESGUARDO_AGENT").map_or(beside, PathBuf::from);
        let agent = agent.canonicalize().with_context(|| format!("{}: build the agent first", agent.display()))?;
        Ok(Self { sshd, runs: options.runs, dump, postgres, agent, bytes: options.bytes, folder, memory })
    }

    /// Prints what is backed up.
    pub(crate) fn print(&self) {
        println!("- a plain pg_dump of {} bytes, read from memory; {} runs each", self.dump.bytes, self.runs);
        println!("- agent: {}", self.agent.display());
    }

    /// The folder for whatever is written.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The beginning of the dump, for slow lines.
    pub(crate) fn head(&self) -> Result<Data> {
        self.first(self.bytes / 4)
    }

    /// So many bytes of the dump, or all that it has.
    pub(crate) fn first(&self, bytes: u64) -> Result<Data> {
        let path = self.memory.path().join("head.sql");
        Ok(Data { bytes: data::head(&self.dump.path, bytes, &path)?, path })
    }

    /// Bytes that nothing can compress.
    pub(crate) fn noise(&self) -> Result<Data> {
        let path = self.memory.path().join("noise");
        data::noise(self.bytes, &path)?;
        Ok(Data { bytes: path.metadata()?.len(), path })
    }

    /// A tree of files, half as large as the dump.
    pub(crate) fn tree(&self) -> Result<Data> {
        let path = self.folder().join("tree");
        Ok(Data { bytes: data::tree(self.bytes / 2, &path)?, path })
    }
}
