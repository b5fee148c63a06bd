//! Recordings: they follow the guide, end by the clock, and take a quota.

use std::time::Duration;

use futures_util::future::join_all;
use schema::events::livetv::{RecordingChanged, RecordingStatus};
use serde_json::{Value, json};

use crate::kit::{Kit, Profile, Show, file, file_of};

const SCHEDULE: &str = "mutation($profile: ID!, $programme: ID!, $before: Int! = 0, $after: Int! = 0) { scheduleRecording(input: { \
                        profileId: $profile, programmeId: $programme, paddingBeforeMinutes: $before, paddingAfterMinutes: $after }) \
                        { recording { id status } alreadyScheduled \
                        problem { code neededSeconds quota { allowedSeconds usedSeconds scheduledSeconds } } } }";
const CANCEL: &str = "mutation($profile: ID!, $id: ID!) { cancelRecording(input: { profileId: $profile, id: $id }) \
                      { recording { status reason } problem { code } } }";
const DELETE: &str = "mutation($profile: ID!, $id: ID!) { deleteRecording(input: { profileId: $profile, id: $id }) \
                      { deletedRecordingId problem { code } } }";
pub const LIST: &str = "query($profile: ID!, $status: [RecordingStatus!]) { recordings(profileId: $profile, filter: { status: $status }) \
                    { totalCount edges { node { id title startsAt recordsFrom recordsTo seconds status reason programme { title } } } } }";
pub const QUOTA: &str = "{ recordingQuota { allowedSeconds usedSeconds scheduledSeconds } }";
pub const EVENING: [Show; 3] = [
    Show("18:00", "19:00", "Film"),
    Show("19:00", "20:00", "Match"),
    Show("20:00", "21:00", "Late"),
];

pub async fn schedule(tv: &Kit, profile: &Profile, title: &str) -> Value {
    let programme = tv.programme(title).await;
    let data = tv.ask_as(profile, SCHEDULE, json!({ "programme": programme })).await;
    data["scheduleRecording"].clone()
}

/// The profile's recordings as `STATUS title HH:MM reason`, latest first.
async fn list(tv: &Kit, profile: &Profile) -> Vec<String> {
    let data = tv.ask_as(profile, LIST, json!({})).await;
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |edge: &Value| {
        let node = &edge["node"];
        let (status, title, reason) = (text(&node["status"]), text(&node["title"]), text(&node["reason"]));
        format!("{status} {title} {} {reason}", &text(&node["startsAt"])[11..16])
    };
    data["recordings"]["edges"]
        .as_array()
        .expect("it is there")
        .iter()
        .map(line)
        .collect()
}

/// Programmes that begin at these times, each called by its time.
fn one_after_the_other(times: &[String]) -> Vec<Show> {
    let leak = |time: &String| -> &'static str { time.clone().leak() };
    let show = |pair: &[String]| Show(leak(&pair[0]), leak(&pair[1]), leak(&pair[0]));
    times.windows(2).map(show).collect()
}

#[tokio::test]
async fn a_recording_follows_its_programme_and_ends_with_it() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(file(&EVENING)).await;
    for title in ["Film", "Match", "Late"] {
        assert_eq!(schedule(&tv, &ada, title).await["recording"]["status"], "SCHEDULED");
    }

    // The match begins twenty minutes later, the film is longer, and what came late does not come at all.
    tv.upload(file(&[
        Show("18:00", "19:20", "Film"),
        Show("19:20", "20:20", "Match"),
        Show("20:20", "21:00", "Weather"),
    ]))
    .await;
    assert_eq!(
        list(&tv, &ada).await,
        [
            "CANCELLED Late 20:00 PROGRAMME_REMOVED",
            "SCHEDULED Match 19:20 -",
            "SCHEDULED Film 18:00 -"
        ]
    );
    let quota = tv.ask_as(&ada, QUOTA, json!({})).await;
    assert_eq!(
        quota["recordingQuota"]["scheduledSeconds"],
        140 * 60,
        "the cancelled hour is free"
    );

    tv.bench.clock.set("2026-11-21T19:30:00Z");
    tv.run_job("livetv.turn_recordings").await;
    assert_eq!(
        list(&tv, &ada).await[1..],
        ["RECORDING Match 19:20 -", "RECORDED Film 18:00 -"]
    );
    // It is broken off; what is complete stays.
    tv.upload(file(&[Show("18:00", "20:30", "News")])).await;
    assert_eq!(
        list(&tv, &ada).await[1..],
        ["FAILED Match 19:20 PROGRAMME_REMOVED", "RECORDED Film 18:00 -"]
    );
    let told = tv.bench.published::<RecordingChanged>().await;
    let last: Vec<RecordingStatus> = told
        .last()
        .expect("it is there")
        .recordings
        .iter()
        .map(|facts| facts.status)
        .collect();
    assert_eq!(last, [RecordingStatus::Failed]);

    tv.bench.clock.advance(Duration::from_hours(91 * 24));
    tv.run_job("livetv.turn_recordings").await;
    assert!(list(&tv, &ada).await.is_empty());
}

#[tokio::test]
async fn a_recording_follows_the_work_when_something_else_takes_its_start() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(file(&EVENING)).await;
    schedule(&tv, &ada, "Film").await;
    schedule(&tv, &ada, "Match").await;
    tv.upload(file(&[
        Show("18:00", "19:00", "Match"),
        Show("19:00", "20:00", "Film"),
        Show("20:00", "21:00", "Late"),
    ]))
    .await;
    assert_eq!(
        list(&tv, &ada).await,
        ["SCHEDULED Film 19:00 -", "SCHEDULED Match 18:00 -"]
    );
    // A corrected title is no other work: nothing of it is anywhere else.
    tv.upload(
        file(&EVENING)
            .replace("Film", "Match")
            .replace(">Match<", ">The Match<"),
    )
    .await;
    assert_eq!(
        list(&tv, &ada).await,
        ["SCHEDULED The Match 19:00 -", "SCHEDULED The Match 18:00 -"]
    );
}

#[tokio::test]
async fn the_same_import_again_and_one_of_other_programmes_change_no_recording() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(file(&EVENING)).await;
    schedule(&tv, &ada, "Film").await;
    let told = tv.bench.published::<RecordingChanged>().await.len();
    tv.upload(file(&EVENING)).await;
    tv.upload(file(&EVENING).replace("Match", "Final")).await;
    tv.upload(file_of("two", "Two", &EVENING)).await;
    assert_eq!(tv.bench.published::<RecordingChanged>().await.len(), told);
}

#[tokio::test]
async fn padding_is_recorded_and_counted_and_has_its_limits() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(file(&EVENING)).await;
    let film = tv.programme("Film").await;
    let padded = json!({ "programme": film, "before": 5, "after": 15 });
    tv.ask_as(&ada, SCHEDULE, padded).await;
    let data = tv.ask_as(&ada, LIST, json!({ "status": ["SCHEDULED"] })).await;
    let node = &data["recordings"]["edges"][0]["node"];
    assert_eq!(
        (&node["recordsFrom"], &node["recordsTo"], &node["seconds"]),
        (
            &json!("2026-11-21T17:55:00+00:00"),
            &json!("2026-11-21T19:15:00+00:00"),
            &json!(80 * 60)
        )
    );
    let too_long = json!({ "profile": ada.id, "programme": film, "before": 61 });
    let answer = tv.bench.ask(Some(&ada.viewer), SCHEDULE, too_long).await;
    let refusal = &answer["errors"][0]["extensions"];
    assert_eq!(
        (
            &refusal["code"],
            &refusal["allowed"],
            &refusal["sent"],
            &refusal["field"]
        ),
        (
            &json!("LIMIT_EXCEEDED"),
            &json!(60),
            &json!(61),
            &json!("input.paddingBeforeMinutes")
        )
    );
}

#[tokio::test]
async fn a_second_time_answers_the_first_recording_and_a_cancelled_one_is_made_again() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(file(&EVENING)).await;
    let first = schedule(&tv, &ada, "Film").await;
    let id = first["recording"]["id"].clone();
    let again = schedule(&tv, &ada, "Film").await;
    assert_eq!(
        (&again["recording"]["id"], &again["alreadyScheduled"]),
        (&id, &json!(true))
    );

    let cancelled = tv.ask_as(&ada, CANCEL, json!({ "id": id })).await;
    let expected = json!({ "recording": { "status": "CANCELLED", "reason": "BY_VIEWER" }, "problem": null });
    assert_eq!(cancelled["cancelRecording"], expected);
    let anew = schedule(&tv, &ada, "Film").await;
    assert_eq!(
        anew,
        json!({ "recording": { "id": id, "status": "SCHEDULED" }, "alreadyScheduled": false, "problem": null })
    );
    let gone = tv.ask_as(&ada, DELETE, json!({ "id": id })).await;
    assert_eq!(gone["deleteRecording"]["deletedRecordingId"], id);
    let twice = tv.ask_as(&ada, DELETE, json!({ "id": id })).await;
    assert_eq!(twice["deleteRecording"]["problem"]["code"], "NOT_FOUND");
    let nothing = json!({ "programme": testkit::Bench::id(99) });
    let unknown = tv.ask_as(&ada, SCHEDULE, nothing).await;
    assert_eq!(unknown["scheduleRecording"]["problem"]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn what_is_over_is_recorded_as_long_as_the_channel_keeps_it() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(file(&EVENING)).await;
    let film = tv.programme("Film").await;
    tv.bench.clock.set("2026-11-21T19:00:00Z");
    let over = tv.ask_as(&ada, SCHEDULE, json!({ "programme": film })).await;
    assert_eq!(over["scheduleRecording"]["problem"]["code"], "PROGRAMME_OVER");
    let keep = "mutation($id: ID!) { updateChannel(input: { id: $id, catchUp: { hours: 168 } }) { problem { code } } }";
    let channel = json!({ "id": tv.channel("1").await });
    let answer = tv.bench.ask(Some(&tv.admin()), keep, channel).await;
    assert_eq!(answer["data"]["updateChannel"]["problem"], Value::Null, "{answer}");

    tv.bench.clock.set("2026-11-28T18:59:00Z");
    let kept = tv.ask_as(&ada, SCHEDULE, json!({ "programme": film })).await;
    let id = kept["scheduleRecording"]["recording"]["id"].clone();
    assert_eq!(kept["scheduleRecording"]["recording"]["status"], "RECORDED");
    let complete = tv.ask_as(&ada, CANCEL, json!({ "id": id })).await;
    assert_eq!(complete["cancelRecording"]["problem"]["code"], "ALREADY_RECORDED");
    tv.ask_as(&ada, DELETE, json!({ "id": id })).await;
    tv.bench.clock.set("2026-11-28T19:00:00Z");
    let over = tv.ask_as(&ada, SCHEDULE, json!({ "programme": film })).await;
    assert_eq!(over["scheduleRecording"]["problem"]["code"], "PROGRAMME_OVER");
}

#[tokio::test]
async fn a_quota_is_never_passed_by_requests_at_the_same_time() {
    let tv = Kit::start().await;
    // Two profiles of one account share three hours; another account has its own.
    let (ada, bea, cyd) = (
        tv.profile(1, 11).await,
        tv.profile(1, 12).await,
        tv.profile(2, 21).await,
    );
    let hours: Vec<String> = (13..21).map(|hour| format!("{hour}:00")).collect();
    let shows = one_after_the_other(&hours);
    tv.upload(file(&shows)).await;
    let titles: Vec<String> = hours[..7].to_vec();
    let of_ada = titles.iter().map(|title| schedule(&tv, &ada, title));
    let of_bea = titles.iter().map(|title| schedule(&tv, &bea, title));
    let answers = join_all(of_ada.chain(of_bea)).await;
    let scheduled = answers
        .iter()
        .filter(|answer| answer["recording"] != Value::Null)
        .count();
    assert_eq!(scheduled, 3, "{answers:?}");
    let refused = answers
        .iter()
        .find(|answer| answer["problem"] != Value::Null)
        .expect("it is there");
    let quota = json!({ "allowedSeconds": 10800, "usedSeconds": 0, "scheduledSeconds": 10800 });
    assert_eq!(
        refused["problem"],
        json!({ "code": "OVER_QUOTA", "neededSeconds": 3600, "quota": quota })
    );
    assert_eq!(schedule(&tv, &cyd, "13:00").await["problem"], Value::Null);

    // The same one many times at once is one.
    let answers = join_all((0..6).map(|_| schedule(&tv, &cyd, "14:00"))).await;
    let new = answers
        .iter()
        .filter(|answer| answer["alreadyScheduled"] == false)
        .count();
    assert_eq!(new, 1, "{answers:?}");
    let quota = tv.ask_as(&cyd, QUOTA, json!({})).await;
    assert_eq!(quota["recordingQuota"]["scheduledSeconds"], 7200);

    let id = answers[0]["recording"]["id"].clone();
    tv.ask_as(&cyd, DELETE, json!({ "id": id })).await;
    let quota = tv.ask_as(&cyd, QUOTA, json!({})).await;
    assert_eq!(quota["recordingQuota"]["scheduledSeconds"], 3600);
}

#[tokio::test]
async fn another_profile_sees_and_changes_nothing() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(file(&EVENING)).await;
    let id = schedule(&tv, &ada, "Film").await["recording"]["id"].clone();
    let (sister, stranger) = (tv.profile(1, 12).await, tv.profile(2, 21).await);
    let one = "query($profile: ID!, $id: ID!) { recording(profileId: $profile, id: $id) { title } }";
    for other in [&sister, &stranger] {
        assert!(list(&tv, other).await.is_empty());
        assert_eq!(
            tv.ask_as(other, one, json!({ "id": id })).await["recording"],
            Value::Null
        );
        for (mutation, name) in [(CANCEL, "cancelRecording"), (DELETE, "deleteRecording")] {
            let data = tv.ask_as(other, mutation, json!({ "id": id })).await;
            assert_eq!(data[name]["problem"]["code"], "NOT_FOUND");
        }
    }
    // A profile of another account is none, whatever is asked with it.
    let on_programme = "query($profile: ID!, $programme: ID!) { programme(id: $programme) { recording(profileId: $profile) { id } \
                        reminder(profileId: $profile) { id } } }";
    let programme = tv.programme("Film").await;
    let variables = json!({ "profile": ada.id, "id": id, "programme": programme });
    for query in [LIST, one, CANCEL, DELETE, SCHEDULE, on_programme] {
        let answer = tv.bench.ask(Some(&stranger.viewer), query, variables.clone()).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "NOT_FOUND",
            "{query}: {answer}"
        );
    }
    let signed_out = tv.bench.ask(None, on_programme, variables).await;
    assert_eq!(
        signed_out["data"]["programme"],
        json!({ "recording": null, "reminder": null })
    );
    assert_eq!(list(&tv, &ada).await, ["SCHEDULED Film 18:00 -"]);
}

#[tokio::test]
async fn a_grid_with_a_profiles_recordings_costs_as_many_statements_as_kinds_of_rows() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    let times: Vec<String> = (0..201)
        .map(|n: u32| format!("{:02}:{:02}", 13 + n / 60, n % 60))
        .collect();
    let shows = one_after_the_other(&times);
    tv.upload(file(&shows)).await;
    schedule(&tv, &ada, "13:05").await;
    let grid = |fields: &str| {
        let declared = if fields.is_empty() { "" } else { "($profile: ID!)" };
        format!(
            "query{declared} {{ epg(from: \"2026-11-21T13:00:00Z\", to: \"2026-11-21T17:00:00Z\") \
             {{ programmes {{ title {fields} }} }} }}"
        )
    };
    let plain = tv.statements_as(&ada, &grid("")).await;
    let personal = "recording(profileId: $profile) { status } reminder(profileId: $profile) { dueAt }";
    let with = tv.statements_as(&ada, &grid(personal)).await;
    assert_eq!(with.len(), plain.len() + 3, "{with:#?}");
    let data = tv
        .ask_as(&ada, &grid("recording(profileId: $profile) { status }"), json!({}))
        .await;
    let programmes = data["epg"][0]["programmes"].as_array().expect("it is there");
    let recorded = programmes
        .iter()
        .filter(|programme| programme["recording"] != Value::Null);
    assert_eq!((programmes.len(), recorded.count()), (200, 1));
}
