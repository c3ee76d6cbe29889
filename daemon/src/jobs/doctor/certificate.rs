//! The certificate of the pages: does it read, and how long does it hold. It may not know who connects.

use chrono::{DateTime, Utc};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::{Found, HERE};
use crate::config::model::{Config, Tls};
use crate::config::secret;
use crate::findings::{self, Code, Verdict};
use crate::jobs::error::chain;

/// So many days before its end it is told.
const TOLD_DAYS: i64 = 21;

/// The certificate, where TLS ends here.
pub(super) fn examine(config: &Config, now: DateTime<Utc>) -> Found {
    let mut found = Found::default();
    let Some(tls) = config.web.as_ref().and_then(|web| web.tls.as_ref()) else { return found };
    match until(tls) {
        Ok(until) => {
            let days = (until - now).num_days();
            found.figure("certificate days".to_owned(), days, "", None);
            let shown = until.with_timezone(&config.time_zone).format("%Y-%m-%d %H:%M");
            let remedy = "renew it and put the new one in its place; the service takes it within a minute";
            if until <= now {
                let said = format!("{} ended on {shown}", tls.certificate.display());
                found.add(HERE, "certificate", Verdict::critical(Code::CertificateExpired, said, remedy));
            } else if days < TOLD_DAYS {
                let said = format!("{} ends on {shown}", tls.certificate.display());
                found.add(HERE, "certificate", Verdict::warning(Code::CertificateEnding, said, remedy));
            } else {
                found.well(HERE, "certificate", format!("it is good until {shown}"));
            }
        }
        Err(said) => {
            let remedy =
                "put the chain (PEM) and its key where `web.tls` says; only the service's user may read the key";
            found.add(HERE, "certificate", Verdict::critical(Code::CertificateUnreadable, said, remedy));
        }
    }
    found
}

/// The first moment at which one of the chain is over.
fn until(tls: &Tls) -> Result<DateTime<Utc>, String> {
    let path = tls.certificate.display();
    let pem = std::fs::read(&tls.certificate).map_err(|error| format!("{path} cannot be read: {error}"))?;
    secret::read(&tls.key, "the key of the pages' certificate").map_err(|error| chain(&error))?;
    let chain: Result<Vec<CertificateDer<'_>>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let chain = chain.map_err(|error| format!("{path} is no PEM: {error}"))?;
    let ends: Result<Vec<DateTime<Utc>>, _> = chain.iter().map(|der| findings::not_after(der)).collect();
    let ends = ends.map_err(|error| format!("{path}: {error}"))?;
    ends.into_iter().min().ok_or_else(|| format!("{path} holds no certificate"))
}
