//! Reminders: told when they are due, wherever the guide moves their programme.

use serde_json::{Value, json};

use crate::kit::{Kit, Messages, Profile, Show, file, file_of};

const SET: &str = "mutation($profile: ID!, $programme: ID!, $minutes: Int! = 5) { setReminder(input: { profileId: $profile, \
                   programmeId: $programme, minutesBefore: $minutes }) { reminder { id dueAt } problem { code } } }";
const REMOVE: &str = "mutation($profile: ID!, $programme: ID!) { removeReminder(input: { profileId: $profile, \
                      programmeId: $programme }) { removedProgrammeId problem { code } } }";
const LIST: &str = "query($profile: ID!) { reminders(profileId: $profile) { totalCount edges { node { title dueAt minutesBefore \
                    programme { title } channel { name } } } } }";
const DUE: &str = "subscription($profile: ID!) { reminderDue(profileId: $profile) { kind reminder { title startsAt \
                   programme { title } } } }";
const EVENING: [Show; 2] = [Show("18:00", "19:00", "Film"), Show("19:00", "20:00", "Match")];

async fn remind(tv: &Kit, profile: &Profile, title: &str) -> Value {
    let programme = tv.programme(title).await;
    let data = tv.ask_as(profile, SET, json!({ "programme": programme })).await;
    data["setReminder"].clone()
}

/// The next message as `KIND title HH:MM`.
async fn due(messages: &mut Messages) -> String {
    let message = messages.next().await;
    let due = &message["data"]["reminderDue"];
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let reminder = &due["reminder"];
    let starts_at = text(&reminder["startsAt"]);
    format!(
        "{} {} {}",
        text(&due["kind"]),
        text(&reminder["title"]),
        &starts_at[11..16]
    )
}

#[tokio::test]
async fn a_reminder_is_told_once_when_it_is_due_after_the_guide_moved_it() {
    let tv = Kit::start().await;
    let (ada, bea) = (tv.profile(1, 11).await, tv.profile(1, 12).await);
    tv.upload(file(&EVENING)).await;
    tv.upload(file_of("two", "Two", &[Show("19:01", "20:00", "Show")]))
        .await;
    let (mut messages, mut others) = (tv.subscribe_as(&ada, DUE), tv.subscribe_as(&bea, DUE));
    others.silence().await;
    messages.silence().await;
    remind(&tv, &ada, "Film").await;
    remind(&tv, &ada, "Match").await;
    remind(&tv, &ada, "Show").await;

    tv.upload(file(&[Show("18:00", "19:20", "Film"), Show("19:20", "20:00", "Match")]))
        .await;
    tv.bench.clock.set("2026-11-21T17:55:00Z");
    assert_eq!(due(&mut messages).await, "DUE Film 18:00");
    // The match was due a minute ago, before it moved.
    tv.bench.clock.set("2026-11-21T18:56:00Z");
    assert_eq!(due(&mut messages).await, "DUE Show 19:01");
    tv.bench.clock.set("2026-11-21T19:16:00Z");
    assert_eq!(due(&mut messages).await, "DUE Match 19:20");
    others.silence().await;
    messages.silence().await;
    // Who comes late is told what has not begun.
    let mut late = tv.subscribe_as(&ada, DUE);
    assert_eq!(due(&mut late).await, "DUE Match 19:20");
    late.silence().await;
}

#[tokio::test]
async fn a_reminder_of_a_removed_programme_is_dropped_and_told() {
    let tv = Kit::start().await;
    let ada = tv.profile(1, 11).await;
    tv.upload(file(&EVENING)).await;
    remind(&tv, &ada, "Match").await;
    let mut messages = tv.subscribe_as(&ada, DUE);
    messages.silence().await;
    tv.upload(file(&[Show("18:00", "20:00", "Opera")])).await;
    assert_eq!(due(&mut messages).await, "PROGRAMME_REMOVED Match 19:00");
    assert_eq!(tv.ask_as(&ada, LIST, json!({})).await["reminders"]["totalCount"], 0);
    messages.silence().await;
}

#[tokio::test]
async fn reminders_are_set_once_listed_and_taken_back_by_their_profile_only() {
    let tv = Kit::start().await;
    let (ada, bea) = (tv.profile(1, 11).await, tv.profile(1, 12).await);
    tv.upload(file(&EVENING)).await;
    remind(&tv, &ada, "Match").await;
    let programme = tv.programme("Match").await;
    tv.ask_as(&ada, SET, json!({ "programme": programme, "minutes": 30 }))
        .await;
    let node = json!({ "title": "Match", "dueAt": "2026-11-21T18:30:00+00:00", "minutesBefore": 30,
        "programme": { "title": "Match" }, "channel": { "name": "Channel One" } });
    let expected = json!({ "totalCount": 1, "edges": [{ "node": node }] });
    assert_eq!(tv.ask_as(&ada, LIST, json!({})).await["reminders"], expected);

    let data = tv.ask_as(&bea, REMOVE, json!({ "programme": programme })).await;
    assert_eq!(data["removeReminder"]["problem"]["code"], "NOT_FOUND");
    let data = tv.ask_as(&ada, REMOVE, json!({ "programme": programme })).await;
    assert_eq!(data["removeReminder"]["removedProgrammeId"], programme);
    assert_eq!(tv.ask_as(&ada, LIST, json!({})).await["reminders"]["totalCount"], 0);
    tv.bench.clock.set("2026-11-21T19:00:00Z");
    assert_eq!(remind(&tv, &ada, "Match").await["problem"]["code"], "PROGRAMME_BEGUN");
    let stranger = tv.profile(2, 21).await;
    let variables = json!({ "profile": ada.id });
    let mut refused = Messages(tv.bench.subscribe(Some(&stranger.viewer), DUE, variables));
    assert_eq!(refused.next().await["errors"][0]["extensions"]["code"], "NOT_FOUND");
}
