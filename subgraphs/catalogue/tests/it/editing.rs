//! What editors do, and what the other services hear of it.

use schema::events::catalogue::{TitleChanged, TitleKind, TitlePublished, TitleWithdrawn};
use serde_json::{Value, json};

use crate::stand::Stand;

async fn create(stand: &Stand, noun: &str, input: Value) -> Value {
    let field = noun.to_lowercase();
    let query = format!(
        "mutation($input: Create{noun}Input!) {{ create{noun}(input: $input) {{ {field} {{ id name }} problem {{ code message }} }} }}"
    );
    let reply = stand.edit(&query, json!({ "input": input })).await;
    assert!(reply.get("errors").is_none(), "{reply}");
    reply["data"][format!("create{noun}")].clone()
}

async fn change(stand: &Stand, verb: &str, input: Value) -> Value {
    let name = format!("{}{}", verb[..1].to_uppercase(), &verb[1..]);
    let query = format!(
        "mutation($input: {name}TitleInput!) {{ {verb}Title(input: $input) {{ title {{ id name state publishedAt }} problem {{ code }} }} }}"
    );
    stand.edit(&query, json!({ "input": input })).await["data"][format!("{verb}Title")].clone()
}

#[tokio::test]
async fn a_draft_is_seen_by_editors_only_and_published_once() {
    let stand = Stand::with_demo().await;
    let genre = demo::genres()[0].id.to_string();
    let person = demo::people()[0].id.to_string();
    let made = create(
        &stand,
        "Movie",
        json!({
            "name": " The Smiling Madame Beudet ", "synopsis": "A marriage.", "releaseYear": 1923, "runtimeSeconds": 2280,
            "contentRating": { "system": "BBFC", "code": "PG", "minAge": 8 }, "genreIds": [genre], "packages": ["basic"],
            "credits": [{ "personId": person, "role": "ACTOR", "character": "Madame Beudet" }],
            "assetId": demo::asset().id.to_string(),
        }),
    )
    .await;
    let id = made["movie"]["id"].clone();
    assert_eq!(made["movie"]["name"], "The Smiling Madame Beudet");
    let before = stand.bench.published::<TitlePublished>().await.len();
    assert_eq!(before, demo::titles().len(), "the demo announces each title once");

    let query = "query($id: ID!) { title(id: $id) { name state } }";
    assert_eq!(
        stand.ask(query, json!({ "id": id })).await["data"]["title"],
        Value::Null
    );
    assert_eq!(
        stand.edit(query, json!({ "id": id })).await["data"]["title"]["state"],
        "DRAFT"
    );

    for _ in 0..2 {
        let done = change(&stand, "publish", json!({ "titleId": id })).await;
        assert_eq!(done["title"]["state"], "PUBLISHED");
    }
    let heard = stand.bench.published::<TitlePublished>().await;
    assert_eq!(heard.len(), before + 1);
    let facts = &heard[before].facts;
    assert_eq!(
        (facts.kind, facts.release_year, facts.min_age),
        (TitleKind::Movie, Some(1923), Some(8))
    );
    assert_eq!(
        (facts.people.len(), facts.genres.len(), facts.packages.as_slice()),
        (1, 1, &["basic".to_owned()][..])
    );
    assert_eq!(facts.asset.as_ref().unwrap().original_key, demo::film::original_key());
    assert_eq!(facts.published_at, stand.bench.platform.clock.now());
    let list = "{ movies(filter: { query: \"smiling beud\" }) { totalCount } }";
    assert_eq!(stand.ask(list, json!({})).await["data"]["movies"]["totalCount"], 1);
}

#[tokio::test]
async fn a_change_of_a_published_title_is_told_with_a_higher_version() {
    let stand = Stand::with_demo().await;
    let film = demo::titles()[0].id.to_string();
    let done = change(
        &stand,
        "update",
        json!({ "titleId": film, "name": "Le voyage dans la Lune", "genreIds": [] }),
    )
    .await;
    assert_eq!(done["title"]["name"], "Le voyage dans la Lune");
    let heard = stand.bench.published::<TitleChanged>().await;
    assert_eq!(heard.len(), 1);
    assert_eq!((heard[0].facts.version, heard[0].facts.genres.len()), (2, 0));
    assert!(
        !heard[0].facts.people.is_empty() && !heard[0].facts.synopsis.is_empty(),
        "what was absent stays"
    );
}

#[tokio::test]
async fn a_series_is_published_and_withdrawn_with_its_parts() {
    let stand = Stand::empty().await;
    let series = create(&stand, "Series", json!({ "name": "The Hazards of Helen" })).await["series"]["id"].clone();
    let season = create(&stand, "Season", json!({ "seriesId": series, "number": 1 })).await["season"].clone();
    assert_eq!(season["name"], "Season 1");
    let input = json!({ "seasonId": season["id"], "number": 1, "name": "Helen's Sacrifice", "runtimeSeconds": 720 });
    let episode = create(&stand, "Episode", input.clone()).await["episode"]["id"].clone();
    let twice = create(&stand, "Episode", input).await;
    assert_eq!(
        (&twice["episode"], &twice["problem"]["code"]),
        (&Value::Null, &json!("NUMBER_TAKEN"))
    );

    let early = change(&stand, "publish", json!({ "titleId": episode })).await;
    assert_eq!(early["problem"]["code"], "PARENT_NOT_PUBLISHED");
    change(&stand, "publish", json!({ "titleId": series })).await;
    let heard = stand.bench.published::<TitlePublished>().await;
    let told: Vec<_> = heard
        .iter()
        .map(|told| (told.facts.kind, told.facts.season_number, told.facts.episode_number))
        .collect();
    assert_eq!(
        told,
        [
            (TitleKind::Series, None, None),
            (TitleKind::Season, Some(1), None),
            (TitleKind::Episode, Some(1), Some(1))
        ]
    );

    let query = "query($id: ID!) { series(id: $id) { seasonCount seasons { episodes { edges { node { name } } } } } }";
    let seen = stand.ask(query, json!({ "id": series })).await;
    assert_eq!(
        seen["data"]["series"]["seasons"][0]["episodes"]["edges"][0]["node"]["name"],
        "Helen's Sacrifice"
    );
    change(&stand, "withdraw", json!({ "titleId": series })).await;
    assert_eq!(stand.bench.published::<TitleWithdrawn>().await.len(), 3);
    assert_eq!(
        stand.ask(query, json!({ "id": series })).await["data"]["series"],
        Value::Null
    );
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_a_code() {
    let stand = Stand::empty().await;
    let nobody = testkit::Bench::id(5).to_string();
    for (noun, input, code) in [
        ("Movie", json!({ "name": "x", "genreIds": [nobody] }), "GENRE_NOT_FOUND"),
        (
            "Movie",
            json!({ "name": "x", "credits": [{ "personId": nobody, "role": "ACTOR" }] }),
            "PERSON_NOT_FOUND",
        ),
        ("Movie", json!({ "name": "x", "assetId": nobody }), "ASSET_NOT_FOUND"),
        ("Series", json!({ "name": "x", "runtimeSeconds": 5 }), "NOT_PLAYABLE"),
        ("Season", json!({ "seriesId": nobody, "number": 1 }), "PARENT_NOT_FOUND"),
    ] {
        assert_eq!(create(&stand, noun, input).await["problem"]["code"], code);
    }
    assert_eq!(
        change(&stand, "update", json!({ "titleId": nobody })).await["problem"]["code"],
        "NOT_FOUND"
    );
    create(&stand, "Genre", json!({ "name": "Serial" })).await;
    assert_eq!(
        create(&stand, "Genre", json!({ "name": "SERIAL" })).await["problem"]["code"],
        "NAME_TAKEN"
    );
    assert!(create(&stand, "Person", json!({ "name": "Helen Holmes" })).await["person"]["id"].is_string());

    let create = "mutation($input: CreateMovieInput!) { createMovie(input: $input) { movie { id } } }";
    let reply = stand
        .edit(create, json!({ "input": { "name": "", "releaseYear": 1 } }))
        .await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "VALIDATION_FAILED");
    assert_eq!(reply["errors"][0]["extensions"]["fields"][1]["field"], "releaseYear");
    let viewer = stand.bench.viewer(2, &[]);
    let reply = stand
        .bench
        .ask(Some(&viewer), create, json!({ "input": { "name": "x" } }))
        .await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(stand.bench.published::<TitlePublished>().await.is_empty());
}
