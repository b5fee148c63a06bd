//! Many subscribers of the guide's changes: what they share, and that nobody misses anything.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::kit::{Kit, Messages, Other, Show, file};

pub const UPDATES: &str = "subscription($channels: [ID!], $after: String) { epgUpdates(channelIds: $channels, after: $after) \
                       { cursor kind changes { kind programmeId channelId programme { title channel { name } } } } }";
const DAY: [Show; 2] = [Show("11:30", "12:30", "Lunch"), Show("12:30", "13:00", "News")];

/// A change: how, which programme, on which channel.
type Change = (String, String, String);

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// All that was committed, in its order.
async fn log(tv: &Kit) -> Vec<Change> {
    let database = tv.bench.database.reader();
    let sql = "SELECT kind, programme_id, channel_id FROM guide_changes ORDER BY cursor";
    let rows = database
        .query_all_raw(Statement::from_string(database.get_database_backend(), sql))
        .await
        .expect("the log");
    let id = |row: &sea_orm::QueryResult, name: &str| row.try_get::<uuid::Uuid>("", name).expect("an id").to_string();
    rows.iter()
        .map(|row| {
            (
                row.try_get("", "kind").expect("a kind"),
                id(row, "programme_id"),
                id(row, "channel_id"),
            )
        })
        .collect()
}

/// A file of three channels with programmes at random.
fn guide(dice: &mut Dice) -> String {
    let mut files = Vec::new();
    for channel in ["one", "two", "three"] {
        if dice.below(3) == 0 {
            continue;
        }
        let mut shows = Vec::new();
        for hour in 13..23_u64 {
            if dice.below(4) > 0 {
                shows.push((
                    format!("{hour}:00"),
                    format!("{hour}:{}", 30 + dice.below(29)),
                    dice.below(6),
                ));
            }
        }
        let titles: Vec<String> = shows.iter().map(|(_, _, title)| title.to_string()).collect();
        let shows = shows.iter().zip(&titles);
        let shows: Vec<(&str, &str, &str)> = shows.map(|((from, to, _), title)| (&**from, &**to, &**title)).collect();
        let programme = |(from, to, title): &(&str, &str, &str)| {
            let time = |time: &str| format!("20261121{}00 +0000", time.replace(':', ""));
            format!(
                "<programme start=\"{}\" stop=\"{}\" channel=\"{channel}\"><title>{title}</title></programme>",
                time(from),
                time(to)
            )
        };
        files.push(format!("<channel id=\"{channel}\"/>"));
        files.extend(shows.iter().map(programme));
    }
    format!("<tv>{}</tv>", files.concat())
}

/// A subscriber that comes and goes.
struct Reader {
    channels: Option<Vec<String>>,
    cursor: Value,
    seen: Vec<Change>,
    open: Option<Messages>,
}

impl Reader {
    fn is_of(&self, change: &Change) -> bool {
        self.channels
            .as_ref()
            .is_none_or(|channels| channels.contains(&change.2))
    }

    /// Opens where it was, here or in the other process.
    async fn open(&mut self, tv: &Kit, other: Option<&Other>) {
        let variables = json!({ "channels": self.channels, "after": self.cursor });
        let mut messages = match other {
            Some(other) => other.subscribe(UPDATES, variables),
            None => tv.subscribe(UPDATES, variables),
        };
        let first = messages.next().await;
        let update = &first["data"]["epgUpdates"];
        assert_eq!(
            (&update["kind"], &update["changes"]),
            (&json!("CHANGES"), &json!([])),
            "{first}"
        );
        if !self.cursor.is_null() {
            assert_eq!(update["cursor"], self.cursor);
        }
        self.cursor = update["cursor"].clone();
        self.open = Some(messages);
    }

    async fn read(&mut self) {
        let message = self.open.as_mut().expect("it is open").next().await;
        let update = &message["data"]["epgUpdates"];
        assert_eq!(update["kind"], "CHANGES", "{message}");
        self.cursor = update["cursor"].clone();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let changes = update["changes"].as_array().expect("changes");
        assert!(!changes.is_empty(), "a message tells something");
        self.seen.extend(changes.iter().map(|change| {
            (
                text(&change["kind"]),
                text(&change["programmeId"]),
                text(&change["channelId"]),
            )
        }));
    }
}

#[tokio::test]
async fn whoever_comes_and_goes_sees_every_change_once_and_in_order() {
    // Two pages are kept: most of what the absent missed is read again.
    let settings = || livetv::Settings {
        updates_kept: 1,
        ..Default::default()
    };
    let tv = Kit::start_with(settings()).await;
    let other = Other::start(&tv.bench.platform, settings()).await;
    let mut dice = Dice(20_261_121);
    tv.upload("<tv><channel id=\"one\"/><channel id=\"two\"/><channel id=\"three\"/></tv>")
        .await;
    let mut ids = Vec::new();
    for number in ["1", "2", "3"] {
        ids.push(tv.channel(number).await.as_str().expect("an id").to_owned());
    }
    let sets = [
        None,
        Some(vec![0]),
        Some(vec![2, 1]),
        Some(vec![0, 1, 2]),
        Some(vec![]),
        None,
    ];
    let mut readers: Vec<Reader> = Vec::new();
    for set in sets {
        let channels = set.map(|set: Vec<usize>| set.into_iter().map(|i| ids[i].clone()).collect());
        let mut reader = Reader {
            channels,
            cursor: Value::Null,
            seen: Vec::new(),
            open: None,
        };
        reader.open(&tv, None).await;
        readers.push(reader);
    }
    for round in 0..60 {
        tv.upload(guide(&mut dice)).await;
        let told = log(&tv).await;
        let is_last = round == 59;
        for reader in &mut readers {
            let due = told.iter().filter(|change| reader.is_of(change)).count();
            if reader.open.is_none() && (is_last || dice.below(3) == 0) {
                reader.open(&tv, (dice.below(2) == 0).then_some(&other)).await;
            }
            while reader.open.is_some() && reader.seen.len() < due && (is_last || dice.below(4) > 0) {
                reader.read().await;
            }
            if !is_last && dice.below(4) == 0 {
                reader.open = None;
            }
        }
    }
    let told = log(&tv).await;
    assert!(told.len() > 1_000, "{} changes are several pages", told.len());
    for mut reader in readers {
        let due: Vec<Change> = told.iter().filter(|change| reader.is_of(change)).cloned().collect();
        assert_eq!(reader.seen.len(), due.len());
        assert!(reader.seen == due, "nothing missed, nothing twice, in order");
        reader.open.as_mut().expect("it is open").silence().await;
    }
}

#[tokio::test]
async fn fifty_subscribers_cost_the_statements_of_one() {
    let tv = Kit::start().await;
    tv.upload(file(&DAY)).await;
    let mut subscribers = Vec::new();
    for _ in 0..50 {
        let mut messages = tv.subscribe(UPDATES, json!({}));
        messages.next().await;
        subscribers.push(messages);
    }
    tv.note_statements();
    tv.upload(file(&DAY).replace("News", "Late News")).await;
    for messages in &mut subscribers {
        let message = messages.next().await;
        let change = &message["data"]["epgUpdates"]["changes"][0];
        assert_eq!(
            change["programme"],
            json!({ "title": "Late News", "channel": { "name": "Channel One" } })
        );
    }
    let reads = tv.statements_with("FROM \"guide_changes\"");
    assert!(reads == 1, "one reader for all: {reads}");
}

/// A file of channel two with so many programmes of a minute.
fn minutes(count: u32, title: &str) -> String {
    let programme = |minute: u32| {
        let time = |minute: u32| format!("20261122{:02}{:02}00", minute / 60, minute % 60);
        let (start, stop) = (time(minute), time(minute + 1));
        format!("<programme start=\"{start}\" stop=\"{stop}\" channel=\"two\"><title>{title}</title></programme>")
    };
    let programmes: String = (0..count).map(programme).collect();
    format!("<tv><channel id=\"two\"/>{programmes}</tv>")
}

#[tokio::test]
async fn a_slow_reader_gets_each_commit_by_itself_and_one_that_is_too_slow_is_told() {
    let tv = Kit::start_with(livetv::Settings {
        updates_kept: 1,
        updates_max_behind: 1_500,
        ..Default::default()
    })
    .await;
    tv.upload("<tv><channel id=\"two\"/></tv>").await;
    let (mut slow, mut slower) = (tv.subscribe(UPDATES, json!({})), tv.subscribe(UPDATES, json!({})));
    slow.next().await;
    slower.next().await;
    for title in ["a", "b", "c"] {
        tv.upload(minutes(450, title)).await;
    }
    for title in ["a", "b", "c"] {
        let message = slow.next().await;
        let changes = message["data"]["epgUpdates"]["changes"]
            .as_array()
            .expect("changes")
            .clone();
        assert_eq!(
            changes.len(),
            450,
            "commit {title} is one message, though pages end within it"
        );
    }
    for title in ["d", "e"] {
        tv.upload(minutes(600, title)).await;
    }
    for count in [500, 100, 500, 100] {
        let message = slow.next().await;
        let changes = message["data"]["epgUpdates"]["changes"]
            .as_array()
            .expect("changes")
            .len();
        assert_eq!(changes, count);
    }
    let message = slower.next().await;
    assert_eq!(
        message["data"]["epgUpdates"]["kind"], "RESYNC",
        "2,550 changes are too many"
    );
    tv.upload(minutes(600, "e").replacen("<title>e", "<title>f", 1)).await;
    for messages in [&mut slow, &mut slower] {
        let message = messages.next().await;
        assert_eq!(message["data"]["epgUpdates"]["changes"][0]["programme"]["title"], "f");
        messages.silence().await;
    }
}
