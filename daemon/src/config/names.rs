//! Names that must differ, and names that must exist. It may not know what is named.

use super::check::{Fault, fault};
use super::nearest::nearest;
use super::reader::Node;

/// Notes each name that an entry before it already has. Disks with Windows' file systems take `Web` and `web` for the
/// same folder, so letter case does not make a difference.
pub(super) fn unique<T>(nodes: &[Node<'_>], things: &[T], name: impl Fn(&T) -> &String, what: &str) {
    for (index, (node, thing)) in nodes.iter().zip(things).enumerate() {
        let mine = name(thing);
        let earlier = things.iter().take(index).map(&name).find(|other| other.eq_ignore_ascii_case(mine));
        if let Some(other) = earlier.filter(|other| !other.is_empty()) {
            let text = format!("`{mine}` is already the name of another {what} (`{other}`)");
            node.wrong("name", fault(&text, "give each its own name; letter case does not make a difference"));
        }
    }
}

/// The fault of a name that nothing has, listing those that exist.
pub(super) fn unknown(what: &str, name: &str, existing: &[&str]) -> Fault {
    let guess = nearest(name, existing).map(|known| format!("did you mean `{known}`? ")).unwrap_or_default();
    let remedy = match existing {
        [] => format!("there is no {what} to name: add one"),
        some => format!("{guess}there are {}", some.join(", ")),
    };
    fault(&format!("is no {what} of this configuration"), &remedy).of(name)
}
