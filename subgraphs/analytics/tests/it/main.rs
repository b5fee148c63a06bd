//! Analytics through its schema.

#[cfg(test)]
mod ingest;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod playback;
#[cfg(test)]
mod usage;

use std::path::Path;

use testkit::Bench;

#[tokio::test]
async fn the_committed_sdl_is_up_to_date() {
    let bench = Bench::start::<migrations::analytics::Migrator>("analytics").await;
    let service = analytics::service(&bench.platform, analytics::Settings::default())
        .await
        .unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/analytics.graphql");
    testkit::assert_sdl(Path::new(file), &service.endpoint.unwrap().sdl());
}
