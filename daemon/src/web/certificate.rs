//! The server's certificate and key, from their files, and anew when those change. It may not know who connects.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;
use sha2::{Digest as _, Sha256};
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

use super::app::App;
use crate::config::model::Tls;
use crate::config::secret::{self, SecretError};
use crate::jobs::error::chain;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// No chain is longer.
const CHAIN_BYTES_MAX: u64 = 1024 * 1024;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub(super) enum CertificateError {
    /// The chain cannot be read.
    #[error("the certificate cannot be read from {}", path.display())]
    Chain {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The key cannot be had.
    #[error("the certificate's key cannot be had")]
    Key(#[source] SecretError),
    /// They are not what they should be, or do not belong together.
    #[error("the certificate {} and its key cannot be used", path.display())]
    Pair {
        /// The file of the certificate.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The bytes of both, with their digest.
struct Pair {
    chain: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    digest: Vec<u8>,
}

/// The certificate that connections are given, and the digest of what it was made of.
pub(super) struct Certificate {
    /// What the server reads for each connection.
    pub(super) shown: RustlsConfig,
    digest: Vec<u8>,
}

fn pair(tls: &Tls) -> Result<Pair, CertificateError> {
    let mut chain = Vec::new();
    let read = File::open(&tls.certificate).and_then(|file| file.take(CHAIN_BYTES_MAX).read_to_end(&mut chain));
    read.map_err(|source| CertificateError::Chain { path: tls.certificate.clone(), source })?;
    let key = secret::read(&tls.key, "the key of the pages' certificate").map_err(CertificateError::Key)?;
    let key = Zeroizing::new(key.expose().as_bytes().to_vec());
    let digest = Sha256::new().chain_update(&chain).chain_update([0]).chain_update(&key).finalize().to_vec();
    Ok(Pair { chain, key, digest })
}

/// Reads both for the first time.
///
/// # Errors
/// [`CertificateError`].
pub(super) async fn load(tls: &Tls) -> Result<Certificate, CertificateError> {
    let pair = pair(tls)?;
    let failed = |source| CertificateError::Pair { path: tls.certificate.clone(), source };
    let made = RustlsConfig::from_pem(pair.chain, pair.key.to_vec()).await.map_err(failed)?;
    // The server speaks HTTP/1.1 alone, so nothing else may be agreed on.
    let mut config = (*made.get_inner()).clone();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Certificate { shown: RustlsConfig::from_config(Arc::new(config)), digest: pair.digest })
}

/// Looks at the files each minute and at SIGHUP, until the service ends. Files that are faulty change nothing.
pub(super) async fn follow(app: &App, tls: &Tls, mut certificate: Certificate) {
    let mut told = match signal(SignalKind::hangup()) {
        Ok(told) => Some(told),
        Err(error) => {
            tracing::warn!(
                error = error.to_string(),
                "SIGHUP cannot be heard; the certificate is looked at each minute"
            );
            None
        }
    };
    let mut faulty = false;
    loop {
        let hear = async {
            match &mut told {
                Some(told) => told.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = hear => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = app.stopping.cancelled() => return,
        }
        let digest = match pair(tls) {
            Ok(pair) if pair.digest == certificate.digest => {
                faulty = false;
                continue;
            }
            Ok(pair) => pair.digest,
            Err(error) => {
                // Once for each time that it goes wrong.
                if !std::mem::replace(&mut faulty, true) {
                    tracing::error!(error = chain(&error), "the pages go on with the certificate that they have");
                }
                continue;
            }
        };
        match load(tls).await {
            Ok(new) => {
                certificate.shown.reload_from_config(new.shown.get_inner());
                certificate.digest = digest;
                faulty = false;
                tracing::info!("the pages have a new certificate");
            }
            Err(error) if !std::mem::replace(&mut faulty, true) => {
                tracing::error!(error = chain(&error), "the pages go on with the certificate that they have");
            }
            Err(_) => {}
        }
    }
}
