//! The fuzzer's property on a stable compiler: thousands of damaged guides, the same in every run.

use std::path::Path;

#[path = "../../../../../fuzz/src/check.rs"]
mod property;

/// Damaged guides of one run; more by `fuzz/`.
const CASES: u32 = 3_000;
/// Pieces that guides are made of, and that break readers.
const PIECES: [&[u8]; 16] = [
    b"<programme start=\"20261121200000 +0100\" channel=\"one.example\"><title>a</title></programme>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"&#x110000;",
    b"&lt;",
    b"\xff\xfe",
    b"\xc3",
    b"\0",
    b"</tv>",
    b"<title lang=\"",
    b"99999999999999",
    b"20260329023000 Europe/Berlin",
    b"{\"programmes\":[",
    b"\"\\ud800\"",
    b"<?xml version='1.0' encoding='windows-1251'?>",
];

/// Marsaglia's xorshift64: the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap_or(0)
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/xmltv"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn damage(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let at = dice.roll(bytes.len() + 1);
    match dice.roll(6) {
        0 => bytes.truncate(at),
        1 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
        2 => {
            let piece = PIECES[dice.roll(PIECES.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
        3 => {
            let end = (at + dice.roll(40)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + dice.roll(300)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        _ => {
            bytes.truncate(at);
            bytes.extend_from_slice(&other[dice.roll(other.len() + 1)..]);
        }
    }
}

#[test]
fn whatever_a_file_is_limits_hold_and_what_is_stored_is_in_order() {
    let seeds = seeds();
    for seed in &seeds {
        property::check(seed);
    }
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for _ in 0..CASES {
        let mut bytes = seeds[dice.roll(seeds.len())].clone();
        let other = &seeds[dice.roll(seeds.len())];
        for _ in 0..=dice.roll(4) {
            damage(&mut bytes, other, &mut dice);
        }
        property::check(&bytes);
    }
}
