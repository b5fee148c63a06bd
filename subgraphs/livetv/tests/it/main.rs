//! Behaviour of live TV through its schema.

mod by_hand;
mod care;
mod channels;
#[cfg(feature = "services")]
mod dtd;
mod files;
mod forgetting;
mod guide;
mod imports;
mod kit;
mod large;
mod live;
mod on_now;
mod processes;
mod recordings;
mod regions;
mod reminders;
mod series_rules;
mod server;
mod sources;
mod split;
mod undo;
mod updates;
mod weights;

use std::path::Path;

use testkit::Bench;

#[tokio::test]
async fn the_committed_sdl_is_up_to_date() {
    let bench = Bench::start::<migrations::livetv::Migrator>("livetv").await;
    let service = livetv::service(&bench.platform, livetv::Settings::default())
        .await
        .unwrap();
    let sdl = service.endpoint.unwrap().sdl();
    testkit::assert_sdl(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/livetv.graphql")),
        &sdl,
    );
}
