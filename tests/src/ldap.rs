//! A real OpenLDAP with some people in it, in the clear and with TLS. It may not know who asks it.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use rustix::process::Signal;

use crate::authority::Authority;
use crate::command::{sh, text};
use crate::server::Server;
use crate::sshd::{free_port, listens};

/// The suffix of all that is in it.
pub const BASE: &str = "dc=diaco,dc=gt";
/// The account that searches; its password is [`SEARCH_PASSWORD`].
pub const SEARCH: &str = "cn=busca,dc=diaco,dc=gt";
/// The password of [`SEARCH`].
pub const SEARCH_PASSWORD: &str = "clave de busca";

/// The directory. It lets in whoever comes without a password, as directories are allowed to.
#[derive(Debug)]
pub struct Ldap {
    /// The port that speaks in the clear, and with StartTLS.
    pub port: u16,
    /// The port that speaks TLS.
    pub tls_port: u16,
    _server: Server,
}

impl Ldap {
    /// Starts one in a new folder, with people by uid and password.
    pub fn start(folder: &Path, authority: &Authority, people: &[(&str, &str)]) -> Self {
        fs::create_dir_all(folder.join("data")).unwrap();
        let path = folder.display();
        let schema = ["core", "cosine", "inetorgperson"];
        let schema: String = schema.iter().map(|name| format!("include /etc/ldap/schema/{name}.schema\n")).collect();
        let config = format!(
            "{schema}modulepath /usr/lib/ldap\nmoduleload back_mdb\nallow bind_anon_cred\n\
             TLSCertificateFile {}\nTLSCertificateKeyFile {}\nTLSCACertificateFile {}\n\
             database mdb\nsuffix \"{BASE}\"\nmaxsize 16777216\ndirectory {path}/data\n\
             access to attrs=userPassword by anonymous auth by * none\naccess to * by users read by * none\n",
            authority.certificate.display(),
            authority.key.display(),
            authority.root.display(),
        );
        fs::write(folder.join("slapd.conf"), config).unwrap();
        fs::write(folder.join("people.ldif"), ldif(people)).unwrap();
        let load = "export PATH=\"$PATH:/usr/sbin\"; slapadd -q -f \"$1/slapd.conf\" -l \"$1/people.ldif\" 2>\"$1/log\" || { cat \"$1/log\" >&2; false; }";
        sh(load, &[text(folder)]);
        // A port that was free a moment ago may be taken by another test; then the next is tried.
        for _ in 0..10 {
            let (port, tls_port) = (free_port(), free_port());
            let config = folder.join("slapd.conf");
            let listen = format!("ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}");
            let argv = ["/usr/sbin/slapd", "-d", "0", "-h", &listen, "-f"].map(OsStr::new);
            let argv = [argv.as_slice(), &[config.as_os_str()]].concat();
            let mut server = Server::start("root", Signal::KILL, &argv, &folder.join("log"));
            if listens(port, &mut server) && listens(tls_port, &mut server) {
                return Self { port, tls_port, _server: server };
            }
        }
        panic!("slapd does not start: {}", fs::read_to_string(folder.join("log")).unwrap());
    }
}

fn ldif(people: &[(&str, &str)]) -> String {
    let mut text = format!(
        "dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: diaco\no: DIACO\n\n\
         dn: ou=personal,{BASE}\nobjectClass: organizationalUnit\nou: personal\n\n\
         dn: {SEARCH}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: busca\n\
         userPassword: {SEARCH_PASSWORD}\n\n"
    );
    for (uid, password) in people {
        text += &format!(
            "dn: uid={uid},ou=personal,{BASE}\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: {uid}\n\
             userPassword: {password}\n\n"
        );
    }
    text
}
