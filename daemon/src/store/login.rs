//! How other programs reach the database that a URL of PostgreSQL names. It may not know the password.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// How a database of PostgreSQL is reached, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// A host name, or the folder of a Unix socket.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The database role.
    pub user: String,
    /// The name of the database.
    pub database: String,
    /// What PostgreSQL's own programs must find in their environment to protect the connection in the same way: names of
    /// variables and their values.
    pub environment: Vec<(&'static str, String)>,
}

/// The parameters of a URL that name files, each with its variable.
const FILES: [(&str, &str); 7] = [
    ("sslrootcert", "PGSSLROOTCERT"),
    ("ssl-root-cert", "PGSSLROOTCERT"),
    ("ssl-ca", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("ssl-cert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("ssl-key", "PGSSLKEY"),
];

/// What a URL `postgres://USER@HOST:PORT/DATABASE` says, read as [`Store::open`](super::db::Store::open) reads it; `None`
/// for any other URL, and for one that does not read.
pub fn of(url: &str) -> Option<Login> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return None;
    }
    let options = PgConnectOptions::from_str(url).ok()?;
    let socket = options.get_socket().map(|folder| folder.to_string_lossy().into_owned());
    let user = options.get_username().to_owned();
    let mode = match options.get_ssl_mode() {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    };
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let files = query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let (_, variable) = FILES.iter().find(|(name, _)| *name == key)?;
        Some((*variable, decoded(value)))
    });
    Some(Login {
        host: socket.unwrap_or_else(|| options.get_host().to_owned()),
        port: options.get_port(),
        database: options.get_database().unwrap_or(&user).to_owned(),
        user,
        environment: std::iter::once(("PGSSLMODE", mode.to_owned())).chain(files).collect(),
    })
}

/// A value of a URL's query, with `%2F` and its like read as what they stand for.
fn decoded(value: &str) -> String {
    let value = value.replace('+', " ");
    let mut parts = value.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code.zip(part.get(2..)) {
            Some((byte, rest)) => bytes.extend(std::iter::once(byte).chain(rest.bytes())),
            None => bytes.extend(std::iter::once(b'%').chain(part.bytes())),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_as_the_store_reads_it() {
        let login = of("postgres://r%40s@bd:5433/diaco?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem").unwrap();
        assert_eq!((login.host.as_str(), login.port, login.user.as_str()), ("bd", 5433, "r@s"));
        assert_eq!(login.database, "diaco");
        let expected = [("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", "/etc/ca.pem")];
        assert_eq!(login.environment, expected.map(|(name, value)| (name, value.to_owned())));
        let socket = of("postgresql://r@localhost/d?host=/run/postgresql").unwrap();
        assert_eq!((socket.host.as_str(), socket.database.as_str()), ("/run/postgresql", "d"));
        assert_eq!(of("sqlite:/var/lib/resguardo/resguardo.db"), None);
    }
}
