//! Long texts: from the command line, from a file or standard input, or from an editor. It may not know what they are for.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;
use std::process::Command;

use super::exit::{Failure, code};

/// The most bytes of a text that are read; what the desk takes is less.
const BYTES_MAX: u64 = 256 * 1024;

/// A text that is named on the command line, lies in a file, or is written now.
///
/// # Errors
/// Where there is none, or it cannot be read.
pub(super) fn long(text: Option<&String>, file: Option<&Path>, what: &str) -> Result<String, Failure> {
    match (text, file) {
        (Some(text), _) => Ok(text.clone()),
        (None, Some(file)) if file == Path::new("-") => read(std::io::stdin().lock(), "standard input"),
        (None, Some(file)) => {
            let name = file.display().to_string();
            let open = std::fs::File::open(file);
            read(open.map_err(|error| Failure::unexpected(&format!("cannot read {name}"), &error))?, &name)
        }
        (None, None) if std::io::stdin().is_terminal() => edited(what),
        (None, None) => {
            let remedy = "write it on the command line, or give --file FILE, where - is standard input";
            Err(Failure::new(code::USAGE, format!("{what} is missing: {remedy}")))
        }
    }
}

fn read(from: impl std::io::Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let size = from.take(BYTES_MAX + 1).read_to_end(&mut bytes);
    let size = size.map_err(|error| Failure::unexpected(&format!("cannot read {name}"), &error))?;
    if u64::try_from(size).unwrap_or(u64::MAX) > BYTES_MAX {
        return Err(Failure::new(code::USAGE, format!("{name} is larger than 256 KiB; shorten it")));
    }
    String::from_utf8(bytes).map_err(|_| Failure::new(code::USAGE, format!("{name} is no text in UTF-8")))
}

/// A text from the editor that the user prefers.
fn edited(what: &str) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::unexpected("cannot open an editor", &error);
    let file = tempfile::Builder::new().prefix("resguardo-").suffix(".txt").tempfile().map_err(failed)?;
    let editor = std::env::var("VISUAL").or_else(|_| std::env::var("EDITOR")).unwrap_or_else(|_| "editor".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("editor");
    let ended = Command::new(program).args(words).arg(file.path()).status().map_err(failed)?;
    let text = std::fs::File::open(file.path()).map_err(failed)?;
    let text = read(text, "what was written")?;
    if !ended.success() || text.trim().is_empty() {
        return Err(Failure::new(code::USAGE, format!("{what} is missing: nothing was written, and nothing done")));
    }
    Ok(text)
}
