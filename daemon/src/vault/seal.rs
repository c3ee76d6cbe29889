//! The seal of a small JSON file: its second line holds the digest of all its other lines, so that a byte that changes
//! anywhere in it is found. `sed 2d FILE | sha256sum` gives the same. It may not know what a file says.

use resguardo_shared::digest::Digest;

/// How the line of the seal begins.
const BEGIN: &[u8] = b"  \"seal\": \"";
/// How it ends.
const END: &[u8] = b"\",";

/// The same file with its seal. The JSON is an object that is not empty, with a line for each key.
pub fn sealed(json: &[u8]) -> Vec<u8> {
    let seal = Digest::of(json).to_string();
    let (first, rest) = json.split_at(json.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1));
    [first, BEGIN, seal.as_bytes(), END, b"\n", rest].concat()
}

/// The file without its seal, or as it is where it has none, as what was written before there were any; `None` where a
/// byte of it has changed.
pub fn unsealed(json: &[u8]) -> Option<Vec<u8>> {
    let mut lines = json.splitn(3, |&byte| byte == b'\n');
    let (Some(first), Some(second), Some(rest)) = (lines.next(), lines.next(), lines.next()) else {
        return Some(json.to_owned());
    };
    let Some(seal) = second.strip_prefix(BEGIN).and_then(|seal| seal.strip_suffix(END)) else {
        return Some(json.to_owned());
    };
    let rest = [first, b"\n", rest].concat();
    (Digest::of(&rest).to_string().as_bytes() == seal).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_from_under_its_seal() {
        let json = b"{\n  \"a\": 1\n}\n";
        let whole = sealed(json);
        assert!(serde_json::from_slice::<serde_json::Value>(&whole).is_ok());
        assert_eq!(unsealed(&whole).as_deref(), Some(json.as_slice()));
        assert_eq!(unsealed(json).as_deref(), Some(json.as_slice()), "an older file has none");
    }

    #[test]
    fn no_byte_under_a_seal_changes_unseen() {
        let whole = sealed(b"{\n  \"a\": 1\n}\n");
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bad = whole.clone();
                bad[at] ^= 1 << bit;
                // Where the seal itself is no seal any more, its line is a key that nobody knows.
                let seen = unsealed(&bad).is_none_or(|left| left.len() == bad.len());
                assert!(seen, "byte {at}, bit {bit}");
            }
        }
    }
}
