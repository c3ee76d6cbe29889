//! The two files that the pages need beside themselves, embedded, under names that change with their bytes so that browsers may
//! keep them for ever. It may not know which pages there are.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest as _, Sha256};

use super::cookie::hex;
use super::failure::Failure;
use super::routes::{Access, Routes};

const STYLE: &str = include_str!("../../assets/resguardo.css");
const ICON: &str = include_str!("../../assets/resguardo.svg");
/// For as long as a browser likes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The path of the style sheet.
pub static STYLE_PATH: LazyLock<String> = LazyLock::new(|| path(STYLE, "css"));
/// The path of the icon.
pub static ICON_PATH: LazyLock<String> = LazyLock::new(|| path(ICON, "svg"));

fn path(text: &str, kind: &str) -> String {
    let digest = hex(&Sha256::digest(text.as_bytes()));
    let short: String = digest.chars().take(12).collect();
    format!("/recursos/{short}.{kind}")
}

/// Their route.
pub(super) fn routes(routes: &mut Routes) {
    routes.get(Access::Public, "/recursos/{nombre}", asset);
}

async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    let asked = format!("/recursos/{name}");
    let (kind, text) = match asked {
        asked if asked == *STYLE_PATH => ("text/css; charset=utf-8", STYLE),
        asked if asked == *ICON_PATH => ("image/svg+xml", ICON),
        _ => return Err(Failure::NotFound),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, FOR_EVER)], text).into_response())
}
