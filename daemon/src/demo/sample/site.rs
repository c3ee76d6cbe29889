//! Writes a small web site as an office would have it: pages, a style sheet, documents, pictures, and what a backup of
//! files must not lose: links, permissions, empty folders and names with accents and spaces.
//! It may not know how the tree is backed up.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use chrono::{Days, NaiveDate};

use super::complaint::{PROVIDERS, Teller, amount, day_of, place, provider};
use super::random::Random;
use super::words::{ANSWERS, CLAIMS, HARMS, REQUESTS};

const PAGE_SERIES: u64 = 5;
const BLOB_SERIES: u64 = 6;
/// How many pages there are in each folder.
const NEWS: u64 = 240;
const NOTICES: u64 = 60;
/// How many documents and pictures there are, and the bytes of each before its own variation.
const DOCUMENTS: u64 = 14;
const DOCUMENT_BYTES: u64 = 270_000;
const PICTURES: u64 = 24;
const PICTURE_BYTES: u64 = 110_000;

const STYLE: &str = "\
:root { --azul: #1f4e79; --gris: #5f6368; }
body { font: 1rem/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 1rem; color: #202124; }
header { border-bottom: 3px solid var(--azul); margin-bottom: 1.5rem; }
h1 { color: var(--azul); line-height: 1.2; }
time, footer { color: var(--gris); font-size: .875rem; }
nav a { margin-right: 1rem; }
img { max-width: 100%; height: auto; }
";

const CONFIG: &str = "\
; Ajustes del sitio. Solo los lee el servidor web.
[sitio]
nombre = Atención al Consumidor (demostración)
correo = sitio@diaco.example
mantenimiento = no
";

/// Writes the site below `root`, which is made if it is missing and otherwise must be empty: about 8 MiB. Returns how
/// many files there are, each name of a hard link counted, symbolic links and folders not.
///
/// # Errors
/// Those of the file system; what was written by then stays.
pub fn web_site(root: &Path) -> io::Result<u64> {
    for folder in ["css", "noticias", "avisos", "documentos", "imágenes", "config", "subidas"] {
        fs::create_dir_all(root.join(folder))?;
    }
    fs::write(root.join("css/estilo.css"), STYLE)?;
    fs::write(root.join("index.html"), index())?;
    for number in 1..=NEWS {
        fs::write(root.join(format!("noticias/noticia-{number:03}.html")), article("Noticia", number))?;
    }
    for number in 1..=NOTICES {
        fs::write(root.join(format!("avisos/aviso-{number:03}.html")), article("Aviso", NEWS + number))?;
    }
    for number in 1..=DOCUMENTS {
        fs::write(root.join(format!("documentos/resolución {number:02}-2026.pdf")), document(number))?;
    }
    for number in 1..=PICTURES {
        fs::write(root.join(format!("imágenes/foto-{number:02}.jpg")), picture(number))?;
    }
    let guide = root.join("documentos/Guía del consumidor, año 2026 (edición señalada).pdf");
    fs::write(&guide, document(DOCUMENTS + 1))?;
    fs::hard_link(&guide, root.join("documentos/guia-vigente.pdf"))?;
    symlink(format!("noticia-{NEWS:03}.html"), root.join("noticias/última.html"))?;
    let config = root.join("config/sitio.conf");
    fs::write(&config, CONFIG)?;
    fs::set_permissions(&config, Permissions::from_mode(0o640))?;
    // The style sheet, the front page, the guide under two names and the settings.
    Ok(NEWS + NOTICES + DOCUMENTS + PICTURES + 5)
}

fn index() -> String {
    let mut body =
        String::from("<p>Bienvenidos. Este sitio es de demostración y todo lo que dice es inventado.</p>\n<ul>\n");
    for number in (1..=NEWS).rev().take(40) {
        body.push_str(&format!(
            "<li><a href=\"noticias/noticia-{number:03}.html\">{}</a></li>\n",
            title("Noticia", number)
        ));
    }
    body.push_str("</ul>\n");
    page(".", "Atención al Consumidor (demostración)", &body)
}

fn title(kind: &str, number: u64) -> String {
    let mut random = Random::of(PAGE_SERIES, number);
    let (_, municipality) = place(&mut random);
    let provider = provider(random.between(1, PROVIDERS));
    format!("{kind} {number}: verificación de {} en {municipality}", provider.trade.name)
}

/// A page of five to nine paragraphs, a picture in every third.
fn article(kind: &str, number: u64) -> String {
    let title = title(kind, number);
    let mut random = Random::of(PAGE_SERIES, number ^ 0xA11);
    let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default();
    let on = first.checked_add_days(Days::new(number)).unwrap_or(first);
    let date = format!("{} de 2026", day_of(on));
    let mut body = format!("<p><time>Guatemala, {date}</time></p>\n");
    if number.is_multiple_of(3) {
        let picture = random.between(1, PICTURES);
        body.push_str(&format!("<img src=\"../imágenes/foto-{picture:02}.jpg\" alt=\"{title}\">\n"));
    }
    for _ in 0..random.between(5, 9) {
        let provider = provider(random.between(1, PROVIDERS));
        let paid = amount(&mut random);
        let mut teller = Teller { random: &mut random, provider: &provider, on, paid: &paid };
        let told = teller.complaint();
        let more = format!("{} y {}. {}", teller.one_of(CLAIMS), teller.one_of(ANSWERS), teller.one_of(HARMS));
        let request = teller.one_of(REQUESTS);
        body.push_str(&format!(
            "<p>Una persona consumidora de {} relató: «{told} {more}»</p>\n<blockquote>{request}</blockquote>\n",
            provider.municipality
        ));
    }
    page("..", &title, &body)
}

fn page(root: &str, title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"es\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"{root}/css/estilo.css\">\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <nav><a href=\"{root}/index.html\">Inicio</a><a href=\"{root}/noticias/última.html\">Lo último</a></nav>\n\
         </header>\n<main>\n{body}</main>\n<footer>Sitio de demostración.</footer>\n</body>\n</html>\n"
    )
}

/// The first and last bytes of a PDF, and between them what cannot be compressed, as in real ones.
fn document(number: u64) -> Vec<u8> {
    [b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".as_slice(), &blob(number, DOCUMENT_BYTES), b"\n%%EOF\n"].concat()
}

/// The first and last bytes of a JPEG.
fn picture(number: u64) -> Vec<u8> {
    let start = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00";
    [start.as_slice(), &blob(1_000 + number, PICTURE_BYTES), b"\xFF\xD9"].concat()
}

fn blob(number: u64, bytes: u64) -> Vec<u8> {
    let mut random = Random::of(BLOB_SERIES, number);
    let bytes = random.between(bytes - bytes / 4, bytes + bytes / 4);
    random.bytes(usize::try_from(bytes).unwrap_or_default())
}
