//! A text as a QR code, as rectangles.

use qrcode::{Color, EcLevel, QrCode};

/// The white margin that readers ask for, in modules.
const MARGIN: usize = 4;

/// A dark run of a row: its left edge, its row from above, and its length, all in modules.
pub type Run = (usize, usize, usize);

/// The dark runs of a text's QR code and the modules of its side, with its margin; `None` for a text that is too long.
pub fn runs(text: &str) -> Option<(Vec<Run>, usize)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width();
    let mut runs: Vec<Run> = Vec::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        let (column, row) = (index % side + MARGIN, index / side + MARGIN);
        if color == Color::Light {
            continue;
        }
        match runs.last_mut() {
            Some(last) if last.1 == row && last.0 + last.2 == column => last.2 += 1,
            _ => runs.push((column, row, 1)),
        }
    }
    Some((runs, side + 2 * MARGIN))
}
