//! Series rules: what they make of the guide, and of its changes.

use futures_util::future::join_all;
use schema::events::livetv::RecordingChanged;
use serde_json::{Value, json};

use crate::kit::{Kit, Profile};

const CREATE: &str = "mutation($profile: ID!, $programme: ID, $channel: ID, $title: String, $any: Boolean! = false, $new: Boolean! = true, $keep: Int) \
                      { createSeriesRule(input: { profileId: $profile, programmeId: $programme, channelId: $channel, title: $title, \
                      anyChannel: $any, newOnly: $new, keep: $keep }) { alreadyThere rule { id title isAnyChannel } problem { code } } }";
const UPDATE: &str = "mutation($profile: ID!, $id: ID!, $paused: Boolean, $new: Boolean) { updateSeriesRule(input: { profileId: $profile, \
                      id: $id, paused: $paused, newOnly: $new }) { rule { isPaused } problem { code } } }";
const REMOVE: &str = "mutation($profile: ID!, $id: ID!, $cancel: Boolean! = false) { deleteSeriesRule(input: { profileId: $profile, id: $id, \
                      alsoCancel: $cancel }) { deletedSeriesRuleId problem { code } } }";
const RULES: &str = "query($profile: ID!) { seriesRules(profileId: $profile) { totalCount edges { node { title channel { name } \
                     matches { title startsAt outcome recording { status } } } } } }";
const RECORDINGS: &str = "query($profile: ID!) { recordings(profileId: $profile, first: 50) { edges { node { id startsAt status \
                          rule { title } channel { name } } } } }";
const DELETE: &str = "mutation($profile: ID!, $id: ID!) { deleteRecording(input: { profileId: $profile, id: $id }) { problem { code } } }";

/// A showing: start, length in minutes, episode of the first season (0: none), flag.
type Part = (&'static str, u32, u32, &'static str);

/// A file of one channel with showings of "The Bridge", or of `title`; times are of 2026-11-21.
fn guide(channel: &str, title: &str, parts: &[Part]) -> String {
    let programme = |(start, minutes, episode, flag): &Part| {
        let (hour, minute): (u32, u32) = (
            start[..2].parse().expect("it is there"),
            start[3..].parse().expect("it is there"),
        );
        let end = hour * 60 + minute + minutes;
        let number = match episode {
            0 => String::new(),
            episode => format!("<episode-num system=\"xmltv_ns\">0.{}.</episode-num>", episode - 1),
        };
        format!(
            "<programme start=\"20261121{hour:02}{minute:02}00 +0000\" stop=\"20261121{:02}{:02}00 +0000\" \
             channel=\"{channel}\"><title>{title}</title>{number}{flag}</programme>\n",
            end / 60,
            end % 60
        )
    };
    let programmes: Vec<String> = parts.iter().map(programme).collect();
    let channel = format!("<channel id=\"{channel}\"><display-name>{channel}</display-name></channel>");
    format!("<tv>\n{channel}\n{}</tv>\n", programmes.concat())
}

/// The id of the programme that starts then.
async fn at(tv: &Kit, time: &str) -> Value {
    let query = "{ epg(from: \"2026-11-20T12:00:00Z\", to: \"2026-11-22T12:00:00Z\") { programmes { id startsAt } } }";
    let data = tv.ask(query, json!({})).await;
    let rows = data["epg"].as_array().expect("it is there");
    let mut programmes = rows
        .iter()
        .flat_map(|row| row["programmes"].as_array().expect("it is there"));
    let found = programmes.find(|programme| programme["startsAt"].as_str().expect("it is there")[11..16] == *time);
    found.expect("a programme that starts then")["id"].clone()
}

async fn create(tv: &Kit, profile: &Profile, variables: Value) -> Value {
    tv.ask_as(profile, CREATE, variables).await["createSeriesRule"].clone()
}

/// What the first rule made of programmes to come: `HH:MM OUTCOME`.
async fn matches(tv: &Kit, profile: &Profile) -> Vec<String> {
    let data = tv.ask_as(profile, RULES, json!({})).await;
    let matches = &data["seriesRules"]["edges"][0]["node"]["matches"];
    let line = |one: &Value| {
        let (start, outcome) = (
            one["startsAt"].as_str().expect("it is there"),
            one["outcome"].as_str().expect("it is there"),
        );
        format!("{} {outcome}", &start[11..16])
    };
    matches.as_array().expect("it is there").iter().map(line).collect()
}

/// The profile's recordings, `HH:MM STATUS`, earliest first.
async fn recordings(tv: &Kit, profile: &Profile) -> Vec<String> {
    let data = tv.ask_as(profile, RECORDINGS, json!({})).await;
    let edges = data["recordings"]["edges"].as_array().expect("it is there");
    let line = |edge: &Value| {
        let node = &edge["node"];
        let (start, status) = (
            node["startsAt"].as_str().expect("it is there"),
            node["status"].as_str().expect("it is there"),
        );
        format!("{} {status}", &start[11..16])
    };
    edges.iter().rev().map(line).collect()
}

#[tokio::test]
async fn a_rule_for_new_episodes_records_each_once_on_whatever_channel_it_airs() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    let one = [
        ("18:00", 30, 1, ""),
        ("20:00", 30, 1, "<previously-shown/>"),
        ("21:00", 30, 2, ""),
    ];
    let two = [("19:00", 30, 1, ""), ("22:00", 30, 2, "")];
    tv.upload(guide("one", "The Bridge", &one)).await;
    tv.upload(guide("two", "The Bridge", &two)).await;
    tv.upload(guide("three", "The Tunnel", &[("18:30", 30, 1, "")])).await;
    let programme = at(&tv, "18:00").await;
    let made = create(&tv, &ada, json!({ "programme": programme, "any": true })).await;
    assert_eq!(
        (&made["rule"]["isAnyChannel"], &made["problem"]),
        (&json!(true), &Value::Null)
    );
    let expected = [
        "18:00 SCHEDULED",
        "19:00 SAME_EPISODE",
        "20:00 REPEAT",
        "21:00 SCHEDULED",
        "22:00 SAME_EPISODE",
    ];
    assert_eq!(matches(&tv, &ada).await, expected);
    let again = create(&tv, &ada, json!({ "programme": programme, "any": true })).await;
    assert_eq!(
        (&again["rule"]["id"], &again["alreadyThere"]),
        (&made["rule"]["id"], &json!(true))
    );

    // A new episode comes with the next guide, twice; the same guide again brings nothing.
    let later = [
        ("19:00", 30, 1, ""),
        ("22:00", 30, 2, ""),
        ("22:30", 30, 3, ""),
        ("23:00", 30, 3, ""),
    ];
    tv.upload(guide("two", "The Bridge", &later)).await;
    let told = tv.bench.published::<RecordingChanged>().await.len();
    tv.upload(guide("two", "The Bridge", &later)).await;
    assert_eq!(tv.bench.published::<RecordingChanged>().await.len(), told);
    assert_eq!(
        recordings(&tv, &ada).await,
        ["18:00 SCHEDULED", "21:00 SCHEDULED", "22:30 SCHEDULED"]
    );

    // The first showing falls out: the same episode on the other channel takes its place.
    let film = "<programme start=\"20261121180000 +0000\" stop=\"20261121183000 +0000\" channel=\"one\"><title>Film</title></programme>";
    let without = guide("one", "The Bridge", &one[1..]).replace("</tv>", &format!("{film}</tv>"));
    tv.upload(without).await;
    let mut after = recordings(&tv, &ada).await;
    after.retain(|line| line.ends_with("SCHEDULED"));
    assert_eq!(after, ["19:00 SCHEDULED", "21:00 SCHEDULED", "22:30 SCHEDULED"]);
}

#[tokio::test]
async fn an_episode_that_was_recorded_and_deleted_is_not_recorded_again() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(guide("one", "The Bridge", &[("18:00", 30, 1, "")])).await;
    let programme = at(&tv, "18:00").await;
    create(&tv, &ada, json!({ "programme": programme })).await;
    let data = tv.ask_as(&ada, RECORDINGS, json!({})).await;
    let node = &data["recordings"]["edges"][0]["node"];
    assert_eq!(
        (&node["rule"]["title"], &node["channel"]["name"]),
        (&json!("The Bridge"), &json!("one"))
    );
    tv.ask_as(&ada, DELETE, json!({ "id": node["id"] })).await;
    tv.upload(guide(
        "one",
        "The Bridge",
        &[("18:00", 30, 1, ""), ("20:00", 30, 1, ""), ("21:00", 30, 2, "")],
    ))
    .await;
    assert_eq!(recordings(&tv, &ada).await, ["21:00 SCHEDULED"]);
    assert_eq!(
        matches(&tv, &ada).await,
        ["18:00 SCHEDULED", "20:00 SAME_EPISODE", "21:00 SCHEDULED"]
    );
}

#[tokio::test]
async fn a_rule_of_a_channel_and_a_title_can_rest_and_go_with_what_it_scheduled() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(guide("one", "News", &[("18:00", 15, 0, ""), ("20:00", 15, 0, "")]))
        .await;
    tv.upload(guide("two", "News", &[("19:00", 15, 0, "")])).await;
    let channel = tv.channel("1").await;
    let made = create(&tv, &ada, json!({ "channel": channel, "title": "news ", "new": false })).await;
    let id = made["rule"]["id"].clone();
    assert_eq!(matches(&tv, &ada).await, ["18:00 SCHEDULED", "20:00 SCHEDULED"]);

    let rest = json!({ "id": id, "paused": true });
    assert_eq!(
        tv.ask_as(&ada, UPDATE, rest).await["updateSeriesRule"]["rule"]["isPaused"],
        true
    );
    let more = [("18:00", 15, 0, ""), ("20:00", 15, 0, ""), ("22:00", 15, 0, "")];
    tv.upload(guide("one", "News", &more)).await;
    assert_eq!(recordings(&tv, &ada).await.len(), 2);
    // What came meanwhile is found when it works again.
    tv.ask_as(&ada, UPDATE, json!({ "id": id, "paused": false })).await;
    assert_eq!(recordings(&tv, &ada).await.len(), 3);

    tv.ask_as(&ada, REMOVE, json!({ "id": id, "cancel": true })).await;
    assert_eq!(tv.ask_as(&ada, RULES, json!({})).await["seriesRules"]["totalCount"], 0);
    assert_eq!(
        recordings(&tv, &ada).await,
        ["18:00 CANCELLED", "20:00 CANCELLED", "22:00 CANCELLED"]
    );
    let nothing = tv.ask_as(&ada, REMOVE, json!({ "id": id })).await;
    assert_eq!(nothing["deleteSeriesRule"]["problem"]["code"], "NOT_FOUND");
    for bad in [
        json!({}),
        json!({ "title": "News" }),
        json!({ "channel": channel, "title": " " }),
    ] {
        let mut variables = bad.clone();
        variables["profile"] = json!(ada.id);
        let answer = tv.bench.ask(Some(&ada.viewer), CREATE, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{bad}");
    }
}

#[tokio::test]
async fn a_rule_takes_the_quota_once_also_when_all_look_at_the_same_time() {
    let tv = Kit::start().await;
    let (ada, bea) = (tv.profile(1, 11).await, tv.profile(1, 12).await);
    // Three hours of quota, each episode takes one.
    let parts = [
        ("13:00", 60, 1, ""),
        ("14:00", 60, 2, ""),
        ("15:00", 60, 3, ""),
        ("16:00", 60, 4, ""),
    ];
    tv.upload(guide("one", "The Bridge", &parts)).await;
    let programme = at(&tv, "13:00").await;
    let both = [&ada, &bea].map(|profile| create(&tv, profile, json!({ "programme": programme })));
    join_all(both).await;
    let (mut of_ada, of_bea) = (recordings(&tv, &ada).await, recordings(&tv, &bea).await);
    assert_eq!(of_ada.len() + of_bea.len(), 3, "{of_ada:?} {of_bea:?}");
    let profile = if of_ada.is_empty() { &bea } else { &ada };
    let passed = matches(&tv, profile).await;
    assert_eq!(
        passed.iter().filter(|line| line.ends_with("OVER_QUOTA")).count(),
        1,
        "{passed:?}"
    );

    // Room is given: the rule looks again. The deleted episode is done.
    let data = tv.ask_as(profile, RECORDINGS, json!({})).await;
    let id = data["recordings"]["edges"][2]["node"]["id"].clone();
    tv.ask_as(profile, DELETE, json!({ "id": id })).await;
    tv.run_job("livetv.turn_recordings").await;
    of_ada = recordings(&tv, &ada).await;
    let of_bea = recordings(&tv, &bea).await;
    assert_eq!(of_ada.len() + of_bea.len(), 3, "{of_ada:?} {of_bea:?}");
}

#[tokio::test]
async fn a_rule_that_keeps_few_deletes_the_oldest_when_a_new_one_is_complete() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    let parts = [("13:00", 30, 1, ""), ("14:00", 30, 2, ""), ("15:00", 30, 3, "")];
    tv.upload(guide("one", "The Bridge", &parts)).await;
    let programme = at(&tv, "13:00").await;
    create(&tv, &ada, json!({ "programme": programme, "keep": 1 })).await;
    tv.bench.clock.set("2026-11-21T14:10:00Z");
    tv.run_job("livetv.turn_recordings").await;
    assert_eq!(
        recordings(&tv, &ada).await,
        ["13:00 RECORDED", "14:00 RECORDING", "15:00 SCHEDULED"]
    );
    tv.bench.clock.set("2026-11-21T14:30:00Z");
    tv.run_job("livetv.turn_recordings").await;
    assert_eq!(recordings(&tv, &ada).await, ["14:00 RECORDED", "15:00 SCHEDULED"]);
}

#[tokio::test]
async fn another_profile_sees_and_changes_no_rule() {
    let tv = Kit::start().await;
    let (ada, sister, stranger) = (
        tv.profile(1, 11).await,
        tv.profile(1, 12).await,
        tv.profile(2, 21).await,
    );
    tv.upload(guide("one", "The Bridge", &[("18:00", 30, 1, "")])).await;
    let programme = at(&tv, "18:00").await;
    let id = create(&tv, &ada, json!({ "programme": programme })).await["rule"]["id"].clone();
    for other in [&sister, &stranger] {
        assert_eq!(tv.ask_as(other, RULES, json!({})).await["seriesRules"]["totalCount"], 0);
        let data = tv.ask_as(other, UPDATE, json!({ "id": id, "paused": true })).await;
        assert_eq!(data["updateSeriesRule"]["problem"]["code"], "NOT_FOUND");
        let data = tv.ask_as(other, REMOVE, json!({ "id": id, "cancel": true })).await;
        assert_eq!(data["deleteSeriesRule"]["problem"]["code"], "NOT_FOUND");
    }
    let variables = json!({ "profile": ada.id, "id": id, "programme": programme });
    for query in [RULES, UPDATE, REMOVE, CREATE] {
        let mut variables = variables.clone();
        if query == CREATE {
            variables.as_object_mut().expect("it is there").remove("id");
        }
        let answer = tv.bench.ask(Some(&stranger.viewer), query, variables).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "NOT_FOUND",
            "{query}: {answer}"
        );
    }
    assert_eq!(recordings(&tv, &ada).await, ["18:00 SCHEDULED"]);
}

#[tokio::test]
async fn a_profile_has_only_so_many_rules_and_reminders() {
    let settings = livetv::Settings {
        series_rules_per_profile: 1,
        reminders_per_profile: 1,
        ..Default::default()
    };
    let tv = Kit::start_with(settings).await;
    let (ada, bea) = (tv.profile(1, 11).await, tv.profile(1, 12).await);
    tv.upload(guide(
        "one",
        "The Bridge",
        &[("18:00", 30, 1, ""), ("19:00", 30, 2, "")],
    ))
    .await;
    let channel = tv.channel("1").await;
    let rule = |title: &str| json!({ "channel": channel, "title": title });
    assert_eq!(create(&tv, &ada, rule("The Bridge")).await["problem"], Value::Null);
    assert_eq!(create(&tv, &ada, rule("News")).await["problem"]["code"], "RULE_LIMIT");
    // The same again is no other, and each profile has its own.
    assert_eq!(create(&tv, &ada, rule("the bridge")).await["problem"], Value::Null);
    assert_eq!(create(&tv, &bea, rule("News")).await["problem"], Value::Null);

    let remind = "mutation($profile: ID!, $programme: ID!) { setReminder(input: { profileId: $profile, programmeId: $programme }) \
                  { problem { code } } }";
    for (time, code) in [
        ("18:00", Value::Null),
        ("19:00", json!("TOO_MANY")),
        ("18:00", Value::Null),
    ] {
        let programme = at(&tv, time).await;
        let data = tv.ask_as(&ada, remind, json!({ "programme": programme })).await;
        assert_eq!(data["setReminder"]["problem"]["code"], code, "{time}");
    }
}
