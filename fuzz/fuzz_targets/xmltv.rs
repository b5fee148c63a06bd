//! Guides, from the seeds in `fuzz/corpus/xmltv`: `scripts/fuzz.sh`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::check(bytes));
