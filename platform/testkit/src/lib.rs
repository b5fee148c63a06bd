//! Test bench of one service: temporary database, manual clock, seeded ids, memory ports.
//!
//! ```ignore
//! let bench = Bench::start::<migrations::rights::Migrator>("rights").await;
//! let rights = rights::service(&bench.platform, rights::Settings::default()).await?;
//! bench.run(rights).await;
//! let reply = bench.ask(Some(&bench.viewer(1, &[])), "{ checkAccess(contentId: …) { allowed } }", json!({})).await;
//! ```
//!
//! SQLite by default; with `MATINEE_TEST_POSTGRES_URL` in the environment every bench gets a fresh Postgres database, so
//! the same tests run on both engines (`make test` does).

mod bench;
mod provider;
mod time;

pub use bench::{Bench, SeededIds};
pub use provider::IdentityProvider;
pub use time::ManualClock;

/// Compares generated SDL with the committed file; rewrites it when `UPDATE_SDL` is set.
///
/// # Panics
/// The file differs.
pub fn assert_sdl(file: &std::path::Path, sdl: &str) {
    #[expect(clippy::disallowed_methods, reason = "a switch for people at the command line")]
    let is_update = std::env::var("UPDATE_SDL").is_ok();
    if is_update {
        std::fs::write(file, sdl).expect("the SDL file can be written");
        return;
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == sdl,
        "{} is not up to date: run `make schema` and commit",
        file.display()
    );
}
