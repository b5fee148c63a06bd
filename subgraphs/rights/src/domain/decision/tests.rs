use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

fn at(hours: i64) -> Instant {
    let noon: Instant = "2026-11-21T12:00:00Z".parse().expect("an instant");
    noon + TimeDelta::hours(hours)
}

fn packages() -> impl Strategy<Value = Vec<String>> {
    let names = ["basic", "cinema", "live"].map(str::to_owned).to_vec();
    proptest::sample::subsequence(names, 0..=3)
}

fn claims() -> impl Strategy<Value = Vec<Claim>> {
    let source = prop_oneof![Just(Source::Plan), Just(Source::Rental), Just(Source::Purchase)];
    let claim = (source, packages(), -48_i64..48, proptest::option::of(-48_i64..48)).prop_map(
        |(source, packages, starts, ends)| Claim {
            packages: if source == Source::Plan { packages } else { Vec::new() },
            ends_at: if source == Source::Purchase { None } else { ends.map(at) },
            starts_at: at(starts),
            source,
        },
    );
    proptest::collection::vec(claim, 0..5)
}

fn facts() -> impl Strategy<Value = Facts> {
    let door = prop_oneof![Just(Door::Free), packages().prop_map(Door::Packages)];
    let edge = || proptest::option::of(-48_i64..48);
    let places = proptest::sample::subsequence(vec!["GB".to_owned(), "NZ".to_owned()], 0..=2);
    (door, edge(), edge(), places, proptest::option::of(0..19)).prop_map(
        |(door, starts, ends, territories, min_age)| Facts {
            door,
            starts_at: starts.map(at),
            ends_at: ends.map(at),
            territories,
            min_age,
        },
    )
}

proptest! {
    #[test]
    fn another_claim_never_takes_a_right_away(facts in facts(), claims in claims(), more in claims()) {
        let before = decide(Some(&facts), Asker::Account(&claims), at(0), "GB", None);
        let all = [claims, more].concat();
        let after = decide(Some(&facts), Asker::Account(&all), at(0), "GB", None);
        if before.verdict.is_ok() {
            prop_assert!(after.verdict.is_ok());
            let lasts = |decision: Decision| decision.expires_at.unwrap_or(Instant::MAX_UTC);
            prop_assert!(lasts(after) >= lasts(before));
        }
    }

    #[test]
    fn a_right_lasts_exactly_until_it_expires(facts in facts(), claims in claims()) {
        let decision = decide(Some(&facts), Asker::Account(&claims), at(0), "GB", None);
        if let (Ok(via), Some(end)) = (decision.verdict, decision.expires_at) {
            prop_assert!(end > at(0));
            let just_before = decide(Some(&facts), Asker::Account(&claims), end - TimeDelta::milliseconds(1), "GB", None);
            prop_assert!(just_before.verdict.is_ok());
            if via == Via::Free || facts.ends_at == Some(end) {
                let then = decide(Some(&facts), Asker::Account(&claims), end, "GB", None);
                prop_assert_eq!(then.verdict, Err(Denial::OutsideWindow));
            }
        }
    }

    #[test]
    fn window_territory_and_age_bind_everybody(facts in facts(), claims in claims(), max_age in 0..19) {
        let decision = decide(Some(&facts), Asker::Account(&claims), at(0), "GB", Some(max_age));
        let is_open = facts.starts_at.is_none_or(|start| start <= at(0)) && facts.ends_at.is_none_or(|end| at(0) < end);
        let is_here = facts.territories.is_empty() || facts.territories.iter().any(|place| place == "GB");
        let is_suitable = facts.min_age.is_none_or(|age| age <= max_age);
        if decision.verdict.is_ok() {
            prop_assert!(is_open && is_here && is_suitable);
        }
        prop_assert_eq!(decision.verdict == Err(Denial::OutsideWindow), !is_open);
    }

    #[test]
    fn nobody_needs_to_sign_in_for_what_is_free(facts in facts(), claims in claims()) {
        let anonymous = decide(Some(&facts), Asker::Anonymous, at(0), "GB", None);
        let known = decide(Some(&facts), Asker::Account(&claims), at(0), "GB", None);
        if anonymous.verdict == Err(Denial::NotSignedIn) {
            prop_assert!(facts.door != Door::Free);
        } else {
            prop_assert_eq!(anonymous, known);
        }
    }
}

#[test]
fn what_does_not_exist_is_not_found() {
    assert_eq!(
        decide(None, Asker::Anonymous, at(0), "GB", None).verdict,
        Err(Denial::NotFound)
    );
}

#[test]
fn content_without_packages_opens_to_buyers_only() {
    let facts = Facts {
        door: Door::Packages(vec![]),
        starts_at: None,
        ends_at: None,
        territories: vec![],
        min_age: None,
    };
    let plan = Claim {
        source: Source::Plan,
        packages: vec!["basic".into()],
        starts_at: at(-1),
        ends_at: Some(at(9)),
    };
    let rental = Claim {
        source: Source::Rental,
        packages: vec![],
        starts_at: at(-1),
        ends_at: Some(at(1)),
    };
    let asked = |claims: &[Claim]| decide(Some(&facts), Asker::Account(claims), at(0), "GB", None);
    assert_eq!(asked(std::slice::from_ref(&plan)).verdict, Err(Denial::NotEntitled));
    assert_eq!(
        asked(&[plan, rental]),
        Decision {
            verdict: Ok(Via::Rental),
            expires_at: Some(at(1))
        }
    );
}
