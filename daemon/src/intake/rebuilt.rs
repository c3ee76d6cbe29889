//! A document as `lopdf` reads it, through a table that was made from what the scan found. What it cannot read no program
//! will show.

use std::fmt::Write as _;

use lopdf::{Dictionary, Document, Object};

use super::Refused;
use super::scan::Scan;

/// `lopdf` counts the lines before each object, so many bytes in two seconds; a document that needs more is not read by it.
const COUNTED_MAX: usize = 60_000_000_000;

/// Whether there is a catalogue with pages.
///
/// # Errors
/// [`Refused::BrokenDocument`].
pub(super) fn read(file: &[u8], scan: &Scan<'_>) -> Result<(), Refused> {
    let broken = |why| Refused::BrokenDocument { why };
    let root = scan.roots.last().ok_or_else(|| broken("no dice por dónde empieza"))?;
    // The scan has found it harmless; this only says whether it can be shown, and is not worth minutes.
    if scan.starts.iter().map(|(at, ..)| at).sum::<usize>() > COUNTED_MAX {
        return Ok(());
    }
    let mut table = String::from("\nxref\n");
    for (at, number, generation) in &scan.starts {
        // Writing to a string cannot fail.
        let _infallible = write!(table, "{number} 1\n{at:010} {generation:05} n \n");
    }
    let size = scan.starts.iter().map(|(_, number, _)| number.saturating_add(1)).max().unwrap_or(1);
    let _infallible =
        write!(table, "trailer\n<</Size {size}/Root {root} 0 R>>\nstartxref\n{}\n%%EOF\n", file.len() + 1);
    let mut whole = Vec::with_capacity(file.len() + table.len());
    whole.extend_from_slice(file);
    whole.extend_from_slice(table.as_bytes());
    let document = Document::load_mem(&whole).map_err(|_error| broken("no se entiende"))?;
    let catalog = |root: &u32| document.get_dictionary((*root, 0)).ok();
    let has_pages = |catalog: &Dictionary| {
        catalog.get(b"Pages").and_then(Object::as_reference).is_ok_and(|pages| document.get_dictionary(pages).is_ok())
    };
    if scan.roots.iter().filter_map(catalog).any(has_pages) {
        Ok(())
    } else {
        Err(broken("no se encuentran sus páginas"))
    }
}
