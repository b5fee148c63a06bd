use std::collections::HashSet;

use chrono::TimeDelta;
use kernel::{Instant, ProfileId};
use proptest::prelude::*;
use schema::events::catalogue::TitleKind;
use uuid::Uuid;

use super::*;
use crate::domain::{Named, Title, model::Data, taste::Watched};

fn now() -> Instant {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn id(n: usize) -> TitleId {
    TitleId(Uuid::from_u128(n as u128 + 1))
}

/// A film of genre `genre`, for everybody.
fn film(n: usize, genre: u128) -> Title {
    Title {
        id: id(n),
        kind: TitleKind::Movie,
        name: format!("Film {n}"),
        genres: vec![Named {
            id: Uuid::from_u128(1000 + genre),
            name: format!("Genre {genre}"),
        }],
        people: Vec::new(),
        tags: if n.is_multiple_of(5) {
            vec!["must see".to_owned()]
        } else {
            Vec::new()
        },
        release_year: Some(1920),
        min_age: Some(if n.is_multiple_of(2) { 0 } else { 16 }),
        series: None,
        published_at: now() - TimeDelta::days(i64::try_from(n).unwrap()),
    }
}

/// Profiles of two camps: one watches films 0 to 9, the other 10 to 19.
fn data() -> Data {
    let mut data = Data {
        titles: (0..60).map(|n| film(n, n as u128 / 10)).collect(),
        ..Data::default()
    };
    for profile in 0..20_usize {
        let camp = (profile % 2) * 10;
        let watched = (0..8).map(|n| Watched {
            title: id(camp + (profile + n) % 10),
            share: 1.0,
            at: now() - TimeDelta::hours(i64::try_from(n).unwrap()),
        });
        data.watched
            .insert(ProfileId(Uuid::from_u128(profile as u128)), watched.collect());
    }
    data
}

fn taste(titles: &[usize]) -> Taste {
    let watched = titles.iter().map(|n| Watched {
        title: id(*n),
        share: 1.0,
        at: now(),
    });
    Taste {
        watched: watched.collect(),
        ..Taste::default()
    }
}

fn audience<'a>(taste: Option<&'a Taste>, resume: &'a [Resume]) -> Audience<'a> {
    Audience {
        taste,
        resume,
        editorial_tag: "must see",
    }
}

#[test]
fn who_watches_like_a_camp_is_recommended_the_rest_of_it() {
    let model = Model::build(data(), now());
    let picks = recommend(&model, &taste(&[11, 12, 13]), 5);
    assert!(
        picks.iter().all(|pick| (10..20).any(|n| id(n) == pick.title)),
        "{picks:?}"
    );
    assert!(
        picks.iter().all(|pick| ![11, 12, 13].map(id).contains(&pick.title)),
        "nothing that was seen"
    );
    assert!(picks.is_sorted_by(|one, other| one.score >= other.score));
    assert!(
        picks[0].reason.starts_with("Because you watched Film 1"),
        "{}",
        picks[0].reason
    );
}

#[test]
fn who_watched_nothing_is_recommended_what_is_popular() {
    let model = Model::build(data(), now());
    let picks = recommend(&model, &Taste::default(), 5);
    assert_eq!(picks.len(), 5);
    assert!(picks.iter().all(|pick| (0..20).any(|n| id(n) == pick.title)));
}

#[test]
fn a_bad_rating_recommends_nothing_like_it() {
    let model = Model::build(data(), now());
    let disliked = Taste {
        ratings: [(id(11), 1)].into(),
        ..taste(&[11])
    };
    assert_eq!(model.liked(&disliked), []);
    assert!(
        recommend(&model, &disliked, 3)
            .iter()
            .all(|pick| pick.reason.starts_with("Popular"))
    );
}

#[test]
fn every_title_has_something_related() {
    let model = Model::build(data(), now());
    for n in 0..60 {
        let picks = related(&model, id(n), 6);
        assert_eq!(picks.len(), 6);
        assert!(
            picks
                .iter()
                .all(|pick| pick.title != id(n) && (0.0..=1.0).contains(&pick.score))
        );
    }
    assert_eq!(related(&model, id(999), 6), []);
    // A title alone in the world is related to what is popular.
    let mut lonely = data();
    lonely.titles.push(Title {
        genres: Vec::new(),
        release_year: None,
        ..film(99, 99)
    });
    let model = Model::build(lonely, now());
    assert_eq!(related(&model, id(99), 3).len(), 3);
}

#[test]
fn the_signed_out_home_screen_has_nothing_personal() {
    let model = Model::build(data(), now());
    let kinds: Vec<RailKind> = rails(&model, audience(None, &[]), 8)
        .iter()
        .map(|rail| rail.kind)
        .collect();
    assert_eq!(kinds[..3], [RailKind::Trending, RailKind::New, RailKind::Editorial]);
    assert!(
        kinds[3..].iter().all(|kind| *kind == RailKind::Genre) && kinds.len() > 4,
        "{kinds:?}"
    );
}

#[test]
fn a_series_is_continued_where_it_was_left_last() {
    let mut data = data();
    data.titles.push(Title {
        kind: TitleKind::Series,
        ..film(80, 8)
    });
    for n in [81, 82] {
        data.titles.push(Title {
            kind: TitleKind::Episode,
            series: Some(id(80)),
            ..film(n, 8)
        });
    }
    let model = Model::build(data, now());
    let resume = [82, 81, 4].map(|n| Resume {
        title: id(n),
        at: now(),
    });
    let rails = rails(&model, audience(Some(&taste(&[82, 81, 4])), &resume), 8);
    let titles: Vec<TitleId> = rails[0].items.iter().map(|pick| pick.title).collect();
    assert_eq!(
        (rails[0].kind, titles),
        (RailKind::ContinueWatching, vec![id(82), id(4)])
    );
    assert!(
        rails[1..]
            .iter()
            .flat_map(|rail| &rail.items)
            .all(|pick| pick.title != id(81)),
        "no episode elsewhere"
    );
}

#[test]
fn a_model_can_guess_what_a_camp_watches_next() {
    assert!(crate::domain::evaluation::hit_rate(&data(), now()) > 0.8);
}

proptest! {
    #[test]
    fn no_title_is_on_two_rails_and_none_is_too_old_for_a_child(
        watched in proptest::collection::vec(0_usize..60, 0..20), kids in any::<bool>(), first in 0_usize..12,
    ) {
        let model = Model::build(data(), now());
        let taste = Taste { max_age: kids.then_some(8), ..taste(&watched) };
        let rails = rails(&model, audience(Some(&taste), &[]), first);
        prop_assert!(rails.len() <= first);
        let items: Vec<TitleId> = rails.iter().flat_map(|rail| &rail.items).map(|pick| pick.title).collect();
        prop_assert_eq!(items.iter().collect::<HashSet<_>>().len(), items.len());
        if kids {
            prop_assert!(items.iter().all(|item| (0..60).step_by(2).any(|n| id(n) == *item)));
        }
    }
}
