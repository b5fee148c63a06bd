//! Search through its schema.

#[cfg(test)]
mod finding;
#[cfg(test)]
mod following;
#[cfg(test)]
mod kit;

use std::path::Path;

#[tokio::test]
async fn the_committed_sdl_is_up_to_date() {
    let kit = kit::Kit::start().await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/search.graphql");
    testkit::assert_sdl(Path::new(file), &kit.sdl);
}
