//! Setting a title: which characters, which size, which lines.

/// The largest size at which `title` fits into `room` on at most four lines, and those lines.
pub(super) fn fit(title: &str, room: f64, largest: f64, per_em: f64) -> (f64, Vec<String>) {
    let mut size = largest;
    loop {
        let lines = wrap(title, room / (size * per_em));
        if lines.fit() || size < largest * 0.2 {
            return (size, lines.0);
        }
        size *= 0.92;
    }
}

/// Lines, and whether all of them fit.
struct Lines(Vec<String>, bool);

impl Lines {
    fn fit(&self) -> bool {
        self.1 && self.0.len() <= 4
    }
}

/// Greedy: words go on the line as long as `columns` characters hold them.
fn wrap(title: &str, columns: f64) -> Lines {
    let measure = |text: &str| f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX));
    let (mut lines, mut fits) = (Vec::<String>::new(), true);
    for word in title.split_whitespace() {
        match lines.last_mut() {
            Some(line) if measure(line) + 1.0 + measure(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
        fits &= measure(word) <= columns;
    }
    Lines(lines, fits)
}

/// At most `most` characters, without those XML 1.0 §2.2 forbids.
pub(super) fn clean(text: &str, most: usize) -> String {
    let allowed = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut kept: String = text.chars().filter(allowed).take(most + 1).collect();
    if kept.chars().count() > most {
        kept = kept.chars().take(most - 1).chain(['…']).collect();
    }
    kept
}

pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
