//! A request from whoever holds the key: it is read or refused, and what is read can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resguardo_shared::wire::{read_request, write_request};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = read_request(&mut &*bytes) {
        let mut written = Vec::new();
        if write_request(&mut written, &request).is_ok() {
            assert_eq!(read_request(&mut written.as_slice()).ok(), Some(request));
        }
    }
});
