//! `resguardo contents`: what a backup of a tree of files holds.

use std::fmt::Write;
use std::io;
use std::path::Path;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::args_restore::Contents;
use super::exit::{Failure, code};
use super::{key, print, restore};
use crate::jobs::archives::Found;
use crate::jobs::members::{Listing, is_listed, plain_path};
use crate::jobs::patterns::Pattern;
use crate::jobs::restore::Reading;
use crate::proof::Member;
use crate::vault::members::escape;

/// How much is gathered before it is printed.
const PRINTED_BYTES: usize = 64 << 10;

pub(super) fn run(config: &Path, asked: &Contents) -> Result<u8, Failure> {
    let (config, copies) = restore::copies(config, &asked.archive, asked.disk.as_ref(), false)?;
    let patterns: Vec<Pattern> = asked.patterns.iter().map(|pattern| Pattern::new(pattern)).collect();
    let identity = key::identity(config.as_ref(), asked.identity.as_deref())?;
    let cancel = CancellationToken::new();
    let threads = resguardo_agent::framer::threads(0);
    let reading = Reading { identity: identity.as_ref(), threads, tell: &|_bytes| (), cancel: &cancel };
    let (found, listing) = restore::first_good(&copies, |found| Ok((found, Listing::open(found, reading)?)))?;
    let matched = show(found, listing, &patterns, asked.json)?;
    if matched == 0 {
        let name = found.entry.name();
        return Err(Failure::new(
            code::UNKNOWN,
            format!("nothing in {name} matches; patterns are compared with whole paths"),
        ));
    }
    Ok(code::DONE)
}

/// Prints the members, piece by piece, since there may be millions; returns how many there are.
fn show(found: &Found, mut listing: Listing<'_>, patterns: &[Pattern], json: bool) -> Result<u64, Failure> {
    let mut text = String::new();
    if json {
        let (archive, disk) = (json!(found.entry.name()), json!(found.disk.name));
        text = format!("{{\"archive\":{archive},\"disk\":{disk},\"members\":[");
    }
    let (mut count, mut failed) = (0_u64, None);
    let shown = listing.each(&mut |member| {
        let path = plain_path(&member.path);
        if !is_listed(&member) || !(patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(path))) {
            return Ok(());
        }
        let separator = if json && count > 0 { "," } else { "" };
        let _always_room = write!(text, "{separator}{}", if json { as_json(&member) } else { as_line(&member) });
        count += 1;
        if text.len() >= PRINTED_BYTES {
            let print = print::out(&std::mem::take(&mut text));
            failed = print.err();
        }
        // Whoever no longer listens needs no more of it.
        if failed.is_some() { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    });
    if let Some(failure) = failed {
        return Err(failure);
    }
    shown.map_err(Failure::from)?;
    if json {
        let _always_room = writeln!(text, "],\"count\":{count},\"bytes_read\":{}}}", listing.read_bytes);
    }
    print::out(&text)?;
    Ok(count)
}

fn kind(member: &Member) -> &'static str {
    match member.kind {
        b'1' => "hard link",
        b'2' => "link",
        b'3' | b'4' => "device",
        b'5' => "folder",
        b'6' => "pipe",
        _ => "file",
    }
}

fn as_json(member: &Member) -> String {
    let mut value = json!({ "path": escape(plain_path(&member.path)), "size": member.size, "kind": kind(member) });
    if !member.link.is_empty() {
        value["to"] = json!(escape(&member.link));
    }
    format!("\n{value}")
}

fn as_line(member: &Member) -> String {
    let path = escape(plain_path(&member.path));
    let link = if member.link.is_empty() { String::new() } else { format!(" -> {}", escape(&member.link)) };
    let slash = if member.kind == b'5' { "/" } else { "" };
    format!("{:>14}  {path}{slash}{link}\n", member.size)
}
