//! Names as they are compared and sorted: without case, accents and leading articles.

use std::collections::BTreeSet;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Most words of a name that can be found.
const MAX_WORDS: usize = 24;
/// Articles that lists do not sort by.
const ARTICLES: [&str; 12] = [
    "the", "a", "an", "der", "die", "das", "le", "la", "les", "un", "une", "el",
];

/// Lower case, compatibility forms resolved, accents dropped.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

fn split(text: &str) -> Vec<String> {
    let folded = fold(text);
    // An apostrophe joins: "Pandora's" is found by "pandoras".
    let folded: String = folded.chars().filter(|letter| !matches!(letter, '\'' | '’')).collect();
    folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words by which a name is found, each once.
pub fn words(name: &str) -> BTreeSet<String> {
    split(name).into_iter().take(MAX_WORDS).collect()
}

/// What lists sort a name by.
pub fn sort_name(name: &str) -> String {
    let words = split(name);
    match words.split_first() {
        Some((article, rest)) if !rest.is_empty() && ARTICLES.contains(&article.as_str()) => rest.join(" "),
        _ => words.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_without_its_accents_and_sorted_without_its_article() {
        assert_eq!(sort_name("The General"), "general");
        assert_eq!(sort_name("Les Vampires"), "vampires");
        assert_eq!(sort_name("Häxan"), "haxan");
        assert_eq!(sort_name("It"), "it");
        assert_eq!(sort_name("The"), "the");
        let found: Vec<_> = words("Pandora’s Box: the BOX").into_iter().collect();
        assert_eq!(found, ["box", "pandoras", "the"]);
        assert!(words("—").is_empty());
    }
}
