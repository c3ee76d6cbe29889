//! A directory (OpenLDAP, Active Directory) that is asked whether a password is somebody's. It is never written to, and it
//! may not know who may do what here.
//!
//! A search account finds the person's entry; then the password is tried on that entry. Over a network this is always
//! encrypted: `ldaps://`, or StartTLS on `ldap://`.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, ResultEntry, Scope, SearchOptions};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// What stands for the login in a filter.
pub const LOGIN: &str = "{login}";
/// How long a connection is waited for.
const CONNECT: Duration = Duration::from_secs(5);
/// How long each answer is waited for.
const ANSWER: Duration = Duration::from_secs(5);
/// How long all of it may take.
const WHOLE: Duration = Duration::from_secs(15);
/// No login has more bytes.
const LOGIN_BYTES_MAX: usize = 256;
/// No password has more bytes.
const PASSWORD_BYTES_MAX: usize = 1024;
/// The most bytes that the file of an authority may have.
const CA_BYTES_MAX: u64 = 1 << 20;

/// What a directory answers when it is content.
const SUCCESS: u32 = 0;
/// More was found than was asked for.
const SIZE_LIMIT: u32 = 4;
/// That an entry is not there, on the base of the search.
const NO_SUCH_OBJECT: u32 = 32;
/// What it answers to a password that is not right, or no longer: constraint, kind of login, credentials, unwilling.
const WRONG: [u32; 4] = [19, 48, 49, 53];

/// A directory and how people are found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `ldaps://HOST[:PORT]` or `ldap://HOST[:PORT]`.
    pub url: String,
    /// The account that searches.
    pub bind_dn: String,
    /// Below which people are searched.
    pub base: String,
    /// How one is found, with [`LOGIN`] in the place of the login: `(uid={login})`.
    pub filter: String,
    /// The certificate (PEM) of the authority that signed the directory's; the system's authorities, if none.
    pub ca: Option<PathBuf>,
}

/// Why a directory cannot be asked. Whether a password is right is no error.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The authority's certificate cannot be read.
    #[error("the directory's authority {path} cannot be read; name a certificate in PEM that Resguardo's user can read", path = path.display())]
    Ca {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no certificate.
    #[error("the directory's authority {path} is no certificate in PEM", path = path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// It is not reached or not believed.
    #[error("the directory {url} is not reached, or its certificate is not believed")]
    Reach {
        /// The directory.
        url: String,
        /// Why.
        #[source]
        source: LdapError,
    },
    /// The connection broke off.
    #[error("the directory {url} broke off the conversation")]
    BrokenOff {
        /// The directory.
        url: String,
    },
    /// The account that searches is not let in.
    #[error("the directory {url} does not let the account {bind_dn} in (code {code}); look at `desk.directory`")]
    Account {
        /// The directory.
        url: String,
        /// The account.
        bind_dn: String,
        /// The directory's code.
        code: u32,
    },
    /// It cannot be searched.
    #[error("the directory {url} cannot be searched below {base} (code {code}); look at `desk.directory`")]
    Search {
        /// The directory.
        url: String,
        /// Where.
        base: String,
        /// The directory's code.
        code: u32,
    },
    /// The password could not be tried.
    #[error("the directory {url} could not try a password (code {code})")]
    Try {
        /// The directory.
        url: String,
        /// The directory's code.
        code: u32,
    },
    /// It says nothing.
    #[error("the directory {url} does not answer in time")]
    Slow {
        /// The directory.
        url: String,
    },
}

/// Whether a filter can be searched by: right in its form, with the login in it.
pub fn is_filter(filter: &str) -> bool {
    filter.contains(LOGIN) && filter.starts_with('(') && ldap3::parse_filter(with_login(filter, "ana")).is_ok()
}

/// Whether a password is that of the one person whom the directory finds by a login.
///
/// # Errors
/// [`DirectoryError`]: nobody knows then.
pub async fn is_right(place: &Place, bind_password: &str, login: &str, password: &str) -> Result<bool, DirectoryError> {
    // A login without a password is, to a directory, one that nobody claims to be, and it succeeds.
    if password.is_empty() || password.len() > PASSWORD_BYTES_MAX || login.is_empty() || login.len() > LOGIN_BYTES_MAX {
        return Ok(false);
    }
    let slow = || DirectoryError::Slow { url: place.url.clone() };
    tokio::time::timeout(WHOLE, asked(place, bind_password, login, password)).await.map_err(|_| slow())?
}

async fn asked(place: &Place, bind_password: &str, login: &str, password: &str) -> Result<bool, DirectoryError> {
    let reach = |source| DirectoryError::Reach { url: place.url.clone(), source };
    let opened = LdapConnAsync::with_settings(settings(place)?, &place.url).await;
    let (connection, mut ldap) = opened.map_err(reach)?;
    let talk = async {
        let right = find_and_try(place, &mut ldap, bind_password, login, password).await;
        // It has said what was wanted; how it takes the farewell is all the same.
        let _gone = ldap.unbind().await;
        right
    };
    // Whoever talks waits for the connection, which somebody must drive.
    let driven = async {
        let _ended = connection.drive().await;
        // What came with its last bytes may still be looked at.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        right = talk => right,
        () = driven => Err(DirectoryError::BrokenOff { url: place.url.clone() }),
    }
}

async fn find_and_try(
    place: &Place,
    ldap: &mut Ldap,
    bind_password: &str,
    login: &str,
    password: &str,
) -> Result<bool, DirectoryError> {
    let url = || place.url.clone();
    let reach = |source| DirectoryError::Reach { url: url(), source };
    let bound = ldap.with_timeout(ANSWER).simple_bind(&place.bind_dn, bind_password).await.map_err(reach)?;
    if bound.rc != SUCCESS {
        return Err(DirectoryError::Account { url: url(), bind_dn: place.bind_dn.clone(), code: bound.rc });
    }
    // Two at most: one is a person, more are none.
    let options = SearchOptions::new().sizelimit(2).timelimit(5);
    let filter = with_login(&place.filter, login);
    let search = ldap.with_timeout(ANSWER).with_search_options(options);
    let found = search.search(&place.base, Scope::Subtree, &filter, vec!["1.1"]).await.map_err(reach)?;
    if ![SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT].contains(&found.1.rc) {
        return Err(DirectoryError::Search { url: url(), base: place.base.clone(), code: found.1.rc });
    }
    let names: Vec<String> = found.0.into_iter().filter(|entry| !entry.is_ref()).filter_map(name).collect();
    // An entry without a name would be nobody, and nobody needs no password.
    let [name] = names.as_slice() else { return Ok(false) };
    if name.trim().is_empty() {
        return Ok(false);
    }
    let tried = ldap.with_timeout(ANSWER).simple_bind(name, password).await.map_err(reach)?;
    match tried.rc {
        SUCCESS => Ok(true),
        code if WRONG.contains(&code) => Ok(false),
        code => Err(DirectoryError::Try { url: url(), code }),
    }
}

/// The filter for a login, every sign of which stands for itself (RFC 4515).
fn with_login(filter: &str, login: &str) -> String {
    filter.replace(LOGIN, &ldap3::ldap_escape(login))
}

/// The name of an entry, read without trusting that it is one.
fn name(entry: ResultEntry) -> Option<String> {
    let parts = entry.0.match_id(4)?.expect_constructed()?;
    String::from_utf8(parts.into_iter().next()?.expect_primitive()?).ok()
}

fn settings(place: &Place) -> Result<LdapConnSettings, DirectoryError> {
    let settings = LdapConnSettings::new().set_conn_timeout(CONNECT);
    // The password of somebody who logs in crosses no network in the clear.
    let starttls = place.url.starts_with("ldap://") && (place.ca.is_some() || !is_this_machine(&place.url));
    let settings = settings.set_starttls(starttls);
    let Some(path) = &place.ca else { return Ok(settings) };
    let roots = authority(path)?;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(settings.set_config(Arc::new(config)))
}

fn authority(path: &Path) -> Result<RootCertStore, DirectoryError> {
    let failed = |source| DirectoryError::Ca { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut pem = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(file, CA_BYTES_MAX), &mut pem).map_err(failed)?;
    let none = || DirectoryError::NoCertificate { path: path.to_owned() };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.map_err(|_| none())?).map_err(|_| none())?;
    }
    if roots.is_empty() { Err(none()) } else { Ok(roots) }
}

/// Whether a URL leads to this machine and never over a network.
pub fn is_this_machine(url: &str) -> bool {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest).trim_end_matches('/');
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_of_a_login_stands_for_itself() {
        assert_eq!(with_login("(uid={login})", "*)(uid=*))(|(uid=*"), r"(uid=\2a\29\28uid=\2a\29\29\28|\28uid=\2a)");
        assert_eq!(with_login("(|(uid={login})(mail={login}))", "a\\b\0"), r"(|(uid=a\5cb\00)(mail=a\5cb\00))");
        assert!(is_filter("(&(objectClass=user)(sAMAccountName={login}))"));
        for bad in ["", "(uid=ana)", "uid={login}", "(uid={login}", "(&(uid={login})"] {
            assert!(!is_filter(bad), "{bad}");
        }
    }

    #[test]
    fn only_this_machine_is_asked_in_the_clear() {
        for here in ["ldap://127.0.0.1:389", "ldap://localhost", "ldap://[::1]:3890", "ldap://127.0.0.1/"] {
            assert!(is_this_machine(here), "{here}");
        }
        for away in ["ldap://10.0.0.1", "ldap://localhost.evil.test", "ldap://127.0.0.1.evil.test:389", "ldap://"] {
            assert!(!is_this_machine(away), "{away}");
        }
    }

    #[test]
    fn an_empty_password_is_refused_before_anybody_is_asked() {
        let nowhere = Place {
            url: "ldap://127.0.0.1:1".to_owned(),
            bind_dn: "cn=x".to_owned(),
            base: "dc=x".to_owned(),
            filter: "(uid={login})".to_owned(),
            ca: None,
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        assert!(!runtime.block_on(is_right(&nowhere, "x", "ana", "")).unwrap());
        assert!(!runtime.block_on(is_right(&nowhere, "x", "", "x")).unwrap());
        let error = runtime.block_on(is_right(&nowhere, "x", "ana", "x")).unwrap_err();
        assert!(matches!(error, DirectoryError::Reach { .. }), "{error:?}");
    }
}
