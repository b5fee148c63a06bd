//! Recommendations through their schema.

#[cfg(test)]
mod home;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod training;

use std::path::Path;

#[tokio::test]
async fn the_committed_sdl_is_up_to_date() {
    let kit = kit::Kit::start().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/recommendations.graphql");
    testkit::assert_sdl(Path::new(file), &kit.sdl);
}
