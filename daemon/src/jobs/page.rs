//! Pages of lists: one more row than a page shows is asked for, and says whether there are more. It may not know of what.

/// Cuts rows to a page of `size`, and says whether there were more.
pub(super) fn cut<T>(rows: &mut Vec<T>, size: u32) -> bool {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    more
}
