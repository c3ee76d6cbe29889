//! What a `known_hosts` file in OpenSSH's format says about a key that a server offers. Pure: the text is an argument.
//! It may not know how to connect, nor what is told to people. russh's own check is not used, because it takes a revoked
//! key for a known one, and a missing file for a first meeting.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use ssh_key::known_hosts::HostPatterns;
use ssh_key::{Algorithm, HashAlg, PublicKey};

/// What the file says. Lines count from 1, as editors do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The file lists exactly this key for this host.
    Known {
        /// Where it is listed.
        line: usize,
    },
    /// The file says nothing about this host.
    Unknown {
        /// A line for this host that names a certificate authority, which says nothing about a plain key.
        authority: Option<usize>,
    },
    /// The file lists another key for this host.
    Changed {
        /// Where the other key is listed; one of the offered key's algorithm if there is one.
        line: usize,
        /// The listed key's algorithm, such as `ssh-ed25519`.
        algorithm: String,
        /// The listed key's fingerprint, `SHA256:…`.
        fingerprint: String,
    },
    /// The file says that this key must no longer be trusted.
    Revoked {
        /// Where it says so.
        line: usize,
    },
    /// A line that is, or may be, about this host cannot be understood, so nothing is decided in its absence.
    Unreadable {
        /// Which line.
        line: usize,
    },
}

/// Whether the patterns of a line name the host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    Yes,
    No,
    Unclear,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    None,
    Authority,
    Revoked,
    Strange,
}

/// One line of the file that is neither empty nor a comment.
struct Line<'a> {
    number: usize,
    marker: Marker,
    hosts: &'a str,
    /// `None` when the key cannot be read.
    key: Option<PublicKey>,
}

/// A key's fingerprint as `ssh-keygen -l` prints it, `SHA256:…`.
pub fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// The name under which a host stands in the file: `host`, or `[host]:port` when the port is not 22.
pub fn host_name(host: &str, port: u16) -> String {
    let host = host.to_ascii_lowercase();
    if port == 22 { host } else { format!("[{host}]:{port}") }
}

/// Decides about the key `offered` by `host` on `port`, from the file's `text`. A revoked key wins over everything, then
/// a line that cannot be read, then the same key, then any other key of that host.
pub fn decide(text: &str, host: &str, port: u16, offered: &PublicKey) -> Decision {
    let name = host_name(host, port);
    let mut revoked = None;
    let mut unreadable = None;
    let mut known = None;
    let mut authority = None;
    let mut other: Option<(usize, PublicKey)> = None;
    for line in lines(text) {
        let mut named = names(line.hosts, &name);
        // A key revoked for a host is revoked on all its ports.
        if line.marker == Marker::Revoked && named == Named::No {
            named = names(line.hosts, &host.to_ascii_lowercase());
        }
        match (named, line.marker, line.key) {
            (Named::No, _, _) => {}
            (Named::Unclear, _, _) | (Named::Yes, Marker::Strange, _) | (Named::Yes, _, None) => {
                unreadable = unreadable.or(Some(line.number));
            }
            (Named::Yes, Marker::Revoked, Some(key)) => {
                if key.key_data() == offered.key_data() {
                    revoked = revoked.or(Some(line.number));
                }
            }
            (Named::Yes, Marker::Authority, Some(_)) => authority = authority.or(Some(line.number)),
            (Named::Yes, Marker::None, Some(key)) if key.key_data() == offered.key_data() => {
                known = known.or(Some(line.number));
            }
            (Named::Yes, Marker::None, Some(key)) => {
                let nearer = key.algorithm() == offered.algorithm();
                if other.as_ref().is_none_or(|(_, seen)| nearer && seen.algorithm() != offered.algorithm()) {
                    other = Some((line.number, key));
                }
            }
        }
    }
    if let Some(line) = revoked {
        return Decision::Revoked { line };
    }
    if let Some(line) = unreadable {
        return Decision::Unreadable { line };
    }
    if let Some(line) = known {
        return Decision::Known { line };
    }
    match other {
        Some((line, key)) => {
            Decision::Changed { line, algorithm: key.algorithm().as_str().to_owned(), fingerprint: fingerprint(&key) }
        }
        None => Decision::Unknown { authority },
    }
}

/// The algorithms of the keys that the file lists for the host, so that the server is asked for a key that is known.
pub fn algorithms(text: &str, host: &str, port: u16) -> Vec<Algorithm> {
    let name = host_name(host, port);
    lines(text)
        .filter(|line| line.marker == Marker::None && names(line.hosts, &name) == Named::Yes)
        .filter_map(|line| line.key.map(|key| key.algorithm()))
        .collect()
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().enumerate().filter_map(|(index, line)| {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let mut fields = line.split_ascii_whitespace().peekable();
        let marker = match fields.next_if(|field| field.starts_with('@')) {
            None => Marker::None,
            Some("@cert-authority") => Marker::Authority,
            Some("@revoked") => Marker::Revoked,
            Some(_) => Marker::Strange,
        };
        let hosts = fields.next().unwrap_or_default();
        let key = match (fields.next(), fields.next()) {
            (Some(algorithm), Some(base64)) => PublicKey::from_openssh(&format!("{algorithm} {base64}")).ok(),
            _ => None,
        };
        Some(Line { number: index + 1, marker, hosts, key })
    })
}

fn names(hosts: &str, name: &str) -> Named {
    if hosts.is_empty() {
        return Named::Unclear;
    }
    if hosts.starts_with('|') {
        return hashed_names(hosts, name);
    }
    let mut named = Named::No;
    for pattern in hosts.split(',') {
        let (negated, pattern) = match pattern.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        if matches(pattern.to_ascii_lowercase().as_bytes(), name.as_bytes()) {
            if negated {
                return Named::No;
            }
            named = Named::Yes;
        }
    }
    named
}

fn hashed_names(hosts: &str, name: &str) -> Named {
    let Ok(HostPatterns::HashedName { salt, hash }) = hosts.parse::<HostPatterns>() else {
        return Named::Unclear;
    };
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&salt) else {
        return Named::Unclear;
    };
    mac.update(name.as_bytes());
    if mac.verify_slice(&hash).is_ok() { Named::Yes } else { Named::No }
}

/// `*` stands for any run of bytes and `?` for one. It goes back only to the last `*`, so a hostile pattern costs at most
/// the product of both lengths.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = name.get(seen) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(wanted) if *wanted == b'?' || wanted == byte => {
                at += 1;
                seen += 1;
            }
            _ => match star {
                Some((starred, from)) => {
                    star = Some((starred, from + 1));
                    at = starred + 1;
                    seen = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).is_none_or(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::generate_key;

    fn key() -> PublicKey {
        generate_key().unwrap().1
    }

    fn text(key: &PublicKey) -> String {
        key.to_openssh().unwrap()
    }

    const ECDSA: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHwf2HMM5TRXvo2SQJjsNkiDD5KqiiNjrGVv3UUh+mMT5RHxiRtOnlqvjhQtBq0VpmpCV/PwUdhOig4vkbqAcEc=";

    fn hashed(name: &str) -> String {
        let salt = [7_u8; 20];
        let mut mac = Hmac::<Sha1>::new_from_slice(&salt).unwrap();
        mac.update(name.as_bytes());
        let hash = <[u8; 20]>::from(mac.finalize().into_bytes());
        HostPatterns::HashedName { salt: salt.to_vec(), hash }.to_string()
    }

    #[test]
    fn every_way_to_name_a_host_is_understood() {
        let key = key();
        for (hosts, host, port, known) in [
            ("db.example", "db.example", 22, true),
            ("DB.Example", "db.EXAMPLE", 22, true),
            ("db.example", "db.example", 2222, false),
            ("[db.example]:2222", "db.example", 2222, true),
            ("[db.example]:2222", "db.example", 22, false),
            ("a,db.example,b", "db.example", 22, true),
            ("*.example", "db.example", 22, true),
            ("d?.ex*le", "db.example", 22, true),
            ("d?.example", "d.example", 22, false),
            ("*.example,!db.example", "db.example", 22, false),
            ("!db.example,*.example", "web.example", 22, true),
            (&hashed("db.example"), "db.example", 22, true),
            (&hashed("db.example"), "other.example", 22, false),
            (&hashed("[db.example]:2222"), "db.example", 2222, true),
            ("*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 22, false),
        ] {
            let decision = decide(&format!("# a comment\n\n{hosts}\t  {} a comment\n", text(&key)), host, port, &key);
            let wanted = if known { Decision::Known { line: 3 } } else { Decision::Unknown { authority: None } };
            assert_eq!(decision, wanted, "{hosts} for {host} port {port}");
        }
    }

    #[test]
    fn a_revoked_key_is_refused_even_when_it_is_also_listed() {
        let key = key();
        let line = text(&key);
        for hosts in ["db.example", "*", "!other,*.example"] {
            let file = format!("db.example {line}\n@revoked  {hosts}\t{line}\n");
            assert_eq!(decide(&file, "db.example", 22, &key), Decision::Revoked { line: 2 });
        }
        let file = format!("[db.example]:2222 {line}\n@revoked db.example {line}\n");
        assert_eq!(decide(&file, "db.example", 2222, &key), Decision::Revoked { line: 2 }, "on every port");
    }

    #[test]
    fn a_revoked_key_of_another_does_not_hide_the_known_one() {
        let (key, old) = (key(), key());
        let file = format!("@revoked * {}\ndb.example {}\n", text(&old), text(&key));
        assert_eq!(decide(&file, "db.example", 22, &key), Decision::Known { line: 2 });
    }

    #[test]
    fn another_key_is_a_changed_key_whatever_its_algorithm() {
        let (offered, listed) = (key(), key());
        let file = format!("db.example {ECDSA}\ndb.example {}\n", text(&listed));
        let changed = Decision::Changed { line: 2, algorithm: "ssh-ed25519".into(), fingerprint: fingerprint(&listed) };
        assert_eq!(decide(&file, "db.example", 22, &offered), changed);
        let Decision::Changed { line: 1, algorithm, .. } =
            decide(&format!("db.example {ECDSA}\n"), "db.example", 22, &offered)
        else {
            panic!("a key of another algorithm is not a first meeting");
        };
        assert_eq!(algorithm, "ecdsa-sha2-nistp256");
    }

    #[test]
    fn the_same_key_among_others_is_known() {
        let key = key();
        let file = format!("db.example {ECDSA}\ndb.example {}\n", text(&key));
        assert_eq!(decide(&file, "db.example", 22, &key), Decision::Known { line: 2 });
        assert_eq!(algorithms(&file, "db.example", 22).len(), 2);
    }

    #[test]
    fn a_line_that_cannot_be_read_and_may_be_about_the_host_refuses_it() {
        let key = key();
        let good = text(&key);
        for bad in [
            "db.example ssh-ed25519 AAAAnonsense",
            "db.example ssh-ed25519",
            "db.example 1024 37 159135",
            "*.example",
            "|1|brokenhash ssh-ed25519 AAAA",
            "@revokd db.example ssh-ed25519 AAAA",
            "@revoked",
        ] {
            let file = format!("db.example {good}\n{bad}\n");
            assert_eq!(decide(&file, "db.example", 22, &key), Decision::Unreadable { line: 2 }, "{bad}");
        }
        let file = format!("other.example nonsense\ndb.example {good}\n");
        assert_eq!(decide(&file, "db.example", 22, &key), Decision::Known { line: 2 }, "a line about another host");
    }

    #[test]
    fn a_certificate_authority_says_nothing_about_a_plain_key() {
        let key = key();
        let file = format!("@cert-authority *.example {}\n", text(&key));
        assert_eq!(decide(&file, "db.example", 22, &key), Decision::Unknown { authority: Some(1) });
    }

    #[test]
    fn comments_on_keys_do_not_count() {
        let key = key();
        let mut named = key.clone();
        named.set_comment("root@db");
        assert_eq!(decide(&format!("h {}", text(&named)), "h", 22, &key), Decision::Known { line: 1 });
    }
}
