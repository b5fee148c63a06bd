//! What an editor may write about a title, and its bounds.

use kernel::{AssetId, ErrorCode, GenreId, PersonId, Refusal};
use serde_json::json;

/// Most characters of a name.
pub const MAX_NAME: usize = 200;
const MAX_SYNOPSIS: usize = 4000;
const MAX_TAGS: usize = 20;
const MAX_TAG: usize = 40;
const MAX_GENRES: usize = 8;
const MAX_CREDITS: usize = 200;
const MAX_PACKAGES: usize = 10;
/// The first moving pictures were taken in 1874.
const FIRST_YEAR: i32 = 1874;
const LAST_YEAR: i32 = 2100;
/// Four days: longer than any film shown so far.
const MAX_RUNTIME: i32 = 4 * 86_400;
/// Highest number of a season or an episode.
const MAX_NUMBER: i32 = 10_000;

/// A content rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Who rates.
    pub system: String,
    /// Their code.
    pub code: String,
    /// Youngest age, in years.
    pub min_age: i32,
}

/// What somebody did for a title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Directed it.
    Director,
    /// Plays in it.
    Actor,
    /// Wrote it.
    Writer,
    /// Produced it.
    Producer,
    /// Composed its music.
    Composer,
}

/// A credit as an editor writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditDraft {
    /// Who.
    pub person: PersonId,
    /// Did what.
    pub role: Role,
    /// Whom an actor plays.
    pub character: Option<String>,
}

/// What an editor writes about a title; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Its name.
    pub name: Option<String>,
    /// What it is about.
    pub synopsis: Option<String>,
    /// Year of first release.
    pub release_year: Option<i32>,
    /// Its length.
    pub runtime_seconds: Option<i32>,
    /// For whom it is.
    pub rating: Option<Rating>,
    /// ISO 3166-1 code.
    pub country: Option<String>,
    /// Free words.
    pub tags: Option<Vec<String>>,
    /// Packages it belongs to.
    pub packages: Option<Vec<String>>,
    /// Main genre first.
    pub genres: Option<Vec<GenreId>>,
    /// In order of billing.
    pub credits: Option<Vec<CreditDraft>>,
    /// What is played.
    pub asset: Option<AssetId>,
}

/// Collects what is wrong, so that an editor sees all of it at once.
#[derive(Default)]
struct Findings(Vec<(&'static str, String)>);

impl Findings {
    fn require(&mut self, holds: bool, field: &'static str, message: impl Into<String>) {
        if !holds {
            self.0.push((field, message.into()));
        }
    }

    fn finish(self) -> Result<(), Refusal> {
        let Some((_, first)) = self.0.first() else {
            return Ok(());
        };
        let fields: Vec<_> = self
            .0
            .iter()
            .map(|(field, message)| json!({ "field": field, "message": message }))
            .collect();
        Err(Refusal::new(ErrorCode::Invalid, first.clone()).with("fields", fields))
    }
}

impl Details {
    /// Refuses what is out of bounds.
    ///
    /// # Errors
    /// `VALIDATION_FAILED`, naming every field that is wrong.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut found = Findings::default();
        if let Some(name) = &self.name {
            found.require(
                is_text(name, 1, MAX_NAME),
                "name",
                format!("name has 1 to {MAX_NAME} characters"),
            );
        }
        if let Some(synopsis) = &self.synopsis {
            let message = format!("synopsis has at most {MAX_SYNOPSIS} characters");
            found.require(is_text(synopsis, 0, MAX_SYNOPSIS), "synopsis", message);
        }
        if let Some(year) = self.release_year {
            let message = format!("releaseYear lies between {FIRST_YEAR} and {LAST_YEAR}");
            found.require((FIRST_YEAR..=LAST_YEAR).contains(&year), "releaseYear", message);
        }
        if let Some(seconds) = self.runtime_seconds {
            let message = format!("runtimeSeconds lies between 1 and {MAX_RUNTIME}");
            found.require((1..=MAX_RUNTIME).contains(&seconds), "runtimeSeconds", message);
        }
        if let Some(country) = &self.country {
            let is_code = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
            found.require(is_code, "country", "country is two capital letters (ISO 3166-1)");
        }
        if let Some(rating) = &self.rating {
            let texts = is_text(&rating.system, 1, 20) && is_text(&rating.code, 1, 20);
            found.require(texts, "contentRating", "system and code have 1 to 20 characters");
            found.require(
                (0..=21).contains(&rating.min_age),
                "contentRating",
                "minAge lies between 0 and 21",
            );
        }
        self.check_lists(&mut found);
        found.finish()
    }

    fn check_lists(&self, found: &mut Findings) {
        for (field, list, most) in [
            ("tags", &self.tags, MAX_TAGS),
            ("packages", &self.packages, MAX_PACKAGES),
        ] {
            let Some(list) = list else { continue };
            let fits = list.len() <= most && list.iter().all(|word| is_text(word, 1, MAX_TAG));
            found.require(
                fits,
                field,
                format!("{field} are at most {most}, of 1 to {MAX_TAG} characters each"),
            );
        }
        if let Some(genres) = &self.genres {
            let unique = genres
                .iter()
                .enumerate()
                .all(|(at, genre)| !genres[..at].contains(genre));
            found.require(
                unique && genres.len() <= MAX_GENRES,
                "genres",
                format!("at most {MAX_GENRES}, each once"),
            );
        }
        if let Some(credits) = &self.credits {
            let named = credits
                .iter()
                .flat_map(|credit| &credit.character)
                .all(|name| is_text(name, 1, MAX_NAME));
            let fits = named && credits.len() <= MAX_CREDITS;
            found.require(
                fits,
                "credits",
                format!("at most {MAX_CREDITS}, characters of at most {MAX_NAME} letters"),
            );
        }
    }
}

/// Refuses a number that no season and no episode has.
///
/// # Errors
/// `VALIDATION_FAILED` naming `number`.
pub fn check_number(number: i32) -> Result<(), Refusal> {
    let mut found = Findings::default();
    let message = format!("number lies between 1 and {MAX_NUMBER}");
    found.require((1..=MAX_NUMBER).contains(&number), "number", message);
    found.finish()
}

fn is_text(text: &str, least: usize, most: usize) -> bool {
    let length = text.trim().chars().count();
    (least..=most).contains(&length) && !text.chars().any(|letter| letter.is_control() && letter != '\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Fault;

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let details = Details {
            name: Some(" ".to_owned()),
            release_year: Some(1066),
            country: Some("Germany".to_owned()),
            tags: Some(vec![String::new()]),
            ..Details::default()
        };
        let refusal = details.check().unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::Invalid);
        let fields = refusal.details()["fields"].as_array().unwrap().clone();
        let fields: Vec<_> = fields
            .iter()
            .map(|found| found["field"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(fields, ["name", "releaseYear", "country", "tags"]);
        assert!(Details::default().check().is_ok());
        assert!(check_number(0).is_err() && check_number(1).is_ok());
    }
}
