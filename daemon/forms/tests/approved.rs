//! How each form looks and what it says, against what was looked at and approved: pictures of every page, and the text. After a
//! change that is meant, `RESGUARDO_APPROVE=1 cargo test -p resguardo-forms` writes them anew, to be looked at before they are kept.
#![expect(clippy::unwrap_used, reason = "what a test calls fails by panicking")]

// Not everything that other tests ask of a printed form is asked here.
#[expect(dead_code, reason = "shared with other tests")]
mod press;

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;

use press::{CODES, Printed, blank, press, samples};

/// Dots per inch: enough to see a line that moved, and small to keep.
const RESOLUTION: &str = "48";
/// How much darker or lighter a dot may be: another version of the renderer smooths letters otherwise.
const SHADE: u8 = 96;
/// The most dots in ten thousand that differ by more. A word that moved is some thirty on a page.
const DOTS: usize = 8;

/// A picture of a page in shades of grey.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    width: u32,
    height: u32,
    dots: Vec<u8>,
}

/// One that was approved.
fn kept(path: &Path) -> Picture {
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
    let mut dots = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut dots).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Grayscale, png::BitDepth::Eight));
    Picture { width: info.width, height: info.height, dots }
}

fn keep(path: &Path, picture: &Picture) {
    let mut encoder = png::Encoder::new(File::create(path).unwrap(), picture.width, picture.height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_compression(png::Compression::High);
    encoder.write_header().unwrap().write_image_data(&picture.dots).unwrap();
}

/// One as `pdftoppm` draws it: `P5`, its width and height, the lightest shade, and the dots.
fn drawn(path: &Path) -> Picture {
    let bytes = fs::read(path).unwrap();
    let mut parts = bytes.splitn(4, |byte| byte.is_ascii_whitespace());
    assert_eq!(parts.next().unwrap(), b"P5");
    let mut number = || std::str::from_utf8(parts.next().unwrap()).unwrap().parse().unwrap();
    let (width, height) = (number(), number());
    let dots = parts.next().unwrap().strip_prefix(b"255\n").unwrap().to_vec();
    Picture { width, height, dots }
}

/// How many dots in ten thousand are not alike.
fn unlike(one: &Picture, other: &Picture) -> usize {
    if (one.width, one.height) != (other.width, other.height) {
        return 10_000;
    }
    let differ = one.dots.iter().zip(&other.dots).filter(|(one, other)| one.abs_diff(**other) > SHADE).count();
    (differ * 10_000).div_ceil(one.dots.len())
}

/// Pictures of all pages.
fn pictures(printed: &Printed) -> Vec<Picture> {
    let folder = tempfile::tempdir().unwrap();
    let args = ["-gray", "-r", RESOLUTION];
    let status = Command::new("pdftoppm").args(args).arg(printed.path()).arg(folder.path().join("p")).status().unwrap();
    assert!(status.success());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| drawn(path)).collect()
}

fn text(printed: &Printed) -> String {
    let output = Command::new("pdftotext").arg("-layout").arg(printed.path()).arg("-").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // How far apart columns stand is the pictures' matter.
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines().map(line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n") + "\n"
}

/// Compares a form with what was approved of it; all that is wrong with it.
fn compare(name: &str, printed: &Printed) -> Vec<String> {
    let approved = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/approved");
    let pages = pictures(printed);
    let of_page = |at: usize| approved.join(format!("{name}-{}.png", at + 1));
    let words = approved.join(format!("{name}.txt"));
    if std::env::var_os("RESGUARDO_APPROVE").is_some() {
        fs::create_dir_all(&approved).unwrap();
        (0..).map(of_page).take_while(|path| path.exists()).for_each(|path| fs::remove_file(path).unwrap());
        pages.iter().enumerate().for_each(|(at, page)| keep(&of_page(at), page));
        fs::write(words, text(printed)).unwrap();
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let (said, expected) = (text(printed), fs::read_to_string(words).unwrap_or_default());
    if let Some((line, (one, other))) =
        said.lines().zip(expected.lines()).enumerate().find(|(_, (one, other))| one != other)
    {
        wrong.push(format!("{name}, line {}: it says {one:?} and was approved with {other:?}", line + 1));
    } else if said.lines().count() != expected.lines().count() {
        wrong.push(format!("{name}: {} lines, approved {}", said.lines().count(), expected.lines().count()));
    }
    if of_page(pages.len()).exists() {
        wrong.push(format!("{name}: it has {} pages, and more were approved", pages.len()));
    }
    for (at, page) in pages.iter().enumerate() {
        let path = of_page(at);
        let dots = if path.exists() { unlike(page, &kept(&path)) } else { 10_000 };
        if dots > DOTS {
            wrong.push(format!("{name}, page {}: {dots} of 10000 dots are not as approved", at + 1));
        }
    }
    wrong
}

#[test]
fn every_form_looks_and_reads_as_it_was_approved() {
    let filled = samples().into_iter().map(|(name, record)| compare(&name, &press(&record)));
    let empty =
        CODES.iter().map(|code| compare(&format!("{}-blank", code.to_lowercase().replace("diaco-", "")), &blank(code)));
    let wrong: Vec<String> = filled.chain(empty).flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_picture_with_one_word_elsewhere_is_told_apart() {
    let (_, record) = samples().into_iter().find(|(name, _)| name == "rh-fo-02").unwrap();
    let mut moved = record.clone();
    moved["content"]["place"] = "Otro salón".into();
    let [before, after] = [&record, &moved].map(|record| pictures(&press(record)));
    let dots = unlike(&before[0], &after[0]);
    assert!(dots > DOTS, "{dots}");
    assert_eq!(unlike(&before[0], &before[0]), 0);
}
