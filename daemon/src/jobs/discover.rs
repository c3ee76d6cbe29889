//! Asking a server what there is on it that could be kept, and trying whether it can be. Nothing is changed there, and nothing is kept. It
//! may not know who asked, nor what becomes of the answer.

use std::time::Duration;

use resguardo_shared::dump::{Dump, Part};
use tokio::time::timeout;

use super::error::JobError;
use super::far_input::{ended, said};
use super::targets;
use crate::config::model::{Config, Server};
use crate::source::{self, Came, Request, SourceError};
use crate::survey::{self, ANSWER_BYTES_MAX, Proposal, SCRIPT, Survey, Unread};
use crate::transport::{self, Output, Target, TransportError, Window};

/// How long a server may think.
const PATIENCE: Duration = Duration::from_secs(300);
/// How much of a dump is taken to see that it can be: enough for all that a tool checks before it begins.
const TRIAL_BYTES: u64 = 64 << 20;
/// How long a trial may take before it counts as begun.
const TRIAL_PATIENCE: Duration = Duration::from_secs(120);

/// Why a server was not surveyed.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// It was not reached, not believed, or did not let us in.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A secret is missing, or it is this machine itself.
    #[error(transparent)]
    Job(#[from] JobError),
    /// It let us in and answered nothing that reads.
    #[error("server {server}: what is on it cannot be told ({said})")]
    Unread {
        /// The server.
        server: String,
        /// What it said beside its answer.
        said: String,
        /// Why not.
        #[source]
        source: Unread,
    },
    /// It did not answer in time.
    #[error("server {server} did not say in {} seconds what is on it", PATIENCE.as_secs())]
    Slow {
        /// The server.
        server: String,
    },
    /// A trial gave nothing in time.
    #[error("{dataset}: nothing came of a trial dump in {} seconds; is something there locked?", TRIAL_PATIENCE.as_secs())]
    Silent {
        /// `SERVER/DATASET`.
        dataset: String,
    },
}

/// What a trial dump came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// It was whole, with so many bytes before compression.
    Whole(u64),
    /// So much of it came, and no more was wanted.
    Begun(u64),
}

/// Asks a server.
///
/// # Errors
/// [`DiscoverError`].
pub async fn ask(target: &Target) -> Result<Survey, DiscoverError> {
    let session = transport::connect(target, Window::Lan).await?;
    let asking = session.run("exec sh -s", SCRIPT.as_bytes(), ANSWER_BYTES_MAX);
    let answer = timeout(PATIENCE, asking).await;
    session.close().await;
    let Output { stdout, stderr, exit } = answer.map_err(|_| DiscoverError::Slow { server: target.name.clone() })??;
    survey::read(&String::from_utf8_lossy(&stdout)).map_err(|source| {
        let said = format!("{}{}", ended(&exit), said(&stderr));
        DiscoverError::Unread { server: target.name.clone(), said, source }
    })
}

/// What could be kept of a server of the configuration and is not.
pub fn unkept(config: &Config, server: &Server, survey: &Survey) -> Vec<Proposal> {
    // The same machine may stand there twice, by two ways in.
    let is_same = |other: &&Server| match (&other.login, &server.login) {
        (Some(other), Some(login)) => (&other.host, other.port) == (&login.host, login.port),
        _ => other.name == server.name,
    };
    let all = config.servers.iter().filter(is_same).flat_map(|server| &server.datasets);
    let known: Vec<&Dump> = all.map(|dataset| &dataset.dump).collect();
    let names: Vec<&str> = server.datasets.iter().map(|dataset| dataset.name.as_str()).collect();
    survey::propose(survey, &known, &names)
}

/// Takes a dump as a backup would, and throws it away. Of a large one only the beginning is taken.
///
/// # Errors
/// What a backup would fail with.
pub async fn attempt(config: &Config, server: &Server, name: &str, dump: &Dump) -> Result<Trial, DiscoverError> {
    let dataset = format!("{}/{name}", server.name);
    let failed = |source: SourceError| JobError::Dump { dataset: dataset.clone(), part: "trial", source };
    let line = targets::line(config, server, &dataset).await?;
    let request = Request { dump: dump.clone(), part: Part::Main, level: 1, threads: 1 };
    let mut dumping = source::open(line, request).await.map_err(failed)?;
    let mut bytes = 0_u64;
    let taking = async {
        while bytes < TRIAL_BYTES {
            match dumping.next().await {
                Some(Came::Frame(frame)) => bytes = bytes.saturating_add(u64::from(frame.plain_length)),
                Some(_) => {}
                None => return true,
            }
        }
        false
    };
    let is_whole = timeout(TRIAL_PATIENCE, taking).await;
    match is_whole {
        Ok(true) => {
            let end = dumping.finish().await.map_err(failed)?;
            source::judge(dump, Part::Main, &end).map_err(failed)?;
            Ok(Trial::Whole(bytes))
        }
        Err(_) if bytes == 0 => {
            dumping.give_up().await;
            Err(DiscoverError::Silent { dataset })
        }
        _ => {
            dumping.give_up().await;
            Ok(Trial::Begun(bytes))
        }
    }
}
