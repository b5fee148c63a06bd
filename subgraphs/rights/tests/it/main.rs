//! Rights through its schema.

mod access;
mod kit;
mod live;
mod playback;

use std::path::Path;

use kit::Tv;

#[tokio::test]
async fn the_committed_sdl_is_up_to_date() {
    let tv = Tv::start().await;
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/rights.graphql"));
    testkit::assert_sdl(file, &tv.sdl);
}
