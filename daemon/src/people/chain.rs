//! The chain of the audit log: each line's hash covers the one before, so that none can be changed unseen. It may not know
//! where lines are kept.

use resguardo_shared::digest::Digest;

/// What the first line calls the hash of the line before it.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a line of the audit log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, from 1.
    pub n: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who did it.
    pub actor: &'a str,
    /// From where.
    pub address: &'a str,
    /// What was done, a word.
    pub action: &'a str,
    /// To whom or what.
    pub object: &'a str,
    /// What else is to be said.
    pub detail: &'a str,
    /// The hash of the line before; [`FIRST`] for the first.
    pub previous: &'a str,
}

/// The hash of a line, 64 lower-case hexadecimal digits: SHA-256 of the JSON array of its fields, in their order.
pub fn hash(line: &Line<'_>) -> String {
    let Line { n, at, actor, address, action, object, detail, previous } = line;
    let text = serde_json::json!([n, at, actor, address, action, object, detail, previous]).to_string();
    Digest::of(text.as_bytes()).to_string()
}

/// What keeps a line from being the one after another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// A line is missing, doubled or out of its place.
    #[error("line {expected} is missing; line {found} stands in its place")]
    Place {
        /// The number that was to come.
        expected: i64,
        /// The number that came.
        found: i64,
    },
    /// The line does not follow the one before.
    #[error("line {n} does not follow the line before it, which was changed, or it was")]
    Link {
        /// The line.
        n: i64,
    },
    /// The line was changed.
    #[error("line {n} was changed after it was written")]
    Changed {
        /// The line.
        n: i64,
    },
    /// The last lines are gone.
    #[error("the last lines are gone: {found} lines are there, and {given} were written")]
    Cut {
        /// The last line that is there.
        found: i64,
        /// The last number that was given.
        given: i64,
    },
}

/// Looks at a line that should follow `before`, which is the number and hash of the last one; `stored` is its own hash.
///
/// # Errors
/// [`Break`].
pub fn follows(before: (i64, &str), line: &Line<'_>, stored: &str) -> Result<(), Break> {
    let (last, previous) = before;
    if line.n != last + 1 {
        return Err(Break::Place { expected: last + 1, found: line.n });
    }
    if line.previous != previous {
        return Err(Break::Link { n: line.n });
    }
    if hash(line) != stored {
        return Err(Break::Changed { n: line.n });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: Line<'_> = Line {
        n: 1,
        at: 1_795_430_400_000_000,
        actor: "ana",
        address: "10.0.0.1",
        action: "log_in",
        object: "user ana",
        detail: "ñ \"x\"\n",
        previous: FIRST,
    };

    #[test]
    fn the_hash_of_a_line_never_changes() {
        let text = "[1,1795430400000000,\"ana\",\"10.0.0.1\",\"log_in\",\"user ana\",\"ñ \\\"x\\\"\\n\",\"";
        let text = format!("{text}{FIRST}\"]");
        assert_eq!(hash(&LINE), Digest::of(text.as_bytes()).to_string());
    }

    #[test]
    fn a_line_that_was_changed_moved_or_taken_out_is_noticed() {
        let own = hash(&LINE);
        assert_eq!(follows((0, FIRST), &LINE, &own), Ok(()));
        let changed = Line { detail: "x", ..LINE };
        assert_eq!(follows((0, FIRST), &changed, &own), Err(Break::Changed { n: 1 }));
        assert_eq!(follows((1, FIRST), &LINE, &own), Err(Break::Place { expected: 2, found: 1 }));
        assert_eq!(follows((0, &own), &LINE, &own), Err(Break::Link { n: 1 }));
    }
}
