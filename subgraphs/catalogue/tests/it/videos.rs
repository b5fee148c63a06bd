//! Videos of members, pages by number, deletion.

use auth::Role;
use schema::events::catalogue::{TitlePublished, TitleWithdrawn};
use serde_json::{Value, json};

use crate::stand::Stand;

const SUBMIT: &str = "mutation($input: SubmitVideoInput!) { submitVideo(input: $input) {
    video { id name status state tags thumbnailUrl uploader { id } } problem { code } } }";
const REPLACE: &str = "mutation($input: ReplaceVideoInput!) { replaceVideo(input: $input) {
    video { name synopsis tags thumbnailUrl } problem { code } } }";
const UPDATE: &str = "mutation($input: UpdateVideoInput!) { updateVideo(input: $input) {
    video { name synopsis tags thumbnailUrl } problem { code } } }";
const DELETE: &str = "mutation($input: DeleteVideoInput!) { deleteVideo(input: $input) { videoId problem { code } } }";

#[tokio::test]
async fn a_member_submits_changes_replaces_and_deletes_what_is_their_own() {
    let stand = Stand::empty().await;
    let (ada, bob) = (
        stand.bench.viewer(7, &[Role::Viewer]),
        stand.bench.viewer(8, &[Role::Viewer]),
    );
    let input =
        json!({ "name": "A walk", "synopsis": "Rain.", "tags": ["rain"], "thumbnailUrl": "https://example.com/a.png" });
    let signed_out = stand.ask(SUBMIT, json!({ "input": input })).await;
    assert_eq!(signed_out["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let made =
        stand.bench.ask(Some(&ada), SUBMIT, json!({ "input": input })).await["data"]["submitVideo"]["video"].clone();
    assert_eq!(
        (&made["status"], &made["state"]),
        (&json!("PENDING"), &json!("PUBLISHED"))
    );
    assert_eq!(made["uploader"]["id"], ada.account.to_string());
    assert_eq!(stand.bench.published::<TitlePublished>().await.len(), 1);
    let id = &made["id"];
    let of_bob = stand
        .bench
        .ask(Some(&bob), DELETE, json!({ "input": { "videoId": id } }))
        .await;
    assert_eq!(of_bob["errors"][0]["extensions"]["code"], "FORBIDDEN");

    let change = json!({ "input": { "videoId": id, "synopsis": "Sun.", "thumbnailUrl": null } });
    let changed = stand.bench.ask(Some(&ada), UPDATE, change).await["data"]["updateVideo"]["video"].clone();
    assert_eq!(
        changed,
        json!({ "name": "A walk", "synopsis": "Sun.", "tags": ["rain"], "thumbnailUrl": null })
    );
    let whole = json!({ "input": { "videoId": id, "name": "A run" } });
    let replaced = stand.bench.ask(Some(&ada), REPLACE, whole).await["data"]["replaceVideo"]["video"].clone();
    assert_eq!(
        replaced,
        json!({ "name": "A run", "synopsis": "", "tags": [], "thumbnailUrl": null })
    );
    let bad = json!({ "input": { "videoId": id, "thumbnailUrl": "javascript:alert(1)" } });
    let refused = stand.bench.ask(Some(&ada), UPDATE, bad).await;
    assert_eq!(refused["errors"][0]["extensions"]["field"], "input.thumbnailUrl");

    let gone = stand
        .bench
        .ask(Some(&ada), DELETE, json!({ "input": { "videoId": id } }))
        .await;
    assert_eq!(&gone["data"]["deleteVideo"]["videoId"], id);
    assert_eq!(stand.bench.published::<TitleWithdrawn>().await.len(), 1);
    assert_eq!(
        stand
            .edit("query($id: ID!) { title(id: $id) { id } }", json!({ "id": id }))
            .await["data"]["title"],
        Value::Null
    );
}

#[tokio::test]
async fn a_deleted_series_takes_its_parts_along_and_another_kind_is_not_found() {
    let stand = Stand::with_demo().await;
    let series = demo::titles()
        .iter()
        .find(|title| title.kind == demo::TitleKind::Series)
        .expect("a series");
    let episodes = "query($id: ID!, $page: PageInput) { episodes(seriesId: $id, page: $page) {
        totalCount pagination { currentPage totalPages } edges { node { number season { number } } } } }";
    let ask = async |page: Value| {
        let variables = json!({ "id": series.id.to_string(), "page": page });
        stand.ask(episodes, variables).await["data"]["episodes"].clone()
    };
    let all = ask(json!({ "pageSize": 50 })).await;
    let count = all["totalCount"].as_u64().expect("a count");
    let second = ask(json!({ "page": 2, "pageSize": 1 })).await;
    assert_eq!(second["pagination"], json!({ "currentPage": 2, "totalPages": count }));
    assert_eq!(second["edges"][0], all["edges"][1]);

    let delete = "mutation($input: DeleteTitleInput!) { deleteTitle(input: $input) { titleId problem { code } } }";
    let wrong = json!({ "input": { "titleId": series.id.to_string(), "kind": "MOVIE" } });
    assert_eq!(
        stand.edit(delete, wrong).await["data"]["deleteTitle"]["problem"]["code"],
        "NOT_FOUND"
    );
    let right = json!({ "input": { "titleId": series.id.to_string(), "kind": "SERIES" } });
    assert_eq!(
        stand.edit(delete, right).await["data"]["deleteTitle"]["problem"],
        Value::Null
    );
    assert_eq!(ask(Value::Null).await, Value::Null);
    assert!(
        stand.bench.published::<TitleWithdrawn>().await.len() as u64 > count,
        "the series, its seasons and episodes"
    );
}

#[tokio::test]
async fn numbered_pages_are_the_list_that_cursors_walk() {
    let stand = Stand::with_demo().await;
    let query = "query($first: Int, $page: PageInput) { movies(first: $first, page: $page) {
        pagination { currentPage pageSize totalItems totalPages } pageInfo { hasNextPage hasPreviousPage }
        edges { node { id } } } }";
    let all = stand.ask(query, json!({ "first": 20 })).await["data"]["movies"].clone();
    let third = stand.ask(query, json!({ "page": { "page": 3, "pageSize": 5 } })).await["data"]["movies"].clone();
    let ids = |list: &Value| list["edges"].as_array().cloned().unwrap_or_default();
    assert_eq!(ids(&third), ids(&all)[10..15]);
    assert_eq!(third["pageInfo"]["hasPreviousPage"], true);
    assert_eq!(third["pagination"]["totalItems"], all["pagination"]["totalItems"]);
    for page in [
        json!({ "page": 0 }),
        json!({ "pageSize": 51 }),
        json!({ "page": 100_000 }),
    ] {
        let refused = stand.ask(query, json!({ "page": page })).await;
        assert!(
            refused["errors"][0]["extensions"]["code"].is_string(),
            "{page}: {refused}"
        );
    }
    let both = stand.ask(query, json!({ "first": 1, "page": {} })).await;
    assert_eq!(both["errors"][0]["extensions"]["field"], "page");
}
