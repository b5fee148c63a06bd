//! The guide: import, unchanged re-import, one edited title, the grid, and many subscribers, each by live TV alone in a
//! process of its own. `guide --help` says how.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use bench::{
    guide::{CHANNELS, Tv, now_next, percentile, updates, write},
    peers::Places,
    process::{peak_of, resident_of},
    say,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HELP: &str = "guide [SUBSCRIBERS] [FOLLOWERS]: measures the guide of live TV (10,000 subscribers of epgUpdates, 20,000 followers of nowNext).

On SQLite; with MATINEE_TEST_POSTGRES_URL in the environment (scripts/services.sh start) on PostgreSQL too.
The guide is made at target/bench/guide/guide.xml; other parsers of it (bench/peers/guide.mjs) run if they are installed.";
/// Where tests and benchmarks look for a PostgreSQL.
const POSTGRES: &str = "MATINEE_TEST_POSTGRES_URL";
/// Grids that are asked for.
const GRIDS: usize = 500;
/// Channels and hours of a grid.
const GRID: (usize, i64) = (50, 4);
/// Commits that subscribers are told of.
const COMMITS: u64 = 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        return say(HELP);
    }
    let number = |i: usize, default: usize| arguments.get(i).map_or(default, |text| text.parse().expect("a number"));
    match arguments.first().map(String::as_str) {
        Some("run") => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(run(Path::new(&arguments[1]), number(2, 10_000), number(3, 20_000))),
        _ => all(number(0, 10_000), number(1, 20_000)),
    }
}

fn title(channel: u32, number: u32) -> String {
    format!("Show {number} of channel {channel}")
}

/// Makes the guide, and runs each engine and each peer in a process of its own.
fn all(subscribers: usize, followers: usize) {
    let places = Places::new("guide");
    let channels: Vec<u32> = (1..=CHANNELS).collect();
    let guide = write(&channels, &title);
    say(&format!(
        "a guide of {:.1} MB, {CHANNELS} channels, {} programmes",
        mb(guide.len()),
        guide.matches("<programme ").count()
    ));
    let edited = guide.replacen(&title(17, 42), "One edited title", 1);
    assert_ne!(guide, edited);
    keep(&places.work.join("guide.xml"), &guide);
    keep(&places.work.join("edited.xml"), &edited);
    drop((guide, edited));
    let postgres = std::env::var_os(POSTGRES);
    let engines = [Some(("SQLite", None)), postgres.map(|url| ("PostgreSQL", Some(url)))];
    for (name, url) in engines.into_iter().flatten() {
        say(&format!("── {name}"));
        let mut command = Command::new(std::env::current_exe().expect("we run"));
        command.env_remove(POSTGRES);
        if let Some(url) = url {
            command.env(POSTGRES, url);
        }
        command.arg("run").arg(&places.work);
        let status = command
            .args([subscribers, followers].map(|count| count.to_string()))
            .status();
        assert!(status.expect("it starts").success(), "the run on {name} failed");
    }
    say("── other parsers of the same file: reading it only, nothing compared or stored");
    for peer in ["epg-parser", "@iptv/xmltv"] {
        if !places.peers.join("node_modules").join(peer).exists() {
            say(&format!("{peer} is not installed: scripts/bench.sh installs it"));
            continue;
        }
        let script = Command::new("node")
            .args([
                places.peers.join("guide.mjs"),
                PathBuf::from(peer),
                places.work.join("guide.xml"),
            ])
            .status();
        if !script.is_ok_and(|status| status.success()) {
            say(&format!("{peer}: failed"));
        }
    }
}

fn keep(file: &Path, text: &str) {
    std::fs::write(file, text).expect("target/ can be written");
}

#[expect(clippy::cast_precision_loss, reason = "bytes of a benchmark")]
fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// All of it on one engine.
async fn run(folder: &Path, subscribers: usize, followers: usize) {
    let tv = Tv::start().await;
    let me = std::process::id();
    say(&format!("resident before:          {:>8.1} MB", resident_of(me) / 1e6));
    let guide = folder.join("guide.xml");
    for (name, file) in [
        ("first import", guide.clone()),
        ("the same again", guide.clone()),
        ("one edited title", folder.join("edited.xml")),
        ("and back", guide),
    ] {
        let imported = tv.import(&file).await;
        let report = &imported.report;
        say(&format!(
            "{name:<17} {:>7.2} s, peak {:.0} MB, with its events {:.0} MB; {} channels, added {}, updated {}, removed {}, unchanged {}, warnings {}, errors {}; {} events",
            imported.took.as_secs_f64(),
            imported.peak / 1e6,
            peak_of(me) / 1e6,
            report["channels"],
            report["added"],
            report["updated"],
            report["removed"],
            report["unchanged"],
            report["warnings"],
            report["errors"],
            imported.events,
        ));
    }
    grids(&tv).await;
    tell(&tv, folder, subscribers).await;
    follow(&tv, followers).await;
}

/// Grids at random places, each asked for once.
async fn grids(tv: &Tv) {
    let ids = tv.channels().await;
    let mut micros = Vec::with_capacity(GRIDS);
    let mut bytes = 0;
    let mut order: Vec<&String> = ids.values().collect();
    order.sort();
    let begin: chrono::DateTime<chrono::Utc> = "2026-11-21T07:00:00Z".parse().expect("an instant");
    for i in 0..GRIDS + 20 {
        let channels: Vec<String> = (0..GRID.0)
            .map(|k| order[(i * 37 + k * 7) % order.len()].clone())
            .collect();
        let from = begin + chrono::TimeDelta::minutes(i64::try_from(i * 11 % 5_000).expect("small"));
        let to = from + chrono::TimeDelta::hours(GRID.1);
        let (took, size) = tv.grid(&channels, &from.to_rfc3339(), &to.to_rfc3339()).await;
        // The first ones plan the query and open connections.
        if i >= 20 {
            micros.push(took);
            bytes += size;
        }
    }
    say(&format!(
        "grid of {} channels × {} h through the router: p50 {:.1} ms, p99 {:.1} ms, {} KB each",
        GRID.0,
        GRID.1,
        percentile(&mut micros, 0.5),
        percentile(&mut micros, 0.99),
        bytes / GRIDS / 1000
    ));
}

/// Commits while many listen: from the commit to the message, and from the upload of a small guide, its import included.
async fn tell(tv: &Tv, folder: &Path, subscribers: usize) {
    let ids = tv.channels().await;
    for changed in [1, 10] {
        let file = folder.join(format!("commit-{changed}-{}.xml", std::process::id()));
        let commit = async |round: u64| {
            let channels: Vec<u32> = (0..changed)
                .map(|k| 1 + (u32::try_from(round).expect("small") * 13 + k) % CHANNELS)
                .collect();
            let edited = |channel: u32, number: u32| match number {
                50 => format!("Edit {round} {channel} {changed}"),
                _ => title(channel, number),
            };
            keep(&file, &write(&channels, &edited));
            tv.import(&file).await;
            channels
                .iter()
                .filter_map(|channel| ids.get(channel).cloned())
                .collect()
        };
        let mut told = updates(tv, subscribers, &ids, COMMITS, commit).await;
        std::fs::remove_file(&file).expect("the file is ours");
        let messages = told.micros.len();
        say(&format!(
            "{subscribers} subscribers of epgUpdates, {COMMITS} commits of {changed} changes: commit to delivery p50 {:.0} ms, p99 {:.0} ms, upload to delivery p50 {:.0} ms, p99 {:.0} ms; {messages} messages, {} changes due, lost {}, twice or wrong {}; {:.1} KiB a subscriber",
            percentile(&mut told.after_commit, 0.5),
            percentile(&mut told.after_commit, 0.99),
            percentile(&mut told.micros, 0.5),
            percentile(&mut told.micros, 0.99),
            told.due,
            told.due - told.came.min(told.due),
            told.wrong + told.came.saturating_sub(told.due),
            told.each_kib,
        ));
    }
}

/// The clock passes a boundary of many channels.
async fn follow(tv: &Tv, followers: usize) {
    let ids = tv.channels().await;
    let bench = &tv.bench;
    let state = async || {
        let answer = bench
            .ask(
                None,
                "{ channels(first: 50) { edges { node { id now { id } next { id } } } } }",
                serde_json::json!({}),
            )
            .await;
        answer["data"]["channels"]["edges"]
            .as_array()
            .expect("channels")
            .clone()
    };
    let first: std::collections::BTreeMap<u32, String> = {
        let known = state().await;
        let is_known = |id: &String| known.iter().any(|edge| edge["node"]["id"] == **id);
        ids.into_iter().filter(|(_, id)| is_known(id)).collect()
    };
    let mut told = now_next(tv, followers, &first, async || {
        let before = state().await;
        bench.clock.advance(std::time::Duration::from_mins(30));
        let after = state().await;
        let changed = before.iter().zip(&after).filter(|(before, after)| before != after);
        changed
            .map(|(_, after)| after["node"]["id"].as_str().expect("an id").to_owned())
            .collect()
    })
    .await;
    say(&format!(
        "{followers} followers of nowNext, ten of {} channels each; a boundary: {} messages due, p50 {:.0} ms, p99 {:.0} ms (the clock is looked at every second), lost {}, wrong {}; {:.1} KiB a follower",
        first.len(),
        told.due,
        percentile(&mut told.micros, 0.5),
        percentile(&mut told.micros, 0.99),
        told.due - told.came.min(told.due),
        told.wrong + told.came.saturating_sub(told.due),
        told.each_kib,
    ));
}
