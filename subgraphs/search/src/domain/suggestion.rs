//! How well a name completes what was typed so far.

use super::{
    Kind,
    text::{Word, distance, prefix_distance, typos_allowed, words},
};

/// A name that may be suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it names.
    pub kind: Kind,
    /// The name.
    pub name: String,
}

/// A name that completes what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The name.
    pub text: String,
    /// What it names.
    pub kind: Kind,
    /// The name as HTML: what was typed stands in `<em>`.
    pub highlight: String,
}

/// How a name matches; the smallest is best.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Quality {
    typos: usize,
    first_word: usize,
    kind: usize,
    letters: usize,
}

/// The best `first` of `candidates` for what was typed.
///
/// Every word must be found, the last one as the beginning of a word: exact before typo, at the beginning of the name
/// before later, short before long.
pub fn rank(typed: &str, candidates: Vec<Candidate>, first: usize) -> Vec<Suggestion> {
    let typed: Vec<String> = words(typed).into_iter().map(|word| word.folded).collect();
    let mut found: Vec<(Quality, Suggestion)> = Vec::new();
    for candidate in candidates {
        if let Some((typos, first_word, spans)) = compare(&typed, &words(&candidate.name)) {
            let kind = Kind::ALL
                .iter()
                .position(|kind| *kind == candidate.kind)
                .unwrap_or(Kind::ALL.len());
            let quality = Quality {
                typos,
                first_word,
                kind,
                letters: candidate.name.chars().count(),
            };
            let highlight = highlight(&candidate.name, spans);
            found.push((
                quality,
                Suggestion {
                    text: candidate.name,
                    kind: candidate.kind,
                    highlight,
                },
            ));
        }
    }
    found.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.text.cmp(&b.text)));
    found.dedup_by(|(_, a), (_, b)| a.kind == b.kind && a.text == b.text);
    found.truncate(first);
    found.into_iter().map(|(_, suggestion)| suggestion).collect()
}

type Span = (usize, usize);

/// Typos in all, the place of the word that was typed first, and what to mark.
fn compare(typed: &[String], name: &[Word]) -> Option<(usize, usize, Vec<Span>)> {
    let last = typed.len().checked_sub(1)?;
    let mut used = vec![false; name.len()];
    let (mut typos, mut first_word, mut spans) = (0, 0, Vec::new());
    for (i, word) in typed.iter().enumerate() {
        let (missed, place, span) = best_word(word, name, &used, i == last)?;
        used[place] = true;
        typos += missed;
        spans.push(span);
        if i == 0 {
            first_word = place;
        }
    }
    Some((typos, first_word, spans))
}

fn best_word(typed: &str, name: &[Word], used: &[bool], is_prefix: bool) -> Option<(usize, usize, Span)> {
    let limit = usize::from(typos_allowed(typed.chars().count()));
    let matches = name
        .iter()
        .enumerate()
        .filter(|(place, _)| !used[*place])
        .filter_map(|(place, word)| {
            if is_prefix {
                let (typos, length) = prefix_distance(typed, &word.folded, limit)?;
                return Some((typos, place, (word.start, word.end_of(length))));
            }
            distance(typed, &word.folded, limit).map(|typos| (typos, place, (word.start, word.end)))
        });
    matches.min_by_key(|(typos, place, _)| (*typos, *place))
}

fn highlight(name: &str, mut spans: Vec<Span>) -> String {
    spans.sort_unstable();
    let mut html = String::with_capacity(name.len() + spans.len() * 9);
    let mut at = 0;
    for (start, end) in spans {
        escape(&name[at..start], &mut html);
        html.push_str("<em>");
        escape(&name[start..end], &mut html);
        html.push_str("</em>");
        at = end;
    }
    escape(&name[at..], &mut html);
    html
}

fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggest(typed: &str, names: &[&str]) -> Vec<String> {
        let movie = |name: &&str| Candidate {
            kind: Kind::Movie,
            name: (*name).to_owned(),
        };
        let found = rank(typed, names.iter().map(movie).collect(), 8);
        found.into_iter().map(|suggestion| suggestion.highlight).collect()
    }

    #[test]
    fn what_was_typed_is_marked_and_the_rest_is_escaped() {
        assert_eq!(
            suggest("tom <", &["Tom & <Jerry>"]),
            ["<em>Tom</em> &amp; &lt;Jerry&gt;"]
        );
        assert_eq!(suggest("fantom", &["Fantômas"]), ["<em>Fantôm</em>as"]);
        assert_eq!(suggest("the gol r", &["The Gold Rush"]), Vec::<String>::new());
        assert_eq!(
            suggest("the gold r", &["The Gold Rush"]),
            ["<em>The</em> <em>Gold</em> <em>R</em>ush"]
        );
    }

    #[test]
    fn exact_comes_before_typo_and_the_beginning_before_the_rest() {
        let found = suggest("gold", &["A Golf Day", "The Gold Rush", "Golden Boy"]);
        assert_eq!(
            found,
            ["<em>Gold</em>en Boy", "The <em>Gold</em> Rush", "A <em>Golf</em> Day"]
        );
    }

    #[test]
    fn typos_are_forgiven_from_four_letters_on() {
        assert_eq!(suggest("nsf", &["Nosferatu"]), Vec::<String>::new());
        assert_eq!(suggest("nsfe", &["Nosferatu"]).len(), 1);
        assert_eq!(suggest("nosfreatu", &["Nosferatu"]).len(), 1);
        assert_eq!(suggest("nsofreatu", &["Nosferatu"]).len(), 1);
    }
}
