//! From a server of the configuration to a login that can be used: its secrets read, its jump hosts resolved.

use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::error::JobError;
use crate::config::model::{Config, HostKeys, Mode, SecretSource, Server};
use crate::config::secret;
use crate::source::Way;
use crate::transport::{self, Target};

/// The login on a server.
///
/// # Errors
/// [`JobError::Secret`].
pub fn target(config: &Config, server: &Server) -> Result<Target, JobError> {
    let read = |source: &SecretSource, what: &str| {
        let secret = secret::read(source, what);
        let secret = secret.map_err(|source| JobError::Secret { server: server.name.clone(), source })?;
        Ok::<_, JobError>(Zeroizing::new(secret.expose().to_owned()))
    };
    // The configuration has been checked: a jump host exists, and no chain of them comes back to itself.
    let jump = server.jump.as_deref().and_then(|name| config.server(name));
    Ok(Target {
        name: server.name.clone(),
        host: server.host.clone(),
        port: server.port,
        user: server.user.clone(),
        key_pem: read(&server.key, "the private key")?,
        passphrase: server.passphrase.as_ref().map(|source| read(source, "the passphrase")).transpose()?,
        host_keys: match &server.host_keys {
            HostKeys::Pinned(keys) => transport::HostKeys::Pinned(keys.clone()),
            HostKeys::KnownHosts(path) => transport::HostKeys::KnownHosts { path: path.clone() },
        },
        jump: jump.map(|jump| target(config, jump)).transpose()?.map(Box::new),
        connect: Duration::from_secs(server.connect_seconds),
        keepalive: Duration::from_secs(server.keepalive_seconds),
        idle: (server.idle_seconds > 0).then(|| Duration::from_secs(server.idle_seconds)),
    })
}

/// How dumps are taken on a server.
pub fn way(config: &Config, server: &Server) -> Way {
    match server.mode {
        Mode::Agent => Way::Bring { binary: agent_binary(config), folder: server.agent_folder.clone() },
        Mode::Installed => Way::Installed,
        Mode::Plain => Way::Plain,
    }
}

/// The agent's binary: the one that the configuration names, the one beside this program, or this program itself,
/// which is the agent when it is called by the agent's name.
pub fn agent_binary(config: &Config) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("/proc/self/exe"));
    let beside = own.parent().map(|folder: &Path| folder.join("resguardo-agent"));
    config.paths.agent.clone().or_else(|| beside.filter(|path| path.is_file())).unwrap_or(own)
}
