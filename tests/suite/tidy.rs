//! The style of the sources that no lint looks at: what each file opens with, how long it is, and what it may name.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test calls fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// The daemon's modules; each may name only those before it.
const ORDER: &[&str] = &[
    "units",
    "manual",
    "openmetrics",
    "proof",
    "schedule",
    "calendar",
    "retention",
    "plausible",
    "register",
    "desk",
    "upkeep",
    "figures",
    "due",
    "survey",
    "findings",
    "crypt",
    "medium",
    "transport",
    "source",
    "pipeline",
    "vault",
    "people",
    "intake",
    "store",
    "notify",
    "sheet",
    "bundle",
    "tables",
    "forms",
    "config",
    "jobs",
    "web",
    "service",
    "demo",
    "cli",
];
/// The only module that may name each of these crates.
const OWNERS: &[(&str, &str)] = &[
    ("pulldown_cmark", "manual"),
    ("age", "crypt"),
    ("procfs", "medium"),
    ("zbus", "medium"),
    ("pdf_writer", "sheet"),
    ("qrcode", "sheet"),
    ("zip", "bundle"),
    ("rust_xlsxwriter", "tables"),
    ("calamine", "tables"),
    ("russh", "transport"),
    ("opendal", "vault"),
    ("argon2", "people"),
    ("ldap3", "people"),
    ("image", "intake"),
    ("lopdf", "intake"),
    ("sqlx", "store"),
    ("lettre", "notify"),
    ("notify_rust", "notify"),
    ("sd_notify", "service"),
    ("serde_yaml", "config"),
    ("axum", "web"),
    ("axum_server", "web"),
    ("askama", "web"),
    ("clap", "cli"),
];
/// What only the program that prints forms may name: it alone is built with them, and takes no crate from the daemon's list.
const OF_THE_FORMS: &[&str] = &["typst", "typst_layout", "typst_pdf", "landlock"];
/// What tools wrote and nobody edits.
const WRITTEN_BY_TOOLS: &[&str] = &["Cargo.lock", "samples/", "proptest-regressions/"];

fn root() -> PathBuf {
    Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).parent().unwrap().to_owned()
}

/// All text files that people wrote, by their path from the root.
fn texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            if ["target", ".git"].contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if !WRITTEN_BY_TOOLS.iter().any(|part| name.contains(part))
                && let Ok(text) = fs::read_to_string(&path)
            {
                texts.push((name, text));
            }
        }
    }
    assert!(texts.len() > 50, "the sources are not where this test looks");
    texts
}

fn sources() -> Vec<(String, String)> {
    texts().into_iter().filter(|(name, _)| name.ends_with(".rs")).collect()
}

/// The lines of a source that are no comments, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_source_says_first_what_it_is_for() {
    let bare = sources().into_iter().filter(|(_, text)| !text.starts_with("//! "));
    none(&bare.map(|(name, _)| format!("{name} does not open with `//! `")).collect::<Vec<_>>());
}

#[test]
fn no_source_is_too_long_to_be_read_at_once() {
    let mut faults = Vec::new();
    for (name, text) in sources() {
        let most = if name.contains("test") { 600 } else { 400 };
        let lines = text.lines().count();
        if lines > most {
            faults.push(format!("{name} has {lines} lines, and {most} are the most"));
        }
    }
    none(&faults);
}

#[test]
fn a_module_names_only_those_before_it() {
    let mut faults = Vec::new();
    for (name, text) in sources() {
        let Some((at, module)) = place(&name) else { continue };
        for (line, code) in code(&text) {
            for named in named_modules(code) {
                match ORDER.iter().position(|known| *known == named) {
                    Some(other) if other > at => {
                        faults.push(format!("{name}:{line}: `{module}` names `{named}`, which comes after it"));
                    }
                    Some(_) => {}
                    None => faults.push(format!("{name}:{line}: the module `{named}` has no place in the order")),
                }
            }
        }
    }
    none(&faults);
}

/// The module of a file of the daemon, and its place in the order.
fn place(name: &str) -> Option<(usize, &str)> {
    let rest = name.strip_prefix("daemon/src/")?;
    let module = rest.split('/').next()?.trim_end_matches(".rs");
    if ["lib", "main"].contains(&module) {
        return None;
    }
    let at = ORDER.iter().position(|known| *known == module);
    Some((at.unwrap_or_else(|| panic!("{name}: its module has no place in the order")), module))
}

/// The modules that a line of code names as `crate::NAME` or `crate::{NAME, …}`.
fn named_modules(code: &str) -> Vec<&str> {
    let mut named = Vec::new();
    for (before, after) in code.match_indices("crate::").map(|(at, found)| code.split_at(at + found.len())) {
        let is_macro_path = before.trim_end_matches("crate::").ends_with('$');
        let is_longer_word = before.trim_end_matches("crate::").ends_with(|last: char| last.is_alphanumeric());
        if is_macro_path || is_longer_word {
            continue;
        }
        let list = after.strip_prefix('{').map_or(after, |list| list.split('}').next().unwrap_or_default());
        let parts = if after.starts_with('{') { list.split(',').collect() } else { vec![list] };
        let word = |part: &&str| part.trim_start().find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        for part in parts {
            let trimmed = part.trim_start();
            let name = word(&part).map_or(trimmed, |end| trimmed.split_at(end).0);
            if name.starts_with(|first: char| first.is_lowercase()) {
                named.push(name);
            }
        }
    }
    named
}

#[test]
fn each_large_crate_is_known_to_one_module_only() {
    let mut faults = Vec::new();
    for (name, text) in sources() {
        for (krate, owner) in OWNERS {
            let is_owner =
                name == format!("daemon/src/{owner}.rs") || name.starts_with(&format!("daemon/src/{owner}/"));
            // The program that prints forms is small enough to need no owners in it.
            if is_owner || name.starts_with("tests/") || name.starts_with("daemon/forms/") {
                continue;
            }
            for (line, code) in code(&text) {
                if names(code, krate) {
                    faults.push(format!("{name}:{line}: only `{owner}` may name {krate}"));
                }
            }
        }
    }
    none(&faults);
}

#[test]
fn only_the_program_that_prints_forms_knows_typst() {
    let mut faults = Vec::new();
    let is_model = |name: &str| name.starts_with("daemon/forms/model/");
    for (name, text) in sources() {
        if name.starts_with("daemon/forms/") && !is_model(&name) {
            continue;
        }
        for (line, code) in code(&text) {
            for krate in OF_THE_FORMS.iter().filter(|krate| names(code, krate)) {
                faults.push(format!("{name}:{line}: only `daemon/forms` may name {krate}"));
            }
        }
    }
    none(&faults);
}

/// Whether a line of code names a crate: its name, not the end of another one, and `::` after it, or a `use` of it.
fn names(code: &str, krate: &str) -> bool {
    let path = format!("{krate}::");
    let whole = |at: usize| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|before| before.is_alphanumeric() || before == '_' || before == ':')
    };
    code.match_indices(&path).any(|(at, _)| whole(at)) || code.contains(&format!("use {krate};"))
}

#[test]
fn no_line_ends_in_spaces_and_every_file_in_a_line_feed() {
    let mut faults = Vec::new();
    for (name, text) in texts() {
        let spaced = text.lines().enumerate().filter(|(_, line)| line.ends_with([' ', '\t', '\r']));
        faults.extend(spaced.map(|(index, _)| format!("{name}:{}: white space at the end", index + 1)));
        if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
            faults.push(format!("{name} does not end with one line feed"));
        }
    }
    none(&faults);
}

#[test]
fn nothing_depends_on_the_machine_it_was_written_on() {
    // In two pieces, so that this file passes its own test. `/home/respaldo` is a login of the example.
    let folders = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];
    let mut faults = Vec::new();
    for (name, text) in texts() {
        for (index, line) in text.lines().enumerate() {
            let line = line.replace(concat!("/ho", "me/respaldo"), "");
            if folders.iter().any(|folder| line.contains(folder)) {
                faults.push(format!("{name}:{}: {}", index + 1, line.trim()));
            }
        }
    }
    none(&faults);
}

#[test]
fn every_package_takes_the_lints_of_the_workspace() {
    let packages = texts().into_iter().filter(|(name, _)| name.ends_with("/Cargo.toml"));
    // The fuzz targets are a workspace of their own.
    let members = packages.filter(|(_, text)| !text.contains("\n[workspace]\n"));
    let lax = members.filter(|(_, text)| !text.contains("[lints]\nworkspace = true"));
    none(&lax.map(|(name, _)| format!("{name} lacks `[lints] workspace = true`")).collect::<Vec<_>>());
}
