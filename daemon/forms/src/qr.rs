//! A text as a QR code, as SVG. It may not know what the text says.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// The white margin that readers ask for, in modules.
const MARGIN: usize = 4;

/// The code, or `None` for a text that is too long for one.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width();
    let whole = side + 2 * MARGIN;
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (column, row) = (index % side + MARGIN, index / side + MARGIN);
            write!(path, "M{column} {row}h1v1h-1z").ok()?;
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{whole}\" height=\"{whole}\" fill=\"#fff\"/><path d=\"{path}\"/></svg>"
    ))
}
