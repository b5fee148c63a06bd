//! The demo of accounts.

use std::collections::HashMap;

use kernel::TitleId;
use schema::events::accounts::ProfileChanged;
use serde_json::{Value, json};

use crate::kit::House;

#[tokio::test]
async fn the_demo_is_loaded_once_and_its_viewer_can_sign_in() {
    let house = House::start().await;
    (house.demo)().await.unwrap();
    (house.demo)().await.unwrap();

    let viewer = house.log_in("viewer@example.com", "matinee-demo").await;
    assert_eq!(viewer["problem"], Value::Null);
    let stranger = house.log_in("synthetic-0@example.com", "matinee-demo").await;
    assert_eq!(stranger["problem"]["code"], "WRONG_CREDENTIALS");
    assert_eq!(
        house.bench.published::<ProfileChanged>().await.len(),
        3,
        "the crowd is not told of"
    );

    let mut counts: HashMap<TitleId, usize> = HashMap::new();
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    for rating in demo::viewers(now).iter().flat_map(|viewer| &viewer.ratings) {
        *counts.entry(rating.title).or_default() += 1;
    }
    let (title, count) = counts.into_iter().max_by_key(|(_, count)| *count).unwrap();
    let query = "query($id: ID!) { _entities(representations: [{ __typename: \"Title\", id: $id }]) { ... on Title { ratingCount averageRating } } }";
    let seen = house.data(None, query, json!({ "id": title.to_string() })).await;
    assert_eq!(seen["_entities"][0]["ratingCount"], count);
    assert!(count > 10);
}
