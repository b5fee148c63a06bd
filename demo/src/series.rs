//! The serials: series, their seasons, their episodes.

use serde::Deserialize;

use crate::titles::{Title, TitleKind, Work, title_of};

#[derive(Debug, Deserialize)]
struct Record {
    name: String,
    year: i32,
    seasons: Vec<Season>,
    #[serde(flatten)]
    work: Work,
}

#[derive(Debug, Deserialize)]
struct Season {
    year: i32,
    synopsis: String,
    episodes: Vec<Episode>,
}

#[derive(Debug, Deserialize)]
struct Episode {
    name: String,
    minutes: i32,
    synopsis: String,
}

/// Each series' facts with its titles: the series, then each season followed by its episodes.
pub(crate) fn read() -> Vec<(Work, Vec<Title>)> {
    let text = include_str!("../data/series.json");
    let records: Vec<Record> = serde_json::from_str(text).expect("the committed file is read by a test");
    records
        .into_iter()
        .map(|record| (record.work.clone(), parts(&record)))
        .collect()
}

fn parts(record: &Record) -> Vec<Title> {
    let key = format!("Series {}", record.name);
    let series = title_of(TitleKind::Series, &key, &record.name, record.year, &record.work);
    let mut all = vec![series.clone()];
    for (season_number, season) in (1..).zip(&record.seasons) {
        let season_key = format!("{key} {season_number}");
        let name = format!("{}: Season {season_number}", record.name);
        let season_title = Title {
            synopsis: season.synopsis.clone(),
            series: Some(series.id),
            number: Some(season_number),
            ..title_of(TitleKind::Season, &season_key, &name, season.year, &record.work)
        };
        let season_id = season_title.id;
        all.push(season_title);
        for (number, episode) in (1..).zip(&season.episodes) {
            let episode_key = format!("{season_key} {number}");
            all.push(Title {
                synopsis: episode.synopsis.clone(),
                runtime_seconds: Some(episode.minutes * 60),
                series: Some(series.id),
                season: Some(season_id),
                number: Some(number),
                ..title_of(
                    TitleKind::Episode,
                    &episode_key,
                    &episode.name,
                    season.year,
                    &record.work,
                )
            });
        }
    }
    all
}
