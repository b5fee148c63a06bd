//! The index follows events, whatever their order, and whatever happens to it.

use schema::events::{
    catalogue::{TitleChanged, TitleWithdrawn},
    livetv::ChangeKind,
};
use serde_json::json;
use testkit::Bench;

use crate::kit::{Kit, film, person};

#[tokio::test]
async fn a_withdrawn_title_vanishes_with_the_people_only_it_had() {
    let kit = Kit::start().await;
    let (mut kid, mut circus) = (film(1, "The Kid"), film(2, "The Circus"));
    kid.people = vec![person(61, "Charlie Chaplin"), person(62, "Jackie Coogan")];
    circus.people = vec![person(61, "Charlie Chaplin")];
    kit.publish(&kid).await;
    kit.publish(&circus).await;
    assert_eq!(kit.find("coogan", json!(null)).await.len(), 2);

    kit.bench
        .emit(&TitleWithdrawn {
            title: kid.title,
            version: 2,
        })
        .await;
    // Late news of the time before.
    kit.bench
        .emit(&TitleChanged {
            title: kid.title,
            facts: kid.clone(),
        })
        .await;

    assert_eq!(kit.find("coogan", json!(null)).await, []);
    assert_eq!(kit.find("kid", json!(null)).await, []);
    assert_eq!(kit.find("chaplin", json!(null)).await.len(), 2);
    kid.version = 3;
    kit.publish(&kid).await;
    assert_eq!(kit.find("coogan", json!(null)).await.len(), 2);
}

#[tokio::test]
async fn a_lost_index_is_built_anew_from_the_table() {
    let kit = Kit::start().await;
    kit.publish(&film(1, "Metropolis")).await;
    kit.settled().await;
    let Kit { bench, .. } = kit;
    // A second index beside the first, as a new process with an empty folder has it.
    let folder = bench.platform.data_dir.join("anew");
    let index = search::index::Embedded::open(folder, 16_000_000).await.unwrap();
    let again = search::Search::new(
        &bench.platform,
        bench.platform.database("search").await.unwrap(),
        std::sync::Arc::new(index),
        search::Settings::default(),
    );
    again.catch_up().await.unwrap();
    let found = again.suggest("metro", &[], 8).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn programmes_follow_the_guide_and_end() {
    let kit = Kit::start().await;
    kit.programme(1, "Sunrise", 60, ChangeKind::Added, 1).await;
    kit.programme(2, "Sunrise", 60 * 24, ChangeKind::Added, 2).await;
    assert_eq!(kit.find("sunrise", json!(null)).await.len(), 2);
    assert_eq!(kit.suggest("sunr").await.len(), 1, "one suggestion for all showings");
    kit.programme(2, "Sunset", 60 * 24, ChangeKind::Updated, 3).await;
    kit.programme(2, "Sunrise", 60 * 24, ChangeKind::Updated, 2).await;
    assert_eq!(
        kit.find("sunset", json!(null)).await,
        [("Programme".to_owned(), Bench::id(2).to_string())]
    );
    kit.programme(2, "Sunset", 60 * 24, ChangeKind::Removed, 4).await;
    assert_eq!(kit.find("sunset", json!(null)).await, []);
    kit.bench.clock.advance(std::time::Duration::from_hours(3));
    assert_eq!(kit.find("sunrise", json!(null)).await, []);
}
