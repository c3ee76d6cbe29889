//! The files that the pages need beside themselves, embedded, under names that change with their bytes so that browsers may keep
//! them for ever: the style sheet, the icon, the one script, and the pictures of the guide. It may not know which pages there are.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::failure::Failure;
use super::routes::{Access, Routes};
use crate::people::token::hex;

const STYLE: &str = include_str!("../../assets/resguardo.css");
const LIVE: &str = include_str!("../../assets/live.js");
const ICON: &str = include_str!("../../assets/resguardo.svg");
/// The pictures of the guide in its order: coming in, the first page, the form, a ticket, its rating. `tests/suite/browser` makes them.
const GUIDE: [&[u8]; 5] = [
    include_bytes!("../../assets/guide/entrada.png"),
    include_bytes!("../../assets/guide/inicio.png"),
    include_bytes!("../../assets/guide/crear.png"),
    include_bytes!("../../assets/guide/solicitud.png"),
    include_bytes!("../../assets/guide/calificar.png"),
];
/// For as long as a browser likes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The path of the style sheet.
pub static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path(STYLE.as_bytes(), "css"));
/// The path of the script that shows how a run goes.
pub static LIVE_PATH: LazyLock<String> = LazyLock::new(|| path(LIVE.as_bytes(), "js"));
/// The path of the icon.
pub static ICON_PATH: LazyLock<String> = LazyLock::new(|| path(ICON.as_bytes(), "svg"));
/// The pictures of the guide, in its order.
pub static PICTURES: LazyLock<[Picture; 5]> = LazyLock::new(|| GUIDE.map(Picture::of));

/// A picture with what a page says of it, so that nothing moves when it comes.
#[derive(Debug)]
pub struct Picture {
    /// Its path.
    pub path: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    bytes: &'static [u8],
}

impl Picture {
    fn of(bytes: &'static [u8]) -> Self {
        // A PNG begins with its signature and the head of its first part; then come width and height.
        let number = |from: usize| bytes.get(from..)?.first_chunk().map(|four| u32::from_be_bytes(*four));
        let [width, height] = [16, 20].map(|from| number(from).unwrap_or_default());
        Self { path: path(bytes, "png"), width, height, bytes }
    }
}

fn path(bytes: &[u8], kind: &str) -> String {
    let digest = hex(&Sha256::digest(bytes));
    let short: String = digest.chars().take(12).collect();
    format!("/recursos/{short}.{kind}")
}

/// Their route.
pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::Public, "/recursos/{nombre}", asset);
}

async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    let asked = format!("/recursos/{name}");
    let picture = PICTURES.iter().find(|picture| picture.path == asked);
    let (kind, bytes) = match asked {
        asked if asked == *STYLE_PATH => ("text/css; charset=utf-8", STYLE.as_bytes()),
        asked if asked == *LIVE_PATH => ("text/javascript; charset=utf-8", LIVE.as_bytes()),
        asked if asked == *ICON_PATH => ("image/svg+xml", ICON.as_bytes()),
        _ => ("image/png", picture.ok_or(Failure::NotFound)?.bytes),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)], bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_of_the_guide_are_small_and_know_their_size() {
        let sizes = PICTURES.each_ref().map(|picture| picture.bytes.len());
        assert!(sizes.iter().all(|size| *size < 40 * 1024) && sizes.iter().sum::<usize>() < 250 * 1024, "{sizes:?}");
        for picture in PICTURES.iter() {
            assert!(picture.bytes.starts_with(b"\x89PNG") && picture.path.ends_with(".png"));
            assert!((300..=800).contains(&picture.width) && picture.height > 100, "{}", picture.path);
        }
    }
}
