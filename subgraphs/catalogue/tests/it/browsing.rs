//! What viewers see.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::stand::Stand;

fn title(name: &str) -> String {
    demo::titles()
        .iter()
        .find(|title| title.name == name)
        .unwrap()
        .id
        .to_string()
}

const TITLE_PAGE: &str = r"query($id: ID!) {
  title(id: $id) {
    __typename id name synopsis
    genres { id name }
    credits { role character person { id name } }
    artwork(kind: BACKDROP) { url width height }
    contentRating { system code minAge }
    ... on Movie { releaseYear runtimeSeconds }
    ... on Series { seasonCount seasons { number episodes(first: 50) { totalCount edges { node { id number name runtimeSeconds } } } } }
    ... on Episode { number runtimeSeconds series { id name } season { number } }
    ... on Video { status uploader { id } tags }
  }
}";

#[tokio::test]
async fn a_title_page_shows_each_kind_of_title() {
    let stand = Stand::with_demo().await;

    let movie = stand.ask(TITLE_PAGE, json!({ "id": title("Metropolis") })).await;
    let movie = &movie["data"]["title"];
    assert_eq!(
        (&movie["__typename"], &movie["releaseYear"], &movie["runtimeSeconds"]),
        (&json!("Movie"), &json!(1927), &json!(9180))
    );
    assert_eq!(movie["genres"][0]["name"], "Science fiction");
    assert_eq!(movie["credits"][0]["role"], "DIRECTOR");
    assert_eq!(
        movie["credits"][1],
        json!({
            "role": "ACTOR", "character": "Maria",
            "person": { "id": movie["credits"][1]["person"]["id"], "name": "Brigitte Helm" }
        })
    );
    assert_eq!(
        movie["contentRating"],
        json!({ "system": "BBFC", "code": "PG", "minAge": 8 })
    );
    let url = movie["artwork"][0]["url"].as_str().unwrap();
    assert!(url.starts_with("http://media.test/api/v1/images/"), "{url}");

    let series = stand.ask(TITLE_PAGE, json!({ "id": title("Les Vampires") })).await;
    let seasons = &series["data"]["title"]["seasons"];
    assert_eq!(series["data"]["title"]["seasonCount"], 2);
    assert_eq!(seasons[1]["episodes"]["totalCount"], 7);
    assert_eq!(
        seasons[1]["episodes"]["edges"][6]["node"]["name"],
        "The Terrible Wedding"
    );

    let episode = stand.ask(TITLE_PAGE, json!({ "id": title("Satanas") })).await;
    let episode = &episode["data"]["title"];
    assert_eq!(
        (&episode["series"]["name"], &episode["season"]["number"]),
        (&json!("Les Vampires"), &json!(2))
    );
    assert_eq!(
        episode["artwork"][0]["width"], 1280,
        "an episode without a backdrop has its series'"
    );

    let video = stand.ask(TITLE_PAGE, json!({ "id": title("Colour by Hand") })).await;
    assert_eq!(video["data"]["title"]["status"], "PUBLISHED");
    assert!(video["data"]["title"]["uploader"]["id"].is_string());
}

async fn names(stand: &Stand, filter: Value) -> Vec<String> {
    let query =
        "query($filter: MovieFilter) { movies(filter: $filter, first: 50) { totalCount edges { node { name } } } }";
    let reply = stand.ask(query, json!({ "filter": filter })).await;
    let edges = reply["data"]["movies"]["edges"]
        .as_array()
        .unwrap_or_else(|| panic!("{reply}"))
        .clone();
    assert!(reply["data"]["movies"]["totalCount"].as_u64().unwrap() >= edges.len() as u64);
    edges
        .iter()
        .map(|edge| edge["node"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn movies_are_filtered_by_genre_year_and_beginnings_of_words() {
    let stand = Stand::with_demo().await;
    assert_eq!(names(&stand, json!({ "query": "haxan" })).await, ["Häxan"]);
    assert_eq!(names(&stand, json!({ "query": "GOLD ru" })).await, ["The Gold Rush"]);
    assert_eq!(names(&stand, json!({ "genre": "war", "year": 1927 })).await, ["Wings"]);
    let by_id = demo::genres()
        .iter()
        .find(|genre| genre.name == "War")
        .unwrap()
        .id
        .to_string();
    assert_eq!(names(&stand, json!({ "genre": by_id, "year": 1927 })).await, ["Wings"]);
    assert!(names(&stand, json!({ "genre": "Telenovela" })).await.is_empty());
    let sorted = names(&stand, json!({})).await;
    assert_eq!(sorted[0], "20,000 Leagues Under the Sea");
    assert_eq!(sorted[1], "The Adventures of Prince Achmed");
}

#[tokio::test]
async fn every_title_of_a_list_appears_once_over_all_its_pages() {
    let stand = Stand::with_demo().await;
    let query = "query($after: String) { latestTitles(first: 7, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { cursor node { __typename id name publishedAt } } } }";
    let (mut after, mut seen, mut dates) = (Value::Null, HashSet::new(), Vec::new());
    loop {
        let reply = stand.ask(query, json!({ "after": after })).await;
        let page = &reply["data"]["latestTitles"];
        for edge in page["edges"].as_array().unwrap() {
            assert!(
                seen.insert(edge["node"]["id"].clone()),
                "{} came twice",
                edge["node"]["name"]
            );
            let kind = edge["node"]["__typename"].as_str().unwrap();
            assert!(["Movie", "Series", "Video"].contains(&kind), "{kind}");
            dates.push(edge["node"]["publishedAt"].as_str().unwrap().to_owned());
        }
        assert!(page["totalCount"].as_u64().unwrap() >= seen.len() as u64);
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"].as_u64().unwrap(), seen.len() as u64);
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert!(dates.is_sorted_by(|a, b| a >= b));

    let pages = "query($id: ID!, $after: String) { series(id: $id) { seasons { episodes(first: 3, after: $after) {
        pageInfo { hasNextPage endCursor } edges { node { number } } } } } }";
    let id = title("Les Vampires");
    let reply = stand.ask(pages, json!({ "id": id })).await;
    let second = &reply["data"]["series"]["seasons"][1]["episodes"];
    assert_eq!(second["pageInfo"]["hasNextPage"], true);
    let reply = stand
        .ask(pages, json!({ "id": id, "after": second["pageInfo"]["endCursor"] }))
        .await;
    assert_eq!(
        reply["data"]["series"]["seasons"][1]["episodes"]["edges"][0]["node"]["number"],
        4
    );
}

#[tokio::test]
async fn eighty_references_cost_as_many_statements_as_two() {
    let stand = Stand::with_demo().await;
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Title { __typename id name
        genres { name } credits { person { name } } artwork(kind: POSTER) { url } } ... on Series { seasonCount } } }";
    let mut costs = Vec::new();
    for count in [2, 80] {
        let titles = demo::titles()
            .iter()
            .filter(|title| title.kind != demo::TitleKind::Episode)
            .rev();
        let keys: Vec<_> = titles
            .take(count)
            .map(|title| json!({ "__typename": "Title", "id": title.id.to_string() }))
            .collect();
        let before = stand.statements.count();
        let reply = stand.ask(query, json!({ "keys": keys })).await;
        costs.push(stand.statements.count() - before);
        let found = reply["data"]["_entities"]
            .as_array()
            .unwrap_or_else(|| panic!("{reply}"));
        assert!(
            found.len() == count && found.iter().all(|title| title["name"].is_string()),
            "{reply}"
        );
    }
    // Series among them have one more field.
    assert_eq!(costs, [6, 7]);
}

#[tokio::test]
async fn an_unknown_reference_is_null_and_costs_no_other() {
    let stand = Stand::with_demo().await;
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Title { name } ... on Movie { releaseYear } ... on Person { name } } }";
    let keys = json!([
        { "__typename": "Movie", "id": title("Metropolis") },
        { "__typename": "Title", "id": testkit::Bench::id(9).to_string() },
        { "__typename": "Title", "id": "not an id" },
        { "__typename": "Series", "id": title("Metropolis") },
        { "__typename": "Person", "id": demo::people()[0].id.to_string() },
    ]);
    let reply = stand.ask(query, json!({ "keys": keys })).await;
    assert!(reply.get("errors").is_none(), "{reply}");
    let found = &reply["data"]["_entities"];
    assert_eq!(found[0], json!({ "name": "Metropolis", "releaseYear": 1927 }));
    assert_eq!(
        (&found[1], &found[2], &found[3]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(found[4]["name"], "Georges Méliès");
}

#[tokio::test]
async fn bad_input_is_named() {
    let stand = Stand::empty().await;
    for (query, field) in [
        ("{ title(id: \"1\") { id } }", "id"),
        ("{ latestTitles(after: \"x\") { totalCount } }", "after"),
        ("{ latestTitles(first: 51) { totalCount } }", "first"),
        ("{ latestTitles(first: -1) { totalCount } }", "first"),
    ] {
        let reply = stand.ask(query, json!({})).await;
        assert_eq!(reply["errors"][0]["extensions"]["field"], field, "{reply}");
    }
    let reply = stand.ask("{ adminTitles { totalCount } }", json!({})).await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
