//! Live TV: blackouts, start-over, catch-up.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{ChannelId, ImportId, ProgrammeId};
use schema::events::livetv::{
    BlackoutChanged, BlackoutScope, CatchUpWindow, ChangeKind, ChannelChanged, GuideChanged, ProgrammeChange,
    StreamSource,
};
use serde_json::{Value, json};

use crate::kit::{START, Tv};

fn source(url: &str, template: Option<&str>) -> StreamSource {
    StreamSource {
        protocol: "HLS".to_owned(),
        url: url.to_owned(),
        priority: 0,
        drm: Vec::new(),
        catch_up_template: template.map(str::to_owned),
    }
}

/// A free channel 601 with two hours of catch-up, whose programme `700 + n` runs from `from` to `to` minutes from now.
async fn channel(tv: &Tv, loops: bool, sources: Vec<StreamSource>) -> String {
    let facts = tv.facts(1, &[], None);
    tv.bench
        .emit(&ChannelChanged {
            channel: ChannelId(Tv::id(601)),
            number: "1".to_owned(),
            name: "One".to_owned(),
            packages: Vec::new(),
            sources,
            loops: facts.asset.filter(|_| loops),
            catch_up: Some(CatchUpWindow {
                hours: 2,
                start_over: true,
            }),
            deleted: false,
            version: 1,
        })
        .await;
    Tv::id(601).to_string()
}

async fn programme(tv: &Tv, n: u64, from: i64, to: i64) -> String {
    let at = |minutes| tv.now() + TimeDelta::minutes(minutes);
    let change = ProgrammeChange {
        kind: ChangeKind::Added,
        programme: ProgrammeId(Tv::id(700 + n)),
        channel: ChannelId(Tv::id(601)),
        title: "Film".to_owned(),
        subtitle: None,
        description: None,
        categories: Vec::new(),
        genre: None,
        image_url: None,
        is_new: false,
        starts_at: at(from),
        ends_at: at(to),
    };
    let cursor = i64::try_from(n).expect("a small number");
    let import = ImportId(Tv::id(800));
    tv.bench
        .emit(&GuideChanged {
            import,
            cursor,
            changes: vec![change],
        })
        .await;
    Tv::id(700 + n).to_string()
}

async fn blackout(tv: &Tv, content: &str, is_programme: bool, regions: &[&str], version: i64) {
    tv.bench
        .emit(&BlackoutChanged {
            blackout: Tv::id(900),
            content: content.parse().expect("an id"),
            is_programme,
            scope: BlackoutScope::Everything,
            regions: regions.iter().map(|region| (*region).to_owned()).collect(),
            starts_at: None,
            ends_at: None,
            reason: "match".to_owned(),
            deleted: false,
            version,
        })
        .await;
}

async fn start(tv: &Tv, content: &str, start_over: Option<bool>) -> Value {
    let ada = tv.viewer(1).await;
    let input = json!({ "contentId": content, "startOver": start_over, "profileId": Tv::profile_id(1),
        "deviceId": "tv", "drm": "NONE" });
    let reply = tv.bench.ask(Some(&ada), START, json!({ "input": input })).await;
    assert!(reply.get("errors").is_none(), "{reply}");
    reply["data"]["startPlayback"].clone()
}

/// The path of the only manifest, without its signature.
fn path(started: &Value) -> String {
    let url = started["session"]["manifests"][0]["url"].as_str().expect("a manifest");
    url.split("/s/")
        .nth(1)
        .and_then(|rest| rest.split_once('/'))
        .expect("signed")
        .1
        .to_owned()
}

fn ms(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

#[tokio::test]
async fn a_blackout_refuses_here_and_not_elsewhere() {
    let tv = Tv::start().await;
    let one = channel(&tv, true, Vec::new()).await;
    let film = programme(&tv, 1, -30, 30).await;
    for (version, (content, is_programme, region, refused)) in [
        (one.as_str(), false, "NZ", false),
        (one.as_str(), false, "GB", true),
        (film.as_str(), true, "GB", true),
        (film.as_str(), true, "GB-SCT", false),
    ]
    .into_iter()
    .enumerate()
    {
        blackout(
            &tv,
            content,
            is_programme,
            &[region],
            i64::try_from(version).unwrap() + 1,
        )
        .await;
        let expected = if refused { json!("BLACKOUT") } else { json!(null) };
        assert_eq!(tv.check(None, &one).await["reason"], expected, "{region}");
        assert_eq!(tv.check(None, &film).await["reason"], expected, "{region}");
        assert_eq!(start(&tv, &one, None).await["problem"]["code"], expected);
    }
}

#[tokio::test]
async fn a_programme_can_be_watched_until_its_window_closes() {
    let tv = Tv::start().await;
    channel(&tv, true, Vec::new()).await;
    let (over, next) = (programme(&tv, 1, -60, 0).await, programme(&tv, 2, 0, 60).await);
    let (from, to) = (tv.now() - TimeDelta::minutes(60), tv.now());
    let started = start(&tv, &over, None).await;
    let asset = format!("l/{}/1", tv.facts(1, &[], None).asset.unwrap().id);
    assert_eq!(path(&started), format!("{asset}/{}-{}/master.m3u8", ms(from), ms(to)));
    assert_eq!(
        started["session"]["streamUrl"],
        Value::Null,
        "the whole film is not what was on"
    );
    tv.bench.clock.set("2026-11-21T13:59:59Z");
    assert_eq!(start(&tv, &over, None).await["problem"], Value::Null);
    assert_eq!(tv.check(None, &over).await["expiresAt"], "2026-11-21T14:00:00+00:00");
    tv.bench.clock.set("2026-11-21T14:00:00Z");
    assert_eq!(start(&tv, &over, None).await["problem"]["code"], "OUTSIDE_WINDOW");
    assert_eq!(tv.check(None, &over).await["reason"], "OUTSIDE_WINDOW");
    tv.bench.clock.set("2026-11-21T11:59:00Z");
    assert_eq!(
        tv.check(None, &next).await["reason"],
        "OUTSIDE_WINDOW",
        "it has not begun"
    );
}

#[tokio::test]
async fn what_is_on_starts_over_by_channel_or_programme() {
    let tv = Tv::start().await;
    let one = channel(&tv, true, Vec::new()).await;
    assert_eq!(
        start(&tv, &one, Some(true)).await["problem"]["code"],
        "OUTSIDE_WINDOW",
        "nothing is on"
    );
    let film = programme(&tv, 1, -30, 30).await;
    let window = format!(
        "{}-{}",
        ms(tv.now() - TimeDelta::minutes(30)),
        ms(tv.now() + TimeDelta::minutes(30))
    );
    for (content, start_over, part) in [
        (&one, None, "live"),
        (&one, Some(true), &window),
        (&film, None, &window),
        (&film, Some(false), "live"),
    ] {
        let started = start(&tv, content, start_over).await;
        assert!(path(&started).contains(&format!("/{part}/")), "{started}");
    }
    let ada = tv.viewer(1).await;
    let keys = json!({ "keys": [{ "__typename": "Programme", "id": film }] });
    let query =
        "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Programme { access { allowed via } } } }";
    let reply = tv.bench.ask(Some(&ada), query, keys).await;
    assert_eq!(
        reply["data"]["_entities"][0]["access"],
        json!({ "allowed": true, "via": "FREE" }),
        "{reply}"
    );
}

#[tokio::test]
async fn an_upstream_is_asked_for_the_past_where_it_has_one() {
    let tv = Tv::start().await;
    let template = "https://up.example/past.m3u8?utc={utc}&d={duration}";
    channel(&tv, false, vec![source("https://up.example/live.m3u8", Some(template))]).await;
    let film = programme(&tv, 1, -60, 0).await;
    let started = start(&tv, &film, None).await;
    let from = (tv.now() - TimeDelta::minutes(60)).timestamp();
    let url = format!("https://up.example/past.m3u8?utc={from}&d=3600");
    assert_eq!(started["session"]["manifests"][0]["url"], url);
}

#[tokio::test]
async fn a_guide_of_programmes_costs_the_same_few_statements_as_one() {
    let tv = Tv::start().await;
    channel(&tv, true, Vec::new()).await;
    let mut keys = Vec::new();
    for n in 1..=30 {
        let at = i64::try_from(n).expect("a small number");
        let id = programme(&tv, n, -at, 1 - at).await;
        keys.push(json!({ "__typename": "Programme", "id": id }));
    }
    let query = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Programme { access { allowed } } } }";
    let mut counts = Vec::new();
    for few in [&keys[..1], &keys[..]] {
        let before = tv.database.statements().count();
        let reply = tv.bench.ask(None, query, json!({ "of": few })).await;
        counts.push(tv.database.statements().count() - before);
        let answered = reply["data"]["_entities"].as_array().unwrap();
        assert!(
            answered.iter().all(|programme| programme["access"]["allowed"] == true),
            "{reply}"
        );
    }
    assert_eq!(counts[0], counts[1], "{counts:?}");
    assert!(counts[1] <= 8, "{counts:?}");
}
