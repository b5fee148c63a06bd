//! From plain text to a query. There is no syntax, so no text is an error.

use std::ops::Bound;

use kernel::Instant;
use tantivy::{
    Term,
    query::{
        AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, FuzzyTermQuery, Occur, Query, RangeQuery, TermQuery,
        TermSetQuery,
    },
    schema::{Field, IndexRecordOption},
};

use super::{
    super::{Filter, Request},
    fields::Fields,
};
use crate::domain::{Kind, text};

/// Words of a query that are looked at.
const MOST_WORDS: usize = 12;
/// Words that say little: they add to the score but need not be found.
const LITTLE_WORDS: [&str; 16] = [
    "a", "an", "and", "at", "by", "der", "die", "for", "in", "la", "le", "of", "on", "the", "to", "with",
];

type Clause = (Occur, Box<dyn Query>);

/// What finds the hits of `request`; `None` when its text has no letter.
pub fn find(fields: &Fields, request: &Request) -> Option<BooleanQuery> {
    let mut clauses = filters(fields, &request.filter, request.now);
    if request.text.trim().is_empty() {
        clauses.push((Occur::Must, Box::new(AllQuery)));
        return Some(BooleanQuery::new(clauses));
    }
    let words = folded(&request.text)?;
    let is_little = |word: &String| LITTLE_WORDS.contains(&word.as_str());
    let are_all_little = words.iter().all(is_little);
    for (i, word) in words.iter().enumerate() {
        let occur = if is_little(word) && !are_all_little {
            Occur::Should
        } else {
            Occur::Must
        };
        clauses.push((occur, any_field(fields, word, i + 1 == words.len())));
    }
    // The very name comes first, and a film before the showings of it.
    clauses.push((
        Occur::Should,
        constant(exact(fields.whole_name, &words.join(" ")), 20.0),
    ));
    for (kind, score) in [
        (Kind::Movie, 1.5),
        (Kind::Series, 1.5),
        (Kind::Person, 1.0),
        (Kind::Channel, 1.0),
    ] {
        clauses.push((Occur::Should, constant(exact(fields.kind, kind.name()), score)));
    }
    Some(BooleanQuery::new(clauses))
}

/// What finds the names that `typed` may become; `None` when it has no letter.
pub fn complete(fields: &Fields, typed: &str, filter: &Filter, now: Instant) -> Option<BooleanQuery> {
    let mut clauses = filters(fields, filter, now);
    let words = folded(typed)?;
    for (i, word) in words.iter().enumerate() {
        let is_last = i + 1 == words.len();
        let mut any: Vec<Clause> = vec![(Occur::Should, constant(exact(fields.name, word), 4.0))];
        if is_last {
            any.push((Occur::Should, constant(beginning(fields.name, word, 0), 4.0)));
        }
        let typos = typos_allowed(word);
        if typos > 0 {
            let term = Term::from_field_text(fields.name, word);
            let near: Box<dyn Query> = if is_last {
                beginning(fields.name, word, typos)
            } else {
                Box::new(FuzzyTermQuery::new(term, typos, true))
            };
            any.push((Occur::Should, constant(near, 1.0)));
        }
        clauses.push((Occur::Must, Box::new(BooleanQuery::new(any))));
    }
    clauses.push((
        Occur::Should,
        constant(beginning(fields.whole_name, &words.join(" "), 0), 8.0),
    ));
    Some(BooleanQuery::new(clauses))
}

fn folded(typed: &str) -> Option<Vec<String>> {
    let words: Vec<String> = text::words(typed)
        .into_iter()
        .take(MOST_WORDS)
        .map(|word| word.folded)
        .collect();
    (!words.is_empty()).then_some(words)
}

/// `word` in any field, the name three times as good as the text.
fn any_field(fields: &Fields, word: &str, is_last: bool) -> Box<dyn Query> {
    let weights = [
        (fields.name, 3.0),
        (fields.people, 2.0),
        (fields.other_name, 2.0),
        (fields.topics, 1.5),
        (fields.about, 1.0),
    ];
    let mut any: Vec<Clause> = Vec::new();
    for (field, boost) in weights {
        let term = TermQuery::new(Term::from_field_text(field, word), IndexRecordOption::WithFreqs);
        any.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost))));
    }
    let typos = typos_allowed(word);
    for (field, score) in [(fields.name, 0.9), (fields.people, 0.6)] {
        // The last word may still be on its way.
        if is_last && word.chars().count() > 1 {
            any.push((Occur::Should, constant(beginning(field, word, 0), score)));
        }
        if typos > 0 {
            let near = FuzzyTermQuery::new(Term::from_field_text(field, word), typos, true);
            any.push((Occur::Should, constant(Box::new(near), score / 2.0)));
        }
    }
    Box::new(BooleanQuery::new(any))
}

fn typos_allowed(word: &str) -> u8 {
    text::typos_allowed(word.chars().count())
}

fn exact(field: Field, word: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, word),
        IndexRecordOption::Basic,
    ))
}

fn beginning(field: Field, word: &str, typos: u8) -> Box<dyn Query> {
    Box::new(FuzzyTermQuery::new_prefix(
        Term::from_field_text(field, word),
        typos,
        true,
    ))
}

fn constant(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

fn filters(fields: &Fields, filter: &Filter, now: Instant) -> Vec<Clause> {
    let mut all: Vec<Box<dyn Query>> = Vec::new();
    let seconds = |at: i64| Term::from_field_i64(fields.ends_at, at);
    all.push(Box::new(RangeQuery::new(
        Bound::Excluded(seconds(now.timestamp())),
        Bound::Unbounded,
    )));
    if !filter.kinds.is_empty() {
        let kinds = filter
            .kinds
            .iter()
            .map(|kind| Term::from_field_text(fields.kind, kind.name()));
        all.push(Box::new(TermSetQuery::new(kinds)));
    }
    if let Some(genre) = &filter.genre {
        let keys = [genre.trim().to_lowercase(), text::fold(genre)];
        all.push(Box::new(TermSetQuery::new(
            keys.map(|key| Term::from_field_text(fields.genre_key, &key)),
        )));
    }
    if filter.year_from.is_some() || filter.year_to.is_some() {
        let year = |year: Option<i32>| {
            year.map_or(Bound::Unbounded, |year| {
                Bound::Included(Term::from_field_i64(fields.year, i64::from(year)))
            })
        };
        all.push(Box::new(RangeQuery::new(year(filter.year_from), year(filter.year_to))));
    }
    all.into_iter()
        .map(|query| (Occur::Must, constant(query, 0.0)))
        .collect()
}
