//! Words as they are compared: without accents, without capitals, with a few typos.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest word that is looked at, in letters.
const LONGEST_WORD: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word without accents and capitals.
    pub folded: String,
    /// First byte in the text.
    pub start: usize,
    /// First byte after it.
    pub end: usize,
    /// For each folded letter, the first byte after the letter it came from.
    letter_ends: Vec<usize>,
}

impl Word {
    /// First byte after the letter that gave the `count`th folded letter.
    pub fn end_of(&self, count: usize) -> usize {
        match count.checked_sub(1) {
            Some(last) => self.letter_ends.get(last).copied().unwrap_or(self.end),
            None => self.start,
        }
    }
}

/// The words of `text`, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut word: Option<Word> = None;
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        if letter.is_alphanumeric() {
            let current = word.get_or_insert_with(|| Word {
                folded: String::new(),
                start,
                end,
                letter_ends: Vec::new(),
            });
            current.end = end;
            if current.letter_ends.len() < LONGEST_WORD {
                let before = current.folded.chars().count();
                fold_letter(letter, &mut current.folded);
                let after = current.folded.chars().count();
                current.letter_ends.extend(std::iter::repeat_n(end, after - before));
            }
        } else if is_combining_mark(letter) {
            // The accent of a decomposed letter belongs to the letter.
            if let Some(current) = &mut word {
                current.end = end;
                if let Some(last) = current.letter_ends.last_mut() {
                    *last = end;
                }
            }
        } else {
            found.extend(word.take());
        }
    }
    found.extend(word);
    found.retain(|word| !word.folded.is_empty());
    found
}

/// The folded words of `text` with one space between them.
pub fn fold(text: &str) -> String {
    let folded: Vec<String> = words(text).into_iter().map(|word| word.folded).collect();
    folded.join(" ")
}

fn fold_letter(letter: char, out: &mut String) {
    for plain in std::iter::once(letter)
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
    {
        for lower in plain.to_lowercase() {
            // Letters that Unicode does not take apart.
            match lower {
                'ß' => out.push_str("ss"),
                'æ' => out.push_str("ae"),
                'œ' => out.push_str("oe"),
                'þ' => out.push_str("th"),
                'ø' => out.push('o'),
                'ł' => out.push('l'),
                'đ' | 'ð' => out.push('d'),
                'ı' => out.push('i'),
                other if other.is_alphanumeric() => out.push(other),
                _ => {}
            }
        }
    }
}

/// Typos that are forgiven in a word of `letters` letters: one from four, two from eight.
pub const fn typos_allowed(letters: usize) -> u8 {
    match letters {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// How `typed` differs from the whole of `word`: letters missing, too many, wrong or swapped; `None` above `limit`.
pub fn distance(typed: &str, word: &str, limit: usize) -> Option<usize> {
    let (typed, word): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
    if typed.len().abs_diff(word.len()) > limit {
        return None;
    }
    let found = last_row(&typed, &word).last().copied().unwrap_or(usize::MAX);
    (found <= limit).then_some(found)
}

/// How `typed` differs from the beginning of `word` that is most like it, and how long that beginning is.
pub fn prefix_distance(typed: &str, word: &str, limit: usize) -> Option<(usize, usize)> {
    let typed: Vec<char> = typed.chars().collect();
    let beginning: Vec<char> = word.chars().take(typed.len() + limit).collect();
    let row = last_row(&typed, &beginning);
    let best = row
        .iter()
        .enumerate()
        .min_by_key(|(length, typos)| (**typos, length.abs_diff(typed.len())));
    best.map(|(length, typos)| (*typos, length))
        .filter(|(typos, _)| *typos <= limit)
}

/// Optimal string alignment: the distances of all of `typed` to each beginning of `word`.
fn last_row(typed: &[char], word: &[char]) -> Vec<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=word.len()).collect();
    for (i, letter) in typed.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, other) in word.iter().enumerate() {
            let replaced = above[j] + usize::from(letter != other);
            let mut best = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *letter == word[j - 1] && typed[i - 1] == *other {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn accents_capitals_and_ligatures_do_not_matter() {
        assert_eq!(fold("Fantômas: À l'ombre"), "fantomas a l ombre");
        assert_eq!(fold("Cafe\u{301} STRAẞE Œuvre Łódź"), "cafe strasse oeuvre lodz");
        assert_eq!(fold("!!! – …"), "");
    }

    #[test]
    fn a_beginning_may_have_typos_too() {
        assert_eq!(prefix_distance("metr", "metropolis", 1), Some((0, 4)));
        assert_eq!(prefix_distance("mter", "metropolis", 1), Some((1, 4)));
        assert_eq!(prefix_distance("mxyr", "metropolis", 1), None);
        assert_eq!(prefix_distance("nosfr", "nosferatu", 1).map(|found| found.0), Some(1));
        assert_eq!(distance("metropolsi", "metropolis", 2), Some(1));
    }

    proptest! {
        #[test]
        fn words_lie_in_the_text_and_letters_in_their_word(text in "\\PC{0,40}") {
            for word in words(&text) {
                prop_assert!(text.get(word.start..word.end).is_some());
                for count in 0..=word.folded.chars().count() {
                    let end = word.end_of(count);
                    prop_assert!(text.is_char_boundary(end) && (word.start..=word.end).contains(&end));
                }
            }
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
