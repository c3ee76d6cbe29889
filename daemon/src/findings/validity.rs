//! Until when a certificate is valid: as much of X.509's DER as leads there. What cannot be read is said.

use chrono::{DateTime, NaiveDateTime, Utc};

/// Why a certificate does not tell its last moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no X.509 certificate")]
pub struct Unread;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The version, which those of the first version lack.
const VERSION: u8 = 0xa0;

/// The last moment of a certificate in DER.
///
/// # Errors
/// [`Unread`].
pub fn not_after(der: &[u8]) -> Result<DateTime<Utc>, Unread> {
    let (certificate, _) = of(SEQUENCE, der)?;
    let (rest, _) = of(SEQUENCE, certificate)?;
    let rest = of(VERSION, rest).map_or(rest, |(_, rest)| rest);
    let (_, rest) = of(INTEGER, rest)?;
    let (_, rest) = of(SEQUENCE, rest)?;
    let (_, rest) = of(SEQUENCE, rest)?;
    let (validity, _) = of(SEQUENCE, rest)?;
    let (_, _, rest) = any(validity)?;
    let (tag, time, _) = any(rest)?;
    let text = std::str::from_utf8(time).map_err(|_| Unread)?;
    let whole = match (tag, text.get(..2).and_then(|year| year.parse::<u32>().ok())) {
        (UTC_TIME, Some(50..)) => format!("19{text}"),
        (UTC_TIME, Some(_)) => format!("20{text}"),
        (GENERALIZED_TIME, _) => text.to_owned(),
        _ => return Err(Unread),
    };
    NaiveDateTime::parse_from_str(&whole, "%Y%m%d%H%M%SZ").map(|at| at.and_utc()).map_err(|_| Unread)
}

/// The content of what has this tag, and what follows it.
fn of(wanted: u8, der: &[u8]) -> Result<(&[u8], &[u8]), Unread> {
    let (tag, content, rest) = any(der)?;
    if tag == wanted { Ok((content, rest)) } else { Err(Unread) }
}

/// Tag, content, and what follows.
fn any(der: &[u8]) -> Result<(u8, &[u8], &[u8]), Unread> {
    let (&tag, rest) = der.split_first().ok_or(Unread)?;
    let (&first, rest) = rest.split_first().ok_or(Unread)?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let digits = usize::from(first & 0x7f);
        if digits == 0 || digits > 4 {
            return Err(Unread);
        }
        let (length, rest) = rest.split_at_checked(digits).ok_or(Unread)?;
        (length.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
    };
    let (content, rest) = rest.split_at_checked(length).ok_or(Unread)?;
    Ok((tag, content, rest))
}
