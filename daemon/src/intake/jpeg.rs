//! A photograph: its size is read before anything is decoded, and nothing of the file is kept but its pixels. So place,
//! owner, comments, colour profiles and whatever stands behind its end are gone.

use std::io::{self, Cursor};

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::{DynamicImage, ImageDecoder as _};

use super::{FILE_BYTES_MAX, PIXELS_MAX, Refused};

/// Scans of an image at most: each costs a walk over all of its blocks. The usual progressive image has ten.
const SCANS_MAX: u64 = 32;
/// Pixels of all scans together: as many as the largest image has in the usual ten, and one more.
const WORK_MAX: u64 = 11 * PIXELS_MAX;
/// How well it is encoded; the next one is for an image that does not fit.
const QUALITIES: [u8; 3] = [88, 75, 60];

/// What an image says of itself.
struct Outline {
    width: u32,
    height: u32,
    /// The bytes up to its end, with the marker.
    bytes: usize,
}

/// The image encoded anew, the right way up. Needs at most 8 bytes of memory a pixel and 11 for a progressive one of
/// four colours.
///
/// # Errors
/// [`Refused`], for too many pixels before anything is decoded.
pub(super) fn made_anew(mut file: Vec<u8>) -> Result<Vec<u8>, Refused> {
    let outline = outline(&file)?;
    bounded(outline.width, outline.height)?;
    file.truncate(outline.bytes);
    let mut decoder = JpegDecoder::new(Cursor::new(file)).map_err(|_error| broken("no se entiende su cabecera"))?;
    // What the decoder makes of the header is what it will reserve memory for.
    let (width, height) = decoder.dimensions();
    bounded(width, height)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(|_error| broken("no se puede decodificar"))?;
    pixels.apply_orientation(orientation);
    encoded(&pixels)
}

fn broken(why: &'static str) -> Refused {
    Refused::BrokenImage { why }
}

fn bounded(width: u32, height: u32) -> Result<(), Refused> {
    if width == 0 || height == 0 {
        return Err(broken("no dice cuánto mide"));
    }
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Refused::TooManyPixels { width, height });
    }
    Ok(())
}

fn encoded(pixels: &DynamicImage) -> Result<Vec<u8>, Refused> {
    for quality in QUALITIES {
        let mut file = Capped(Vec::new());
        let mut encoder = JpegEncoder::new_with_quality(&mut file, quality);
        match encoder.encode(pixels.as_bytes(), pixels.width(), pixels.height(), pixels.color().into()) {
            Ok(()) => return Ok(file.0),
            Err(image::ImageError::IoError(_)) => {}
            Err(_) => return Err(broken("no se puede codificar de nuevo")),
        }
    }
    Err(Refused::ImageGrew)
}

/// A file that refuses to grow beyond the limit.
struct Capped(Vec<u8>);

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > FILE_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Walks over the markers from the first to the last; an image without its last one is not whole.
fn outline(file: &[u8]) -> Result<Outline, Refused> {
    let cut = || broken("le falta el final");
    let mut size = None;
    let mut scans: u64 = 0;
    // Behind the marker that opens the file.
    let mut at = 2;
    loop {
        let behind = file.get(at..).ok_or_else(cut)?;
        at += memchr::memchr(0xff, behind).ok_or_else(cut)? + 1;
        let marker = *file.get(at).ok_or_else(cut)?;
        match marker {
            // Data, filling, and marks within data.
            0x00 | 0x01 | 0xd0..=0xd8 => at += 1,
            0xff => {}
            0xd9 => {
                let (width, height): (u32, u32) = size.ok_or_else(|| broken("no dice cuánto mide"))?;
                let work = u64::from(width).saturating_mul(height.into()).saturating_mul(scans);
                // What has too many pixels is refused as that, and first.
                if work > WORK_MAX && work / scans.max(1) <= PIXELS_MAX {
                    return Err(broken("tiene demasiadas pasadas"));
                }
                return if scans == 0 { Err(cut()) } else { Ok(Outline { width, height, bytes: at + 1 }) };
            }
            _ => {
                let length = two(file, at + 1).ok_or_else(cut)?;
                if is_frame(marker) {
                    if marker > 0xc2 || size.is_some() {
                        return Err(broken("está codificada de una forma que casi no se usa"));
                    }
                    let side = |place| two(file, at + place).ok_or_else(cut);
                    size = Some((side(6)?.into(), side(4)?.into()));
                }
                scans += u64::from(marker == 0xda);
                if scans > SCANS_MAX {
                    return Err(broken("tiene demasiadas pasadas"));
                }
                at += 1 + usize::from(length);
            }
        }
    }
}

/// Whether a marker opens a frame, which says the size.
fn is_frame(marker: u8) -> bool {
    (0xc0..=0xcf).contains(&marker) && ![0xc4, 0xc8, 0xcc].contains(&marker)
}

fn two(file: &[u8], at: usize) -> Option<u16> {
    file.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}
