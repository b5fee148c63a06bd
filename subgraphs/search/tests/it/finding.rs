//! What is found, and in which order.

use schema::events::{catalogue::TitleKind, livetv::ChangeKind};
use serde_json::json;
use testkit::Bench;

use crate::kit::{Kit, film, genre, person};

async fn cinema() -> Kit {
    let kit = Kit::start().await;
    let mut metropolis = film(1, "Metropolis");
    metropolis.genres = vec![genre(51, "Science fiction"), genre(52, "Drama")];
    metropolis.people = vec![person(61, "Brigitte Helm"), person(62, "Fritz Lang")];
    "A city above, a city below.".clone_into(&mut metropolis.synopsis);
    kit.publish(&metropolis).await;
    let mut fantomas = film(2, "Fantômas");
    (fantomas.kind, fantomas.release_year, fantomas.genres) = (TitleKind::Series, Some(1913), vec![genre(53, "Crime")]);
    kit.publish(&fantomas).await;
    let mut nosferatu = film(3, "Nosferatu");
    (nosferatu.release_year, nosferatu.genres) = (Some(1922), vec![genre(52, "Drama")]);
    "He comes to the metropolis by ship.".clone_into(&mut nosferatu.synopsis);
    kit.publish(&nosferatu).await;
    kit.channel(900, "Metro TV").await;
    kit.programme(901, "Nosferatu", 30, ChangeKind::Added, 1).await;
    kit.programme(902, "Nosferatu", -120, ChangeKind::Added, 2).await;
    kit
}

#[tokio::test]
async fn a_name_counts_more_than_a_text_and_a_film_more_than_its_showing() {
    let kit = cinema().await;
    let found = kit.find("METROPOLIS", json!(null)).await;
    let films: Vec<_> = [1, 3].map(|n| ("Movie".to_owned(), Bench::id(n).to_string())).into();
    assert_eq!(found, films);
    let found: Vec<String> = kit
        .find("nosferatu", json!(null))
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(found, ["Movie", "Programme"], "the showing that has ended is no hit");
}

#[tokio::test]
async fn people_are_found_by_name_and_with_a_typo() {
    let kit = cinema().await;
    let found = kit.find("fritz lagn", json!(null)).await;
    assert_eq!(found.len(), 2);
    assert!(found.contains(&("Person".to_owned(), Bench::id(62).to_string())));
    assert!(found.contains(&("Movie".to_owned(), Bench::id(1).to_string())));
}

#[tokio::test]
async fn filters_narrow_and_facets_count() {
    let kit = cinema().await;
    let query = "query($filter: SearchFilter) { search(query: \"\", filter: $filter, first: 0) { totalCount facets { field values { value count } } } }";
    let found = kit
        .ask(
            query,
            json!({ "filter": { "types": ["MOVIE"], "yearFrom": 1920, "yearTo": 1927 } }),
        )
        .await;
    // the order of keys depends on features of serde_json that other crates switch on
    insta::with_settings!({ sort_maps => true }, {
        insta::assert_json_snapshot!(found, @r#"
    {
      "facets": [
        {
          "field": "TYPE",
          "values": [
            {
              "count": 2,
              "value": "MOVIE"
            }
          ]
        },
        {
          "field": "GENRE",
          "values": [
            {
              "count": 2,
              "value": "Drama"
            },
            {
              "count": 1,
              "value": "Science fiction"
            }
          ]
        },
        {
          "field": "DECADE",
          "values": [
            {
              "count": 2,
              "value": "1920"
            }
          ]
        }
      ],
      "totalCount": 2
    }
    "#);
    });
    for genre in ["SCIENCE FICTION", &Bench::id(51).to_string()] {
        assert_eq!(kit.find("", json!({ "genre": genre })).await.len(), 1, "{genre}");
    }
    assert_eq!(kit.find("", json!({ "genre": "Western" })).await, []);
}

#[tokio::test]
async fn suggestions_forgive_typos_and_accents_and_complete_the_last_word() {
    let kit = cinema().await;
    let table = [
        ("m", vec!["<em>M</em>etropolis", "<em>M</em>etro TV"]),
        ("metr", vec!["<em>Metr</em>opolis", "<em>Metr</em>o TV"]),
        ("mertopo", vec!["<em>Metropo</em>lis"]),
        ("fantom", vec!["<em>Fantôm</em>as"]),
        ("FANTÔ", vec!["<em>Fantô</em>mas"]),
        ("brigite h", vec!["<em>Brigitte</em> <em>H</em>elm"]),
        ("nosf", vec!["<em>Nosf</em>eratu", "<em>Nosf</em>eratu"]),
        ("nzf", vec![]),
        ("\"+( *", vec![]),
        ("", vec![]),
    ];
    for (typed, expected) in table {
        assert_eq!(kit.suggest(typed).await, expected, "{typed}");
    }
}

#[tokio::test]
async fn pages_follow_each_other() {
    let kit = cinema().await;
    let query = "query($after: String) { search(query: \"\", first: 4, after: $after) { totalCount edges { cursor node { ... on Movie { id } } } pageInfo { hasNextPage endCursor } } }";
    let one = kit.ask(query, json!({})).await;
    assert_eq!(
        (&one["totalCount"], &one["pageInfo"]["hasNextPage"]),
        (&json!(7), &json!(true)),
        "{one}"
    );
    let two = kit.ask(query, json!({ "after": one["pageInfo"]["endCursor"] })).await;
    assert_eq!(two["edges"].as_array().unwrap().len(), 3);
    assert_eq!(two["pageInfo"]["hasNextPage"], json!(false));
}

#[tokio::test]
async fn bad_input_is_refused_by_name() {
    let kit = Kit::start().await;
    let long = "x".repeat(201);
    let table = [
        (
            format!("{{ search(query: \"{long}\") {{ totalCount }} }}"),
            "LIMIT_EXCEEDED",
            "query",
        ),
        (
            format!("{{ suggest(prefix: \"{long}\") {{ text }} }}"),
            "LIMIT_EXCEEDED",
            "prefix",
        ),
        (
            "{ search(query: \"x\", first: 51) { totalCount } }".to_owned(),
            "LIMIT_EXCEEDED",
            "first",
        ),
        (
            "{ search(query: \"x\", after: \"x\") { totalCount } }".to_owned(),
            "BAD_USER_INPUT",
            "after",
        ),
        (
            "{ search(query: \"x\", filter: { yearFrom: 1930, yearTo: 1920 }) { totalCount } }".to_owned(),
            "BAD_USER_INPUT",
            "filter.yearFrom",
        ),
    ];
    for (query, code, field) in table {
        let answer = kit.bench.ask(None, &query, json!({})).await;
        let extensions = &answer["errors"][0]["extensions"];
        assert_eq!(
            (&extensions["code"], &extensions["field"]),
            (&json!(code), &json!(field)),
            "{answer}"
        );
    }
    for odd in ["AND OR NOT", "a:b^2~ [x TO y]", "\u{0}\u{202e}", "((("] {
        kit.find(odd, json!(null)).await;
    }
}
