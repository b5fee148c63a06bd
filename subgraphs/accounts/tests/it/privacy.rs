//! Whose things are whose.

use auth::Role;
use schema::events::accounts::ProfileChanged;
use serde_json::{Value, json};
use testkit::Bench;

use crate::kit::House;

#[tokio::test]
async fn a_profile_of_somebody_else_is_not_found_wherever_it_is_named() {
    let house = House::start().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let title = house.film(1).await;
    let variables = json!({ "profile": ada.profile.to_string(), "title": title.to_string() });
    let both = "profileId: $profile, titleId: $title";
    let mutations = [
        format!("addToWatchlist(input: {{ {both} }}) {{ problem {{ code }} }}"),
        format!("removeFromWatchlist(input: {{ {both} }}) {{ problem {{ code }} }}"),
        format!("rateTitle(input: {{ {both}, rating: 3 }}) {{ problem {{ code }} }}"),
        format!("recordProgress(input: {{ {both}, positionSeconds: 3 }}) {{ problem {{ code }} }}"),
        "updateProfile(input: { profileId: $profile, name: \"Mine\" }) { profile { id } }".to_owned(),
        "deleteProfile(input: { profileId: $profile }) { problem { code } }".to_owned(),
    ];
    for mutation in mutations {
        let title = if mutation.contains("$title") {
            ", $title: ID!"
        } else {
            ""
        };
        let query = format!("mutation($profile: ID!{title}) {{ {mutation} }}");
        assert_eq!(
            house.refused(Some(&bob), &query, variables.clone()).await,
            "NOT_FOUND",
            "{mutation}"
        );
    }
    let fields = [
        "resumePoint(profileId: $profile) { positionSeconds }",
        "myRating(profileId: $profile) { rating }",
    ];
    for field in fields {
        let query = format!(
            "query($profile: ID!, $title: ID!) {{ _entities(representations: [{{ __typename: \"Title\", id: $title }}]) {{ ... on Title {{ {field} }} }} }}"
        );
        assert_eq!(
            house.refused(Some(&bob), &query, variables.clone()).await,
            "NOT_FOUND",
            "{field}"
        );
        let signed_out = house.data(None, &query, variables.clone()).await;
        assert!(
            signed_out["_entities"][0]
                .as_object()
                .unwrap()
                .values()
                .all(Value::is_null),
            "{field}"
        );
    }
    let query = "query($id: ID!) { profile(id: $id) { id } }";
    assert_eq!(
        house
            .refused(Some(&bob), query, json!({ "id": ada.profile.to_string() }))
            .await,
        "NOT_FOUND"
    );
    assert_eq!(
        house
            .refused(Some(&bob), query, json!({ "id": Bench::id(7).to_string() }))
            .await,
        "NOT_FOUND"
    );
    assert_eq!(
        house.refused(Some(&bob), query, json!({ "id": "7" })).await,
        "BAD_USER_INPUT"
    );
    assert_eq!(
        house
            .refused(None, query, json!({ "id": ada.profile.to_string() }))
            .await,
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn others_see_names_only_whatever_path_leads_there() {
    let house = House::start().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) {
        ... on Account { displayName email roles createdAt profiles { id } }
        ... on Profile { name kids avatarUrl preferences { autoplay } history { totalCount } watchlist { totalCount } }
        ... on Viewer { account { email } }
    } }";
    let keys = json!({ "keys": [
        { "__typename": "Account", "id": ada.account.to_string() },
        { "__typename": "Account", "id": Bench::id(7).to_string() },
        { "__typename": "Account", "id": "malformed" },
        { "__typename": "Profile", "id": ada.profile.to_string() },
        { "__typename": "Viewer", "id": ada.account.to_string() },
    ] });

    let seen = house.data(Some(&bob), query, keys.clone()).await;
    let hidden = json!({ "displayName": "ada", "email": null, "roles": null, "createdAt": null, "profiles": null });
    assert_eq!(seen["_entities"][0], hidden);
    assert_eq!(seen["_entities"][1], Value::Null);
    assert_eq!(seen["_entities"][2], Value::Null);
    let hidden = json!({ "name": "ada", "kids": null, "avatarUrl": null, "preferences": null, "history": null, "watchlist": null });
    assert_eq!(seen["_entities"][3], hidden);
    assert_eq!(seen["_entities"][4], Value::Null);

    let own = house.data(Some(&ada), query, keys.clone()).await;
    assert_eq!(own["_entities"][0]["email"], "ada@example.com");
    assert_eq!(own["_entities"][3]["history"]["totalCount"], 0);
    assert_eq!(own["_entities"][4]["account"]["email"], "ada@example.com");

    let staff = house.bench.viewer(1, &[Role::Support]);
    let reply = house.bench.ask(Some(&staff), query, keys).await;
    assert_eq!(reply["data"]["_entities"][0]["email"], "ada@example.com");
    assert_eq!(reply["data"]["_entities"][3]["kids"], false);
    assert_eq!(reply["data"]["_entities"][4], Value::Null);
}

#[tokio::test]
async fn profiles_are_made_changed_and_deleted_but_never_the_last() {
    let house = House::start().await;
    let ada = house.register("ada").await;
    let create = "mutation($input: CreateProfileInput!) { createProfile(input: $input) { profile { id name avatarUrl kids preferences { language autoplay } } problem { code message } } }";
    let input = json!({ "input": { "name": " Mia ", "avatarUrl": "https://example.com/mia.png", "kids": true, "preferences": { "language": "de" } } });
    let made = house.data(Some(&ada), create, input).await["createProfile"]["profile"].clone();
    assert_eq!(made["name"], "Mia");
    assert_eq!(made["preferences"], json!({ "language": "de", "autoplay": true }));

    let update = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { profile { name avatarUrl kids preferences { language autoplay } } } }";
    let input =
        json!({ "input": { "profileId": made["id"], "avatarUrl": null, "preferences": { "autoplay": false } } });
    let changed = house.data(Some(&ada), update, input).await["updateProfile"]["profile"].clone();
    let expected = json!({ "name": "Mia", "avatarUrl": null, "kids": true, "preferences": { "language": "de", "autoplay": false } });
    assert_eq!(changed, expected);

    let delete = "mutation($id: ID!) { deleteProfile(input: { profileId: $id }) { profileId problem { code } } }";
    let gone = house.data(Some(&ada), delete, json!({ "id": made["id"] })).await;
    assert_eq!(
        gone["deleteProfile"],
        json!({ "profileId": made["id"], "problem": null })
    );
    let last = house
        .data(Some(&ada), delete, json!({ "id": ada.profile.to_string() }))
        .await;
    assert_eq!(last["deleteProfile"]["problem"]["code"], "LAST_PROFILE");

    let told = house.bench.published::<ProfileChanged>().await;
    let mia: Vec<_> = told
        .iter()
        .filter(|change| change.profile.to_string() == made["id"])
        .collect();
    assert_eq!(
        mia.iter().map(|change| change.deleted).collect::<Vec<_>>(),
        [false, false, true]
    );
    assert!(
        mia.is_sorted_by(|earlier, later| earlier.at < later.at),
        "the latest wins, so none may be equal"
    );

    for name in ["2", "3", "4", "5", "6", "7", "8"] {
        let made = house
            .data(Some(&ada), create, json!({ "input": { "name": name } }))
            .await;
        assert_eq!(made["createProfile"]["problem"], Value::Null);
    }
    let full = house
        .data(Some(&ada), create, json!({ "input": { "name": "9" } }))
        .await;
    assert_eq!(full["createProfile"]["problem"]["code"], "PROFILE_LIMIT");
    let query = "{ viewer { account { email } profiles { name } } }";
    assert_eq!(
        house.data(Some(&ada), query, json!({})).await["viewer"]["profiles"]
            .as_array()
            .unwrap()
            .len(),
        8
    );
}
