//! What editors do by hand: order, locks, the audit log.

use auth::Role;
use schema::events::livetv::{ChannelChanged, GuideChanged};
use serde_json::{Value, json};
use testkit::Bench;

use crate::kit::{Kit, Show, counts, file};

const AUDIT: &str = "query($filter: LivetvAuditFilter) { livetvAuditLog(filter: $filter) { totalCount edges { node { \
                     accountId action subjectKind subjectId traceId changes { field before after } } } } }";

async fn edit(tv: &Kit, field: &str, kind: &str, selection: &str, input: Value) -> Value {
    let mutation =
        format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} problem {{ code }} }} }}");
    let editor = tv.bench.viewer(3, &[Role::Editor]);
    let answer = tv.bench.ask(Some(&editor), &mutation, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"][field].clone()
}

async fn make(tv: &Kit, number: &str, name: &str) -> Value {
    let made = edit(
        tv,
        "createChannel",
        "CreateChannelInput",
        "channel { id }",
        json!({ "number": number, "name": name }),
    )
    .await;
    made["channel"]["id"].clone()
}

async fn titles(tv: &Kit) -> Vec<(String, String)> {
    let day = "{ epg(from: \"2026-11-21T00:00:00Z\", to: \"2026-11-22T00:00:00Z\") { programmes { id title } } }";
    let data = tv.ask(day, json!({})).await;
    let programmes = data["epg"][0]["programmes"].as_array().expect("programmes").clone();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    programmes
        .iter()
        .map(|programme| (text(&programme["title"]), text(&programme["id"])))
        .collect()
}

async fn named(tv: &Kit) -> Vec<String> {
    titles(tv).await.into_iter().map(|(title, _)| title).collect()
}

#[tokio::test]
async fn channels_swap_their_numbers_at_once_or_not_at_all() {
    let tv = Kit::start().await;
    let (one, two, three) = (
        make(&tv, "1", "A").await,
        make(&tv, "2", "B").await,
        make(&tv, "3", "C").await,
    );
    let order = |input: Value| {
        edit(
            &tv,
            "reorderChannels",
            "ReorderChannelsInput",
            "channels { number name }",
            input,
        )
    };

    let swapped = order(json!({ "ids": [three, one] })).await;
    let expected = json!([{ "number": "1", "name": "C" }, { "number": "3", "name": "A" }]);
    assert_eq!(swapped["channels"], expected);
    let taken = order(json!({ "assignments": [{ "id": one, "number": "7" }, { "id": three, "number": "2" }] })).await;
    assert_eq!(
        taken,
        json!({ "channels": null, "problem": { "code": "NUMBER_TAKEN" } })
    );
    let moved = order(json!({ "assignments": [{ "id": one, "number": "2" }, { "id": two, "number": "5.1" }] })).await;
    assert_eq!(moved["problem"], Value::Null, "{moved}");

    let told = tv.bench.published::<ChannelChanged>().await;
    let told: Vec<_> = told[3..]
        .iter()
        .map(|event| (event.name.as_str(), event.number.as_str(), event.version))
        .collect();
    assert_eq!(told, [("C", "1", 2), ("A", "3", 2), ("A", "2", 3), ("B", "5.1", 2)]);
    let twice = "mutation($input: ReorderChannelsInput!) { reorderChannels(input: $input) { problem { code } } }";
    assert_eq!(
        tv.refused(twice, json!({ "input": { "ids": [one, one] } })).await,
        "VALIDATION_FAILED"
    );
    assert_eq!(tv.refused(twice, json!({ "input": {} })).await, "BAD_USER_INPUT");
}

#[tokio::test]
async fn editors_see_hidden_and_deleted_channels_and_how_far_the_guide_goes() {
    let tv = Kit::start().await;
    tv.upload(file(&[Show("12:30", "13:00", "News")])).await;
    let (covered, bare) = (tv.channel("1").await, make(&tv, "2", "Bare").await);
    let input = json!({ "id": bare, "hidden": true, "packages": ["100%_live"] });
    edit(&tv, "updateChannel", "UpdateChannelInput", "channel { id }", input).await;
    let gone = make(&tv, "3", "Gone").await;
    edit(
        &tv,
        "deleteChannel",
        "DeleteChannelInput",
        "deletedChannelId",
        json!({ "id": gone }),
    )
    .await;

    let query = "query($filter: AdminChannelFilter) { adminChannels(filter: $filter) { totalCount edges { node { deleted hidden \
                 hasStream coveredUntil lastImport { source } channel { id } } } } }";
    let editor = tv.bench.viewer(3, &[Role::Editor]);
    let list = async |filter: Value| {
        let answer = tv.bench.ask(Some(&editor), query, json!({ "filter": filter })).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["adminChannels"]["edges"]
            .as_array()
            .expect("edges")
            .clone()
    };
    let all = list(json!({})).await;
    let first = json!({ "deleted": false, "hidden": false, "hasStream": false, "coveredUntil": "2026-11-21T13:00:00+00:00",
        "lastImport": { "source": "test" }, "channel": { "id": covered } });
    assert_eq!((all.len(), &all[0]["node"]), (3, &first));
    for (filter, expected) in [
        (json!({ "deleted": true }), vec![&gone]),
        (json!({ "package": "100%_live" }), vec![&bare]),
        (json!({ "package": "100" }), vec![]),
        (json!({ "withoutGuide": true, "deleted": false }), vec![&bare]),
        (json!({ "withoutStream": true, "hidden": true }), vec![&bare]),
    ] {
        let found = list(filter.clone()).await;
        let ids: Vec<&Value> = found.iter().map(|edge| &edge["node"]["channel"]["id"]).collect();
        assert_eq!(ids, expected, "{filter}");
    }
    let listed = tv.ask("{ channels { totalCount } }", json!({})).await;
    assert_eq!(listed["channels"]["totalCount"], 1, "neither hidden nor deleted ones");
    make(&tv, "3", "New").await;
    let restore = |input: Value| {
        edit(
            &tv,
            "restoreChannel",
            "RestoreChannelInput",
            "channel { number }",
            input,
        )
    };
    assert_eq!(restore(json!({ "id": gone })).await["problem"]["code"], "NUMBER_TAKEN");
    assert_eq!(
        restore(json!({ "id": gone, "number": "4" })).await["channel"]["number"],
        "4"
    );
}

#[tokio::test]
async fn what_an_editor_set_survives_imports_until_it_is_unlocked() {
    let tv = Kit::start().await;
    let day = [
        Show("11:30", "12:30", "Lunch"),
        Show("12:30", "13:00", "News"),
        Show("13:00", "15:00", "Film"),
    ];
    tv.upload(file(&day)).await;
    let news = titles(&tv).await[1].1.clone();
    let input = json!({ "id": news, "title": "Late News" });
    let edited = edit(
        &tv,
        "updateProgramme",
        "UpdateProgrammeInput",
        "programme { title lockedFields }",
        input,
    )
    .await;
    assert_eq!(
        edited["programme"],
        json!({ "title": "Late News", "lockedFields": ["TITLE"] })
    );
    assert_eq!(tv.bench.published::<GuideChanged>().await.len(), 2, "a true change");

    assert_eq!(
        counts(&tv.upload(file(&day)).await),
        [0, 0, 0, 3],
        "the file says News, and nothing changes"
    );
    let longer = [
        Show("11:30", "12:30", "Lunch"),
        Show("12:30", "13:10", "News"),
        Show("13:10", "15:00", "Film"),
    ];
    tv.upload(file(&longer)).await;
    let without = [
        Show("11:30", "12:30", "Lunch"),
        Show("12:30", "13:30", "Talk"),
        Show("13:30", "15:00", "Film"),
    ];
    tv.upload(file(&without)).await;
    assert_eq!(
        named(&tv).await,
        ["Lunch", "Late News", "Film"],
        "Talk gives the start its other fields"
    );
    let gone = [Show("11:30", "12:40", "Lunch"), Show("12:40", "15:00", "Film")];
    tv.upload(file(&gone)).await;
    assert_eq!(
        named(&tv).await,
        ["Lunch", "Late News", "Film"],
        "a locked programme stays without the file"
    );

    let input = json!({ "programmeId": news, "fields": ["TITLE"] });
    let unlocked = edit(&tv, "unlockFields", "UnlockFieldsInput", "lockedFields", input).await;
    assert_eq!(unlocked, json!({ "lockedFields": [], "problem": null }));
    tv.upload(file(&day)).await;
    assert_eq!(named(&tv).await, ["Lunch", "News", "Film"]);
}

#[tokio::test]
async fn programmes_made_moved_and_deleted_by_hand_stay_so() {
    let tv = Kit::start().await;
    let day = [
        Show("11:30", "12:30", "Lunch"),
        Show("12:30", "13:00", "News"),
        Show("13:00", "15:00", "Film"),
    ];
    tv.upload(file(&day)).await;
    let channel = tv.channel("1").await;
    let programmes = titles(&tv).await;
    let delete = json!({ "id": programmes[1].1 });
    edit(
        &tv,
        "deleteProgramme",
        "DeleteProgrammeInput",
        "deletedProgrammeId",
        delete,
    )
    .await;
    let at = |time: &str| format!("2026-11-21T{time}:00Z");
    let extra = |from: &str, to: &str| json!({ "channelId": channel, "title": "Extra", "startsAt": at(from), "endsAt": at(to) });
    let create = |input: Value| {
        edit(
            &tv,
            "createProgramme",
            "CreateProgrammeInput",
            "programme { title }",
            input,
        )
    };
    let overlaps = create(extra("12:00", "12:45")).await;
    assert_eq!(overlaps["problem"]["code"], "PROGRAMME_OVERLAPS");
    assert_eq!(create(extra("12:30", "12:45")).await["programme"]["title"], "Extra");
    let moved = json!({ "id": programmes[2].1, "startsAt": at("13:15") });
    let moved = edit(
        &tv,
        "updateProgramme",
        "UpdateProgrammeInput",
        "programme { startsAt }",
        moved,
    )
    .await;
    assert_eq!(moved["problem"], Value::Null, "{moved}");

    let report = tv.upload(file(&day)).await;
    assert_eq!(counts(&report)[..3], [0, 0, 0], "{report}");
    assert_eq!(named(&tv).await, ["Lunch", "Extra", "Film"]);
    let all = json!({ "programmeId": programmes[1].1 });
    edit(&tv, "unlockFields", "UnlockFieldsInput", "lockedFields", all).await;
    tv.upload(file(&day)).await;
    // The one made by hand stands where the deleted one began; what is left of it comes back.
    assert_eq!(named(&tv).await, ["Lunch", "Extra", "Film"]);
}

#[tokio::test]
async fn the_audit_log_says_who_did_what_and_tells_no_secrets() {
    let tv = Kit::start().await;
    let channel = make(&tv, "1", "One").await;
    let secret = "https://ada:hunter2@up.example/live.m3u8?token=s3cret";
    let sources =
        json!([{ "protocol": "HLS", "url": secret, "catchUpTemplate": "https://up.example/a?key=s3cret&s={start}" }]);
    let input = json!({ "id": channel, "name": "Uno", "streamSources": sources });
    edit(
        &tv,
        "updateChannel",
        "UpdateChannelInput",
        "channel { id }",
        input.clone(),
    )
    .await;
    edit(&tv, "updateChannel", "UpdateChannelInput", "channel { id }", input).await;

    let filter = json!({ "filter": { "subjectId": channel } });
    let answer = tv.bench.ask(Some(&tv.admin()), AUDIT, filter).await;
    let log = &answer["data"]["livetvAuditLog"];
    assert_eq!(log["totalCount"], 2, "what changes nothing is not noted: {answer}");
    let (latest, first) = (&log["edges"][0]["node"], &log["edges"][1]["node"]);
    assert_eq!(
        (&first["action"], &latest["action"]),
        (&json!("createChannel"), &json!("updateChannel"))
    );
    assert_eq!(latest["accountId"], json!(Bench::id(3)));
    assert_eq!(
        latest["changes"][0],
        json!({ "field": "name", "before": "\"One\"", "after": "\"Uno\"" })
    );
    assert!(
        !answer.to_string().contains("s3cret") && !answer.to_string().contains("hunter2"),
        "{answer}"
    );
    assert!(answer.to_string().contains("up.example/live.m3u8"), "{answer}");

    let editor = tv.bench.viewer(3, &[Role::Editor]);
    let refused = tv.bench.ask(Some(&editor), AUDIT, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let nobody = json!({ "filter": { "accountId": Bench::id(1) } });
    let answer = tv.bench.ask(Some(&tv.admin()), AUDIT, nobody).await;
    assert_eq!(answer["data"]["livetvAuditLog"]["totalCount"], 0);
}
