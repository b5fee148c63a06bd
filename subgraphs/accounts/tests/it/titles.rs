//! What profiles do with titles: watch, list, rate.

use kernel::TitleId;
use schema::events::{
    accounts::{HistoryUpdated, VideoRated, WatchlistUpdated},
    catalogue::{TitleKind, TitlePublished, TitleWithdrawn},
    rights::{PlaybackEnded, PlaybackPaused, PlaybackStarted},
};
use serde_json::{Value, json};
use testkit::Bench;

use crate::kit::{House, Person, facts};

const SCREEN: &str = "query ProfileScreen($id: ID!) { profile(id: $id) {
    id name
    continueWatching(first: 10) { edges { node { positionSeconds durationSeconds updatedAt title { id } } } }
    watchlist(first: 10) { totalCount edges { addedAt node { __typename id } } pageInfo { hasNextPage endCursor } }
    history(first: 10) { edges { node { watchedAt positionSeconds title { id } } } }
    ratings(first: 10) { edges { node { rating comment ratedAt title { id } } } }
} }";

async fn screen(house: &House, person: &Person) -> Value {
    house
        .data(Some(person), SCREEN, json!({ "id": person.profile.to_string() }))
        .await["profile"]
        .clone()
}

async fn rate(house: &House, person: &Person, title: TitleId, rating: i32, comment: Option<&str>) -> Value {
    let query = "mutation($input: RateTitleInput!) { rateTitle(input: $input) {
        rating { rating comment ratedAt title { id averageRating ratingCount } } problem { code message }
    } }";
    let input = json!({ "profileId": person.profile.to_string(), "titleId": title.to_string(), "rating": rating, "comment": comment });
    house.ask(Some(person), query, json!({ "input": input })).await
}

async fn list(house: &House, person: &Person, title: TitleId) -> Value {
    let query = "mutation($input: AddToWatchlistInput!) { addToWatchlist(input: $input) { entry { addedAt title { id } } problem { code message } } }";
    let input = json!({ "profileId": person.profile.to_string(), "titleId": title.to_string() });
    house.data(Some(person), query, json!({ "input": input })).await["addToWatchlist"].clone()
}

#[tokio::test]
async fn playback_moves_the_resume_point_in_whatever_order_it_is_told() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let (film, other) = (house.film(1).await, house.film(2).await);

    house.watched(&ada, film, 300, 300).await;
    house.watched(&ada, film, 120, 120).await;
    let playback = crate::kit::playback(&ada, film, 400, 400);
    let paused = PlaybackPaused {
        session: playback.session,
        playback,
    };
    let id = Bench::id(5000);
    house.bench.emit_as(id, &paused).await;
    house.bench.emit_as(id, &paused).await;
    house.watched(&ada, other, 20, 350).await;
    // Begins anew, says nothing of where she stands.
    let playback = crate::kit::playback(&ada, film, 0, 500);
    house
        .bench
        .emit(&PlaybackStarted {
            session: playback.session,
            playback,
        })
        .await;
    // A channel has no resume point.
    let mut playback = crate::kit::playback(&ada, film, 700, 700);
    playback.is_channel = true;
    house
        .bench
        .emit(&PlaybackEnded {
            session: playback.session,
            playback,
        })
        .await;

    let seen = screen(&house, &ada).await;
    let first = &seen["continueWatching"]["edges"][0]["node"];
    assert_eq!(
        (&first["positionSeconds"], &first["durationSeconds"]),
        (&json!(400), &json!(1000))
    );
    assert_eq!(first["title"]["id"], film.to_string());
    assert_eq!(
        seen["continueWatching"]["edges"][1]["node"]["title"]["id"],
        other.to_string()
    );
    let moves = house.bench.published::<HistoryUpdated>().await;
    assert_eq!(
        moves.iter().map(|told| told.position_ms / 1000).collect::<Vec<_>>(),
        [300, 400, 20]
    );

    house.watched(&ada, film, 950, 950).await;
    let seen = screen(&house, &ada).await;
    assert_eq!(
        seen["continueWatching"]["edges"].as_array().unwrap().len(),
        1,
        "finished at 95 %"
    );
    assert_eq!(seen["history"]["edges"][0]["node"]["positionSeconds"], 950);
    assert_eq!(seen["history"]["edges"].as_array().unwrap().len(), 2);
    assert!(house.bench.published::<HistoryUpdated>().await.last().unwrap().finished);
}

#[tokio::test]
async fn an_app_may_send_its_progress_twice() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let film = house.film(1).await;
    let series = TitleId(Bench::id(3));
    house
        .bench
        .emit(&TitlePublished {
            title: series,
            facts: facts(series, TitleKind::Series, 1),
        })
        .await;
    let send = async |title: TitleId, position: i32, key: &str| {
        let query = "mutation($input: RecordProgressInput!) { recordProgress(input: $input) { resumePoint { positionSeconds updatedAt } problem { code } } }";
        let input = json!({ "profileId": ada.profile.to_string(), "titleId": title.to_string(), "positionSeconds": position, "idempotencyKey": key });
        house.data(Some(&ada), query, json!({ "input": input })).await["recordProgress"].clone()
    };

    let once = send(film, 60, "a").await;
    house.bench.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(send(film, 60, "a").await, once);
    assert_eq!(send(film, 30, "b").await["resumePoint"]["positionSeconds"], 30);
    assert_eq!(send(series, 30, "c").await["problem"]["code"], "NOT_PLAYABLE");
    assert_eq!(
        send(TitleId(Bench::id(9)), 30, "d").await["problem"]["code"],
        "TITLE_NOT_FOUND"
    );
    assert_eq!(house.bench.published::<HistoryUpdated>().await.len(), 2);
}

#[tokio::test]
async fn a_watchlist_holds_a_title_once_and_only_titles_there_are() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let mut films = Vec::new();
    for n in 1..=3 {
        films.push(house.film(n).await);
        house.bench.clock.advance(std::time::Duration::from_secs(1));
        assert_eq!(list(&house, &ada, films[films.len() - 1]).await["problem"], Value::Null);
    }
    let again = list(&house, &ada, films[0]).await;
    assert_eq!(again["entry"]["addedAt"], "2026-11-21T12:00:01+00:00");
    assert_eq!(house.bench.published::<WatchlistUpdated>().await.len(), 3);
    assert_eq!(
        list(&house, &ada, TitleId(Bench::id(9))).await["problem"]["code"],
        "TITLE_NOT_FOUND"
    );

    // A withdrawal that is told before its publication holds.
    let late = TitleId(Bench::id(4));
    house
        .bench
        .emit(&TitleWithdrawn {
            title: late,
            version: 2,
        })
        .await;
    house
        .bench
        .emit(&TitlePublished {
            title: late,
            facts: facts(late, TitleKind::Movie, 1),
        })
        .await;
    assert_eq!(list(&house, &ada, late).await["problem"]["code"], "TITLE_NOT_FOUND");

    let query = "query($id: ID!, $after: String) { profile(id: $id) { watchlist(first: 2, after: $after) { totalCount edges { node { id } } pageInfo { hasNextPage endCursor } } } }";
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let variables = json!({ "id": ada.profile.to_string(), "after": after });
        let page = house.data(Some(&ada), query, variables).await["profile"]["watchlist"].clone();
        assert_eq!(page["totalCount"], 3);
        seen.extend(
            page["edges"]
                .as_array()
                .unwrap()
                .iter()
                .map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, [films[2].to_string(), films[1].to_string(), films[0].to_string()]);

    let query = "mutation($p: ID!, $t: ID!) { removeFromWatchlist(input: { profileId: $p, titleId: $t }) { removed problem { code } } }";
    let variables = json!({ "p": ada.profile.to_string(), "t": films[0].to_string() });
    assert_eq!(
        house.data(Some(&ada), query, variables.clone()).await["removeFromWatchlist"]["removed"],
        true
    );
    assert_eq!(
        house.data(Some(&ada), query, variables).await["removeFromWatchlist"]["removed"],
        false
    );
    assert!(!house.bench.published::<WatchlistUpdated>().await.last().unwrap().listed);
}

#[tokio::test]
async fn a_rating_replaces_the_one_before_and_counts_at_once() {
    let house = House::start().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let film = house.film(1).await;

    rate(&house, &ada, film, 1, None).await;
    rate(&house, &ada, film, 4, Some(" Splendid. ")).await;
    let reply = rate(&house, &bob, film, 5, None).await;
    let title = &reply["data"]["rateTitle"]["rating"]["title"];
    assert_eq!(
        title,
        &json!({ "id": film.to_string(), "averageRating": 4.5, "ratingCount": 2 })
    );
    assert_eq!(house.bench.published::<VideoRated>().await.len(), 3);
    let bad = rate(&house, &bob, film, 6, None).await;
    assert_eq!(bad["errors"][0]["extensions"]["field"], "input.rating");
    let unknown = rate(&house, &bob, TitleId(Bench::id(9)), 5, None).await;
    assert_eq!(unknown["data"]["rateTitle"]["problem"]["code"], "TITLE_NOT_FOUND");

    let query = "query($keys: [_Any!]!, $p: ID) { _entities(representations: $keys) { ... on Title {
        myRating(profileId: $p) { rating }
        reviews { totalCount edges { node { rating comment profile { name kids } } } }
    } } }";
    let variables =
        json!({ "keys": [{ "__typename": "Title", "id": film.to_string() }], "p": bob.profile.to_string() });
    let seen = house.data(Some(&bob), query, variables).await["_entities"][0].clone();
    assert_eq!(seen["myRating"]["rating"], 5);
    let review = json!({ "rating": 4, "comment": "Splendid.", "profile": { "name": "ada", "kids": null } });
    assert_eq!(
        seen["reviews"],
        json!({ "totalCount": 1, "edges": [{ "node": review }] })
    );
}

#[tokio::test]
async fn fifty_titles_cost_as_many_statements_as_one() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let query = "query($keys: [_Any!]!, $p: ID) { _entities(representations: $keys) { ... on Title {
        averageRating ratingCount resumePoint(profileId: $p) { positionSeconds durationSeconds } myRating(profileId: $p) { rating }
    } } }";
    let mut spent = Vec::new();
    for titles in [1, 50] {
        let keys: Vec<Value> = (0..titles)
            .map(|n| json!({ "__typename": "Title", "id": Bench::id(n).to_string() }))
            .collect();
        let start = house.statements();
        house
            .data(Some(&ada), query, json!({ "keys": keys, "p": ada.profile.to_string() }))
            .await;
        spent.push(house.statements() - start);
    }
    assert_eq!(spent, [4, 4], "profile, resume points, ratings, summaries");
}
