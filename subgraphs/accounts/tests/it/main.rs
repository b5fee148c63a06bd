//! Behaviour of accounts through its schema.

mod api_keys;
mod demo;
#[cfg(test)]
mod exchange;
mod introspection;
#[cfg(test)]
mod kit;
mod privacy;
#[cfg(test)]
mod providers;
mod sign_in;
mod staff;
mod titles;

use std::path::Path;

use kit::House;

#[tokio::test]
async fn the_committed_sdl_is_up_to_date() {
    let house = House::start().await;
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/accounts.graphql"));
    testkit::assert_sdl(file, &house.sdl);
}
