//! What the benchmarks share: subgraphs, load, processes, peers.
#![expect(missing_docs, reason = "parts of benchmarks, which no other crate uses")]

pub mod guide;
pub mod load;
pub mod peers;
pub mod process;
pub mod shop;

/// Reports one line.
#[expect(clippy::print_stdout, reason = "a benchmark reports to the terminal")]
pub fn say(line: &str) {
    println!("{line}");
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
