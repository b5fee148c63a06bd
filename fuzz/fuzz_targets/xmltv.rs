//! Guides: `cargo +nightly fuzz run xmltv --features libfuzzer`, from `fuzz/corpus/xmltv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::check(bytes));
