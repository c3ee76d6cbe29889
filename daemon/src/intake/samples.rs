//! Files for the tests, made byte by byte, so that each lie in them can be told.

use std::fmt::Write as _;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, GrayImage, Luma, Rgb, RgbImage};

/// A document of one page; `catalog` is written into its catalogue, `more` are the objects from number 5 on.
pub(super) fn pdf(catalog: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let text = b"BT /F1 24 Tf 72 720 Td (Solicitud object) Tj ET";
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>").into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font \
          /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_vec(),
        stream("", text),
    ];
    objects.extend_from_slice(more);
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    file.extend_from_slice(table.as_bytes());
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.extend_from_slice(trailer.as_bytes());
    file
}

/// A stream object, without its number.
pub(super) fn stream(dict: &str, content: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {dict} /Length {} >>\nstream\n", content.len()).into_bytes();
    object.extend_from_slice(content);
    object.extend_from_slice(b"\nendstream");
    object
}

/// A stream that holds one object, which has the number 90, packed.
pub(super) fn packed(object: &str) -> Vec<u8> {
    packed_as(&format!("90 0 {object}"), 5, "/Type /ObjStm /N 1")
}

/// A packed stream of this content.
pub(super) fn packed_as(content: &str, first: usize, dict: &str) -> Vec<u8> {
    let content = zlib(content.as_bytes());
    stream(&format!("{dict} /First {first} /Filter /FlateDecode"), &content)
}

/// These bytes packed, with blanks behind them for the library to find it worth while.
pub(super) fn zlib(content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    content.extend_from_slice(&[b' '; 512]);
    let mut stream = lopdf::Stream::new(lopdf::Dictionary::new(), content);
    stream.compress().unwrap();
    assert!(stream.dict.has(b"Filter"), "it was packed");
    stream.content
}

/// A colourful image: red above, blue below on the left, noise on the right.
pub(super) fn jpeg(width: u32, height: u32, quality: u8) -> Vec<u8> {
    let mut state = 1_u32;
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, a, b, c] = state.to_be_bytes();
        match (x < width / 2, y < height / 2) {
            (true, true) => Rgb([250, 10, 10]),
            (true, false) => Rgb([10, 10, 250]),
            _ => Rgb([a, b, c]),
        }
    });
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality).encode(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    file
}

/// A grey image.
pub(super) fn grey(width: u32, height: u32) -> Vec<u8> {
    let pixels = GrayImage::from_pixel(width, height, Luma([90]));
    let mut file = Vec::new();
    JpegEncoder::new(&mut file).encode(&pixels, width, height, ExtendedColorType::L8).unwrap();
    file
}

/// The image with another segment right behind its beginning.
pub(super) fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let mut file = b"\xff\xd8".to_vec();
    segment(&mut file, marker, content);
    file.extend_from_slice(&jpeg[2..]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, content: &[u8]) {
    file.extend_from_slice(&[0xff, marker]);
    file.extend_from_slice(&u16::try_from(content.len() + 2).unwrap().to_be_bytes());
    file.extend_from_slice(content);
}

/// EXIF that turns the image and says where it was taken.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    exif.extend_from_slice(&[0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    exif.extend_from_slice(&[0, 0, 0, 0]);
    exif.extend_from_slice(&[1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
    exif.extend_from_slice(b"14.6349N 90.5069W");
    exif
}

/// A flat image of so many colours by hand: `frame` is 0xc0 for a plain and 0xc2 for a progressive one, which then gets
/// `passes` further passes over its first colour; each pass has `data` bytes of zeros for each of its colours. A bit is a
/// block of a progressive image, two bits are one of a plain one.
pub(super) fn flat(width: u16, height: u16, colours: u8, frame: u8, passes: usize, data: usize) -> Vec<u8> {
    let mut file = b"\xff\xd8".to_vec();
    let mut quantums = vec![0];
    quantums.extend_from_slice(&[1; 64]);
    segment(&mut file, 0xdb, &quantums);
    let mut head = vec![8];
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&width.to_be_bytes());
    head.push(colours);
    head.extend((1..=colours).flat_map(|colour| [colour, 0x11, 0]));
    segment(&mut file, frame, &head);
    for table in [0x00, 0x10] {
        let mut codes = vec![table, 1];
        codes.extend_from_slice(&[0; 16]);
        segment(&mut file, 0xc4, &codes);
    }
    let mut scan = vec![colours];
    scan.extend((1..=colours).flat_map(|colour| [colour, 0]));
    scan.extend_from_slice(if frame == 0xc2 { &[0, 0, 0] } else { &[0, 63, 0] });
    segment(&mut file, 0xda, &scan);
    file.extend(std::iter::repeat_n(0, data * usize::from(colours)));
    for _ in 0..passes {
        segment(&mut file, 0xda, &[1, 1, 0, 1, 63, 0]);
        file.extend(std::iter::repeat_n(0, data));
    }
    file.extend_from_slice(b"\xff\xd9");
    file
}
