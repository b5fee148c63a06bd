//! The guide's benchmark: a guide as the world writes it, live TV over it, and many subscribers.

mod commits;
mod file;
mod subscribers;
mod tv;

pub use commits::Commits;
pub use file::{CHANNELS, write};
pub use subscribers::{Delivered, now_next, updates};
pub use tv::{Imported, Tv};

/// The time that `share` (0 to 1) of these stay below, in milliseconds.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index below the length, and times of a benchmark"
)]
pub fn percentile(micros: &mut [u32], share: f64) -> f64 {
    micros.sort_unstable();
    let index = (micros.len() as f64 * share) as usize;
    micros
        .get(index)
        .or(micros.last())
        .map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
}
