//! Billing through its schema, on the demo's price list.

mod kit;
mod plans;
mod sales;
mod subscriptions;

use std::path::Path;

use kit::Shop;

#[tokio::test]
async fn the_committed_sdl_is_up_to_date() {
    let shop = Shop::open().await;
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/billing.graphql"));
    testkit::assert_sdl(file, &shop.sdl);
}
