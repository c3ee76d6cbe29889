//! Photographs: what is left of them, and what is refused before it costs anything.

use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat};

use super::*;
use crate::intake::samples::{exif, flat, grey, jpeg, with_segment};

fn taken(bytes: Vec<u8>) -> (Vec<u8>, DynamicImage) {
    let kept = accept("foto.jpg", bytes).unwrap().bytes;
    let image = image::load_from_memory_with_format(&kept, ImageFormat::Jpeg).unwrap();
    (kept, image)
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(bytes, what).is_some()
}

#[test]
fn nothing_of_a_photograph_is_left_but_its_pixels() {
    let photo = with_segment(&jpeg(64, 32, 90), 0xe1, &exif(1));
    let photo = with_segment(&photo, 0xfe, b"<?php system($_GET[0]); ?><script>alert(1)</script>");
    let mut photo = with_segment(&photo, 0xe2, b"ICC_PROFILE\0\x01\x01not a profile");
    photo.extend_from_slice(b"PK\x03\x04 a file behind the end");
    let (kept, image) = taken(photo);
    for gone in [&b"Exif"[..], b"14.6349N", b"<?php", b"<script>", b"ICC_PROFILE", b"PK\x03\x04"] {
        assert!(!holds(&kept, gone), "{gone:?}");
    }
    assert!(kept.ends_with(b"\xff\xd9"));
    assert_eq!((image.width(), image.height()), (64, 32));
    let corner = image.to_rgb8().get_pixel(4, 4).0;
    assert!(corner[0] > 200 && corner[2] < 60, "red above: {corner:?}");
}

#[test]
fn a_photograph_that_lies_on_its_side_is_put_upright() {
    let (_, image) = taken(with_segment(&jpeg(64, 32, 90), 0xe1, &exif(6)));
    assert_eq!((image.width(), image.height()), (32, 64));
    // What was above on the left is now above on the right.
    let corner = image.to_rgb8().get_pixel(28, 4).0;
    assert!(corner[0] > 200 && corner[2] < 60, "{corner:?}");
    let (_, image) = taken(with_segment(&jpeg(64, 32, 90), 0xe1, &exif(3)));
    let corner = image.to_rgb8().get_pixel(60, 28).0;
    assert!(corner[0] > 200 && corner[2] < 60, "{corner:?}");
}

#[test]
fn grey_four_colours_and_progressive_ones_are_taken() {
    let (_, image) = taken(grey(40, 30));
    assert!(matches!(image, DynamicImage::ImageLuma8(_)), "it stays grey");
    for photo in [flat(64, 32, 4, 0xc0, 0, 8), flat(64, 32, 3, 0xc2, 1, 4), flat(64, 32, 1, 0xc2, 1, 4)] {
        let (_, image) = taken(photo);
        assert_eq!((image.width(), image.height()), (64, 32));
    }
}

#[test]
fn a_header_that_promises_too_much_is_refused_at_once() {
    let began = Instant::now();
    let photo = flat(65_535, 65_535, 3, 0xc0, 0, 250);
    assert!(photo.len() < 1100);
    let error = accept("foto.jpg", photo).unwrap_err();
    assert_eq!(error, Refused::TooManyPixels { width: 65_535, height: 65_535 });
    assert!(error.to_string().contains("40 millones"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(1), "nothing was decoded");
    assert!(matches!(accept("a.jpg", flat(8000, 5001, 3, 0xc0, 0, 8)), Err(Refused::TooManyPixels { .. })));
    assert!(matches!(accept("a.jpg", flat(0, 8, 3, 0xc0, 0, 8)), Err(Refused::BrokenImage { .. })));
}

#[test]
fn a_truncated_photograph_is_refused_wherever_it_was_cut() {
    let photo = with_segment(&jpeg(64, 64, 90), 0xe1, &exif(1));
    for length in (3..photo.len()).step_by(7).chain([photo.len() - 1, photo.len() - 2]) {
        let error = accept("foto.jpg", photo[..length].to_vec()).unwrap_err();
        assert!(matches!(error, Refused::BrokenImage { .. }), "{length}: {error}");
    }
}

#[test]
fn a_progressive_bomb_costs_bounded_time() {
    let began = Instant::now();
    // Forty million points of four colours, of which hardly a byte is said, and many passes over all of them.
    for passes in [8, 31, 32, 99] {
        match accept("foto.jpg", flat(8000, 5000, 4, 0xc2, passes, 4)) {
            Ok(_) | Err(Refused::BrokenImage { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let error = accept("foto.jpg", flat(800, 500, 3, 0xc2, 32, 800)).unwrap_err();
    assert!(error.to_string().contains("pasadas"), "{error}");
    let error = accept("foto.jpg", flat(8000, 5000, 3, 0xc2, 31, 78_125)).unwrap_err();
    assert!(error.to_string().contains("pasadas"), "{error}");
    let full = accept("foto.jpg", flat(8000, 5000, 3, 0xc2, 9, 78_125)).unwrap();
    assert!(full.bytes.len() < FILE_BYTES_MAX);
    assert!(
        accept("foto.jpg", flat(1600, 1000, 3, 0xc2, 31, 3125)).is_ok(),
        "a small one may have as many as it likes"
    );
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn a_photograph_that_grows_is_encoded_smaller() {
    // Noise of 12 million points, said so badly that it only just fits; at the usual quality it would not.
    let photo = jpeg(4000, 3000, 60);
    assert!(photo.len() < FILE_BYTES_MAX, "{}", photo.len());
    let kept = accept("foto.jpg", photo).unwrap().bytes;
    assert!(kept.len() <= FILE_BYTES_MAX, "{}", kept.len());
}
