//! Disks and object stores. It may not know plans.

use super::check::{self, Fault, fault};
use super::keep;
use super::model::{Disk, Place};
use super::names;
use super::reader::Node;

/// Reads all disks and checks that no two are the same one.
pub(super) fn read_all(root: &Node<'_>) -> Vec<Disk> {
    let nodes = root.nodes("disks");
    let disks: Vec<Disk> = nodes.iter().map(read).collect();
    names::unique(&nodes, &disks, |disk| &disk.name, "disk");
    for (index, (node, disk)) in nodes.iter().zip(&disks).enumerate() {
        for other in disks.iter().take(index) {
            check_distinct(node, disk, other);
        }
        node.finish();
    }
    disks
}

fn read(node: &Node<'_>) -> Disk {
    Disk {
        name: node.required("name", "name the disk, such as `disco-a`, as on its label", check::name),
        id: node.parsed("id", |text| {
            let right = "copy the id from the disk's `resguardo-disk.json`, or take the key out";
            uuid::Uuid::try_parse(text).map_err(|_| fault("is no id of a disk", right))
        }),
        place: place(node),
        custody: node.parsed("custody", check::line),
        keep: keep::read(node),
    }
}

fn place(node: &Node<'_>) -> Place {
    let right = "write exactly one of `path: /MOUNT/POINT` and `s3: {…}`";
    match (node.has("path"), node.has("s3")) {
        (false, false) => node.lacks("path", right),
        (true, true) => node.wrong("s3", fault("stands beside `path`, and a disk is in one place", right)),
        _ => {}
    }
    let path = node.parsed("path", folder).unwrap_or_default();
    let mount_point = node.boolean("mount_point");
    let Some(store) = node.node("s3") else {
        return Place::Folder { path, mount_point: mount_point.unwrap_or(true) };
    };
    if mount_point.is_some() {
        node.wrong("mount_point", fault("means nothing for an object store", "take it out"));
    }
    let place = Place::S3 {
        bucket: store.required("bucket", "write the bucket's name", bucket),
        endpoint: {
            store.need("endpoint", "write the service's URL, such as `https://s3.mineco.gob.gt`");
            store.parsed_unseen("endpoint", check::http_url).unwrap_or_default()
        },
        region: store.parsed("region", check::word).unwrap_or_else(|| "us-east-1".to_owned()),
        prefix: store.parsed("prefix", prefix).unwrap_or_default(),
        access_key: {
            store.need("access_key", "write the access key's id");
            store.parsed_unseen("access_key", check::word).unwrap_or_default()
        },
        secret_key: store.required_secret("secret_key", "the secret access key"),
    };
    store.finish();
    place
}

/// Two copies on one disk are one copy. Disks that take turns at one mount point are told apart by their ids.
fn check_distinct(node: &Node<'_>, disk: &Disk, other: &Disk) {
    if disk.id.is_some() && disk.id == other.id {
        let what = format!("is also the id of the disk `{}`", other.name);
        node.wrong("id", fault(&what, "give each disk the id from its own `resguardo-disk.json`"));
    }
    let same = match (&disk.place, &other.place) {
        (Place::Folder { path, .. }, Place::Folder { path: taken, .. }) => {
            !path.as_os_str().is_empty() && path == taken && (disk.id.is_none() || other.id.is_none())
        }
        _ => false,
    };
    if same {
        let what = format!("is also the path of the disk `{}`, so both copies would be one", other.name);
        node.wrong("path", fault(&what, "give each its own path, or its own `id` if they take turns there"));
    }
}

fn folder(text: &str) -> Result<std::path::PathBuf, Fault> {
    let path = check::absolute(text)?;
    if path.parent().is_none() {
        return Err(fault("is this machine's own root", "write the folder where the disk is mounted"));
    }
    Ok(path)
}

fn bucket(text: &str) -> Result<String, Fault> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    if !(3..=63).contains(&text.len()) || !text.bytes().all(allowed) || text.starts_with(['.', '-']) {
        return Err(fault("is no name of a bucket", "use 3 to 63 of the characters a-z 0-9 . -"));
    }
    Ok(text.to_owned())
}

fn prefix(text: &str) -> Result<String, Fault> {
    let text = if text.is_empty() { String::new() } else { check::word(text)? };
    let parts = text.split('/').any(|part| part.is_empty() || part == "." || part == "..");
    if !text.is_empty() && parts {
        return Err(fault("is no prefix of keys", "write it like `diaco/respaldos`, without slashes at its ends"));
    }
    Ok(text)
}
