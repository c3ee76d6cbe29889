//! A certificate authority of the tests' own. It may not know which servers use its certificates.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{sh, text};

/// The authority, with one certificate for `localhost` and 127.0.0.1.
#[derive(Debug)]
pub struct Authority {
    /// Its own certificate: what `SSL_CERT_FILE` names where it is trusted.
    pub root: PathBuf,
    /// The server's certificate.
    pub certificate: PathBuf,
    /// The server's key.
    pub key: PathBuf,
}

impl Authority {
    /// Makes one in a new folder that everybody may read.
    pub fn new(folder: &Path) -> Self {
        fs::create_dir(folder).unwrap();
        let make = "cd \"$1\"\n\
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=Prueba' \
                -keyout root.key -out root.pem 2>/dev/null\n\
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=localhost' \
                -keyout server.key -out server.csr 2>/dev/null\n\
            printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\n' > server.ext\n\
            openssl x509 -req -in server.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 \
                -extfile server.ext -out server.pem 2>/dev/null\n\
            chmod -R a+rX .; chmod a+r server.key";
        sh(make, &[text(folder)]);
        let path = |name: &str| folder.join(name);
        Self { root: path("root.pem"), certificate: path("server.pem"), key: path("server.key") }
    }
}
