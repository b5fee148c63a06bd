use std::collections::{HashMap, HashSet};

use chrono::{TimeDelta, TimeZone, Utc};
use kernel::{Instant, TitleId};
use uuid::Uuid;

use super::*;

fn now() -> Instant {
    Utc.with_ymd_and_hms(2026, 11, 21, 19, 30, 0).unwrap()
}

#[test]
fn there_is_enough_to_fill_a_screen() {
    let count = |kind| titles().iter().filter(|title| title.kind == kind).count();
    assert!(count(TitleKind::Movie) >= 60, "{} movies", count(TitleKind::Movie));
    assert_eq!(count(TitleKind::Series), 3);
    assert!(count(TitleKind::Season) >= 6 && count(TitleKind::Episode) >= 25);
    assert!(people().len() >= 100 && (8..=12).contains(&genres().len()));
    assert!(channels().len() >= 12 && channels().iter().any(|channel| channel.number == "5.1"));
    assert!(viewers(now()).len() >= 200);
    assert!(offers().len() >= 12);
}

#[test]
fn ids_are_unique_and_shaped_like_version_seven() {
    let mut all: Vec<Uuid> = titles().iter().map(|title| title.id.into()).collect();
    all.extend(people().iter().map(|person| Uuid::from(person.id)));
    all.extend(genres().iter().map(|genre| Uuid::from(genre.id)));
    all.extend(channels().iter().map(|channel| Uuid::from(channel.id)));
    all.extend(pictures().iter().map(|picture| picture.id));
    all.extend(plans().iter().map(|plan| Uuid::from(plan.id)));
    all.extend(offers().iter().map(|offer| Uuid::from(offer.id)));
    all.extend(access_rules(now()).iter().map(|rule| rule.id));
    for account in accounts() {
        all.push(account.id.into());
        all.extend(account.profiles.iter().map(|profile| Uuid::from(profile.id)));
    }
    for viewer in viewers(now()) {
        all.extend([Uuid::from(viewer.id), viewer.profile.id.into()]);
    }
    let channel = &channels()[0];
    all.extend(
        guide(channel, now() - TimeDelta::days(7), now() + TimeDelta::days(7))
            .iter()
            .map(|p| Uuid::from(p.id)),
    );
    all.push(asset().id.into());

    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    assert!(
        all.iter()
            .all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122)
    );
    assert_eq!(
        id(Kind::Title, 1).to_string(),
        "019b76da-a800-7001-8000-000000000001",
        "an id that changes orphans what viewers have stored"
    );
}

#[test]
fn references_resolve() {
    let people: HashSet<_> = people().iter().map(|person| person.id).collect();
    let genres: HashSet<_> = genres().iter().map(|genre| genre.id).collect();
    for title in titles() {
        assert!(
            title.credits.iter().all(|credit| people.contains(&credit.person)),
            "{}",
            title.name
        );
        assert!(
            !title.genres.is_empty() && title.genres.iter().all(|id| genres.contains(id)),
            "{}",
            title.name
        );
        let parts = (title.series.is_some(), title.season.is_some(), title.number.is_some());
        let expected = match title.kind {
            TitleKind::Season => (true, false, true),
            TitleKind::Episode => (true, true, true),
            _ => (false, false, false),
        };
        assert_eq!(parts, expected, "{}", title.name);
        assert!(
            title
                .series
                .into_iter()
                .chain(title.season)
                .all(|id| crate::title(id).is_some())
        );
        assert!(
            (0..56).contains(&(now() - title.published_at(now())).num_days()),
            "{}",
            title.name
        );
    }
    let published: HashSet<_> = titles().iter().map(|title| title.published_at(now())).collect();
    assert_eq!(published.len(), titles().len(), "two titles share an instant");
    assert!(offers().iter().all(|offer| crate::title(offer.title).is_some()));
}

#[test]
fn every_plan_entitles_to_every_movie_now_and_everywhere() {
    let rules: HashMap<_, _> = access_rules(now())
        .into_iter()
        .map(|rule| (rule.content, rule))
        .collect();
    let movies: Vec<_> = titles().iter().filter(|title| title.kind == TitleKind::Movie).collect();
    for plan in plans() {
        for movie in &movies {
            let rule = &rules[&Content::Title(movie.id)];
            let open = match &rule.via {
                Via::Free => true,
                Via::Packages(packages) => packages.iter().any(|one| plan.entitlements.contains(&one.as_str())),
            };
            let unlimited = rule.starts_at.is_none() && rule.ends_at.is_none() && rule.territories.is_empty();
            assert!(open && unlimited, "{} with {}", movie.name, plan.name);
        }
    }
    assert!(rules.values().any(|rule| rule.ends_at.is_some_and(|end| end < now())));
    assert!(rules.values().any(|rule| !rule.territories.is_empty()));
    assert!(
        movies.iter().filter(|movie| movie.packages.is_empty()).count() >= 5,
        "some films are free"
    );
}

#[test]
fn the_guide_has_no_gaps_and_a_part_of_it_equals_the_whole() {
    for channel in channels() {
        let (from, to) = (now() - TimeDelta::days(7), now() + TimeDelta::days(7));
        let all = guide(channel, from, to);
        assert!(
            all[0].starts_at <= from && all[all.len() - 1].ends_at >= to,
            "{}",
            channel.name
        );
        assert!(
            all.windows(2).all(|pair| pair[0].ends_at == pair[1].starts_at),
            "{}",
            channel.name
        );
        assert!(
            all.iter()
                .all(|programme| programme.ends_at - programme.starts_at >= TimeDelta::minutes(10))
        );
        assert!(
            all.iter()
                .all(|programme| programme.film.is_none_or(|film| crate::title(film).is_some()))
        );

        let evening = guide(channel, now(), now() + TimeDelta::hours(3));
        let ids: HashSet<_> = all.iter().map(|programme| programme.id).collect();
        assert!(!evening.is_empty() && evening.iter().all(|programme| ids.contains(&programme.id)));
    }
    assert!(guide(&channels()[0], now(), now()).is_empty());
}

#[test]
fn viewers_of_one_taste_watch_the_same_films() {
    let viewers = viewers(now());
    let seen: Vec<HashSet<TitleId>> = viewers
        .iter()
        .map(|viewer| viewer.history.iter().map(|watched| watched.title).collect())
        .collect();
    let shared = |step: usize| -> usize {
        (0..viewers.len() - step)
            .map(|at| seen[at].intersection(&seen[at + step]).count())
            .sum()
    };
    assert!(
        shared(7) > 2 * shared(1),
        "same cluster {} against another {}",
        shared(7),
        shared(1)
    );
    for viewer in &viewers {
        assert_eq!(
            viewer
                .history
                .iter()
                .map(|watched| watched.title)
                .collect::<HashSet<_>>()
                .len(),
            viewer.history.len()
        );
        for watched in &viewer.history {
            let title = crate::title(watched.title).unwrap();
            assert!(watched.watched_at <= now() && watched.watched_at >= title.published_at(now()));
            assert!(watched.finished == (watched.position_seconds * 100 >= watched.duration_seconds * 95));
        }
        assert!(
            viewer
                .ratings
                .iter()
                .all(|rating| (1..=5).contains(&rating.rating) && rating.rated_at <= now())
        );
    }
    assert!(
        viewers
            .iter()
            .flat_map(|viewer| &viewer.ratings)
            .any(|rating| rating.comment.is_some())
    );
}

#[test]
fn every_picture_has_a_size_and_most_titles_have_two() {
    let all = pictures();
    assert!(all.iter().all(|picture| picture.width > 0 && picture.height > 0));
    assert!(all.len() > titles().len() + people().len());
    assert!(all[0].svg().starts_with("<svg"));
}
