//! Channel numbers: `5.1` stands between `5` and `6`.

/// A channel's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelNumber {
    /// The part before the point.
    pub major: i32,
    /// The part after it; 0 when there is none.
    pub minor: i32,
}

impl ChannelNumber {
    /// Reads `5`, `5.1` or, as American guides write it, `5-1`.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = match text.trim().split_once(['.', '-']) {
            Some((major, minor)) => (digits(major, 5)?, digits(minor, 4).filter(|minor| *minor > 0)?),
            None => (digits(text.trim(), 5)?, 0),
        };
        Some(Self { major, minor })
    }
}

impl std::fmt::Display for ChannelNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.minor == 0 {
            write!(f, "{}", self.major)
        } else {
            write!(f, "{}.{}", self.major, self.minor)
        }
    }
}

fn digits(text: &str, most: usize) -> Option<i32> {
    let is_number = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_as_people_count() {
        let mut numbers: Vec<_> = ["10", "5.10", "6", "5", "5-2", "007"]
            .iter()
            .filter_map(|text| ChannelNumber::parse(text))
            .collect();
        numbers.sort();
        let texts: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["5", "5.2", "5.10", "6", "7", "10"]);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "BBC1", "5.", ".1", "5.0", "5.1.1", "-1", "123456", "٣"] {
            assert_eq!(ChannelNumber::parse(text), None, "{text}");
        }
    }
}
