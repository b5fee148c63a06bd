//! Line-ups, blackouts, catch-up windows.

use auth::Role;
use schema::events::livetv::{BlackoutChanged, BlackoutScope, ChannelChanged};
use serde_json::{Value, json};

use crate::kit::{Kit, Show, file};

async fn edit(tv: &Kit, field: &str, selection: &str, input: Value) -> Value {
    let mut kind = field.to_owned();
    kind[..1].make_ascii_uppercase();
    let mutation =
        format!("mutation($input: {kind}Input!) {{ {field}(input: $input) {{ {selection} problem {{ code }} }} }}");
    let editor = tv.bench.viewer(3, &[Role::Editor]);
    let answer = tv.bench.ask(Some(&editor), &mutation, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"][field].clone()
}

async fn make(tv: &Kit, number: &str, name: &str, packages: &[&str]) -> Value {
    let input = json!({ "number": number, "name": name, "packages": packages });
    edit(tv, "createChannel", "channel { id }", input).await["channel"]["id"].clone()
}

async fn names(tv: &Kit, arguments: &str) -> Vec<(String, String)> {
    let data = tv
        .ask(
            &format!("{{ channels({arguments}) {{ edges {{ node {{ number name }} }} }} }}"),
            json!({}),
        )
        .await;
    let edges = data["channels"]["edges"].as_array().expect("edges").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    edges
        .iter()
        .map(|edge| (text(&edge["node"]["number"]), text(&edge["node"]["name"])))
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(number, name)| ((*number).to_owned(), (*name).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_region_has_its_own_channels_at_its_own_numbers() {
    let tv = Kit::start().await;
    let (one, two) = (
        make(&tv, "1", "Zed", &["basic"]).await,
        make(&tv, "2", "Alpha", &["sport"]).await,
    );
    let three = make(&tv, "3", "Mid", &[]).await;
    let channels = json!([{ "channelId": one, "number": "103" }, { "channelId": two, "number": "101" },
        { "channelId": three, "number": "102", "hidden": true }]);
    let input = json!({ "name": "Scotland", "regions": ["GB-SCT"], "channels": channels });
    let made = edit(
        &tv,
        "createLineup",
        "lineup { id channels { totalCount } }",
        input.clone(),
    )
    .await;
    assert_eq!(made["lineup"]["channels"]["totalCount"], 2, "{made}");
    let again = edit(&tv, "createLineup", "lineup { id }", input).await;
    assert_eq!(again["problem"]["code"], "LINEUP_NAME_TAKEN");
    let id = made["lineup"]["id"].as_str().expect("an id");

    let scottish = pairs(&[("101", "Alpha"), ("103", "Zed")]);
    assert_eq!(names(&tv, &format!("lineup: \"{id}\"")).await, scottish);
    let paged = format!("lineup: \"{id}\", page: {{ page: 2, pageSize: 1 }}");
    assert_eq!(names(&tv, &paged).await, scottish[1..]);
    let by_name = names(&tv, "orderBy: NAME").await;
    assert_eq!(by_name, pairs(&[("2", "Alpha"), ("3", "Mid"), ("1", "Zed")]));
    let few = names(
        &tv,
        "filter: { packages: [\"basic\", \"sport\"], region: \"GB-SCT\", query: \"zed\" }",
    )
    .await;
    assert_eq!(few, pairs(&[("1", "Zed")]));
    assert_eq!(names(&tv, "filter: { region: \"GB-WLS\" }").await, []);
    let taken =
        json!({ "id": id, "channels": [{ "channelId": one, "number": "5" }, { "channelId": two, "number": "5" }] });
    let taken = edit(&tv, "updateLineup", "lineup { id }", taken).await;
    assert_eq!(taken["problem"]["code"], "NUMBER_TAKEN");
    assert_eq!(
        names(&tv, &format!("lineup: \"{id}\"")).await,
        scottish,
        "nothing changed"
    );
    edit(&tv, "deleteLineup", "deletedLineupId", json!({ "id": id })).await;
    assert_eq!(
        tv.ask("{ lineups { totalCount } }", json!({})).await["lineups"]["totalCount"],
        0
    );
}

#[tokio::test]
async fn a_blackout_is_told_and_takes_catch_up_away() {
    let tv = Kit::start().await;
    tv.upload(file(&[Show("11:00", "12:30", "Match"), Show("12:30", "13:00", "News")]))
        .await;
    let channel = tv.channel("1").await;
    let now = "query($id: ID!) { channel(id: $id) { now { id catchUp { availableFrom availableUntil startOver } } } }";
    let catch_up = async || tv.ask(now, json!({ "id": channel })).await["channel"]["now"].clone();
    assert_eq!(catch_up().await["catchUp"], Value::Null, "the channel has none");
    let too_long = json!({ "input": { "id": channel, "catchUp": { "hours": 169 } } });
    let update = "mutation($input: UpdateChannelInput!) { updateChannel(input: $input) { problem { code } } }";
    assert_eq!(
        tv.refused(update, too_long).await,
        "LIMIT_EXCEEDED",
        "programmes are kept for a week"
    );
    let window = json!({ "id": channel, "catchUp": { "hours": 24, "startOver": true } });
    edit(&tv, "updateChannel", "channel { catchUp { hours } }", window).await;
    let told = tv.bench.published::<ChannelChanged>().await;
    assert_eq!(
        told.last().and_then(|event| event.catch_up).map(|window| window.hours),
        Some(24)
    );
    let programme = catch_up().await;
    let expected = json!({ "availableFrom": "2026-11-21T11:00:00+00:00", "availableUntil": "2026-11-22T12:30:00+00:00",
        "startOver": true });
    assert_eq!(programme["catchUp"], expected);

    let input = json!({ "programmeId": programme["id"], "scope": "CATCH_UP", "reason": "no rights" });
    let made = edit(
        &tv,
        "createBlackout",
        "blackout { id scope programme { title } }",
        input,
    )
    .await;
    assert_eq!(made["blackout"]["programme"]["title"], "Match");
    assert_eq!(catch_up().await["catchUp"], Value::Null);
    let here = json!({ "id": made["blackout"]["id"], "regions": ["GB"] });
    edit(&tv, "updateBlackout", "blackout { id }", here).await;
    assert_eq!(catch_up().await["catchUp"], expected, "elsewhere it can be watched");
    edit(
        &tv,
        "deleteBlackout",
        "deletedBlackoutId",
        json!({ "id": made["blackout"]["id"] }),
    )
    .await;
    let told = tv.bench.published::<BlackoutChanged>().await;
    let told: Vec<_> = told
        .iter()
        .map(|event| (event.version, event.scope, event.regions.len(), event.deleted))
        .collect();
    let later = BlackoutScope::CatchUp;
    assert_eq!(told, [(1, later, 0, false), (2, later, 1, false), (3, later, 1, true)]);
    let wrong = json!({ "input": { "channelId": channel, "regions": ["Narnia"], "reason": "x" } });
    let create = "mutation($input: CreateBlackoutInput!) { createBlackout(input: $input) { problem { code } } }";
    assert_eq!(tv.refused(create, wrong).await, "BAD_USER_INPUT");
    let upstream =
        json!({ "input": { "id": channel, "streamSources": [{ "protocol": "HLS", "url": "file:///etc/passwd" }] } });
    assert_eq!(tv.refused(update, upstream).await, "VALIDATION_FAILED");
}
