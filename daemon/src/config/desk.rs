//! The support desk's own settings: the directory that may say whose a password is. It may not know who logs in.

use std::path::PathBuf;

use super::check::{self, Fault, fault};
use super::model::SecretSource;
use super::reader::Node;
use crate::people::directory::{self, Place};

/// The support desk.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// The directory that people of it are looked up in, if there is one.
    pub directory: Option<Directory>,
    /// The folder of letters that were changed here; the program's own stand for those that it lacks.
    pub letters: Option<PathBuf>,
    /// The folder of layouts of controlled forms that were changed here; the program's own stand for those that it lacks.
    pub forms: Option<PathBuf>,
}

/// A directory, with where the password of its search account is.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The directory.
    pub place: Place,
    /// The password of the account that searches.
    pub bind_password: SecretSource,
}

/// Reads `desk`.
pub(super) fn read(root: &Node<'_>) -> Option<Desk> {
    let node = root.node("desk")?;
    let directory = node.node("directory").map(|node| directory(&node));
    let (letters, forms) = (node.parsed("letters", check::absolute), node.parsed("forms", check::absolute));
    let desk = Desk { directory, letters, forms };
    node.finish();
    Some(desk)
}

fn directory(node: &Node<'_>) -> Directory {
    let place = Place {
        url: node.required("url", "write the directory's URL, such as `ldaps://ad.example.gob.gt`", url),
        bind_dn: node.required("bind_dn", "write the name of the account that searches", check::line),
        base: node.required("base", "write below which entry people are, such as `dc=example,dc=gt`", check::line),
        filter: node.parsed("filter", filter).unwrap_or_else(|| format!("(uid={})", directory::LOGIN)),
        ca: node.parsed("ca", check::absolute),
    };
    let bind_password = node.required_secret("bind_password", "the password of the account that searches");
    node.finish();
    Directory { place, bind_password }
}

fn url(text: &str) -> Result<String, Fault> {
    let wrong =
        || fault("is no URL of a directory", "write `ldaps://HOST` or `ldap://HOST`, and `:PORT` if it is another");
    let rest = text.strip_prefix("ldaps://").or_else(|| text.strip_prefix("ldap://")).ok_or_else(wrong)?;
    let address = rest.strip_suffix('/').unwrap_or(rest);
    let has_port = address.rsplit_once(':').is_some_and(|(host, _)| !host.is_empty() && !address.ends_with(']'));
    let with_port = if has_port { address.to_owned() } else { format!("{address}:636") };
    check::host_and_port(&with_port).map_err(|_| wrong())?;
    Ok(text.to_owned())
}

fn filter(text: &str) -> Result<String, Fault> {
    if directory::is_filter(text) {
        return Ok(text.to_owned());
    }
    Err(fault("is no filter with `{login}` in it", "write it like `(uid={login})` or `(sAMAccountName={login})`"))
}
