//! Which of our channels a file's channel is, and how sure that is.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{fold, xmltv::FileChannel};

/// One of our channels, as far as it is compared.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its number: before and after the point.
    pub number: (i32, i32),
}

/// By what a channel was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The same name.
    Name,
    /// Nearly the same name.
    SimilarName,
    /// The same number, of one without a name.
    Number,
}

/// The likeliest channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// It.
    pub channel: Uuid,
    /// How sure that is, 0 to 100.
    pub confidence: i32,
    /// By what it was found.
    pub by: By,
}

/// Our channels by name, similar name and number: a look costs the same, however many there are.
#[derive(Debug, Default)]
pub struct Index {
    names: HashMap<String, Vec<Uuid>>,
    similar: HashMap<String, Vec<Uuid>>,
    numbers: HashMap<(i32, i32), Uuid>,
}

impl Index {
    /// An index of `channels`.
    pub fn new(channels: impl IntoIterator<Item = Known>) -> Self {
        let mut index = Self::default();
        for channel in channels {
            index.names.entry(fold(&channel.name)).or_default().push(channel.id);
            let similar = simplify(&channel.name);
            if !similar.is_empty() {
                index.similar.entry(similar).or_default().push(channel.id);
            }
            index.numbers.insert(channel.number, channel.id);
        }
        index
    }

    /// The channel that `file` most likely is; `None` when nothing speaks for any.
    ///
    /// One of the same name is sure (90), of a similar one rather sure (75). Of several the number decides (80, 65);
    /// where it does not, nobody can say (40, 30). A channel without a name is what has its number (65).
    pub fn find(&self, file: &FileChannel) -> Option<Found> {
        let number = file.number.map(|number| (number.major, number.minor));
        let by_number = number.and_then(|number| self.numbers.get(&number)).copied();
        let names = file.names.iter().map(|name| fold(name));
        let similar = file.names.iter().map(|name| simplify(name));
        let by_name = choose(&self.names, names, by_number, (90, 80, 40));
        let by_similar = || choose(&self.similar, similar, by_number, (75, 65, 30));
        let found = by_name
            .map(|(channel, confidence)| (channel, confidence, By::Name))
            .or_else(|| by_similar().map(|(channel, confidence)| (channel, confidence, By::SimilarName)))
            .or_else(|| {
                let channel = by_number.filter(|_| file.names.is_empty())?;
                Some((channel, 65, By::Number))
            });
        found.map(|(channel, confidence, by)| Found {
            channel,
            confidence,
            by,
        })
    }
}

/// Of the channels with one of `names` the only one, or the one that has the number too, or just the first.
fn choose(
    known: &HashMap<String, Vec<Uuid>>,
    names: impl Iterator<Item = String>,
    by_number: Option<Uuid>,
    (alone, by_its_number, unclear): (i32, i32, i32),
) -> Option<(Uuid, i32)> {
    let all: BTreeSet<Uuid> = names.filter_map(|name| known.get(&name)).flatten().copied().collect();
    let first = *all.first()?;
    if all.len() == 1 {
        return Some((first, alone));
    }
    match by_number.filter(|channel| all.contains(channel)) {
        Some(channel) => Some((channel, by_its_number)),
        None => Some((first, unclear)),
    }
}

/// What of a name tells channels apart: no marks, no quality, figures for small numbers. `+1` is another channel.
fn simplify(name: &str) -> String {
    let name = name.to_lowercase().replace('+', " plus ");
    let words = name.split(|character: char| !character.is_alphanumeric());
    let words = words.filter(|word| !["", "hd", "sd", "fhd", "uhd", "4k", "8k"].contains(word));
    let words = words.map(|word| match word {
        "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        other => other,
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::number::ChannelNumber;

    fn index(channels: &[(&str, i32)]) -> Index {
        let known = |(i, (name, number)): (usize, &(&str, i32))| Known {
            id: Uuid::from_u128(i as u128),
            name: (*name).to_owned(),
            number: (*number, 0),
        };
        Index::new(channels.iter().enumerate().map(known))
    }

    fn found(index: &Index, names: &[&str], number: Option<i32>) -> Option<(u128, i32, By)> {
        let file = FileChannel {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            number: number.map(|major| ChannelNumber { major, minor: 0 }),
            ..FileChannel::default()
        };
        let found = index.find(&file)?;
        Some((found.channel.as_u128(), found.confidence, found.by))
    }

    #[test]
    fn names_are_surer_than_similar_names_and_numbers_decide_between_equals() {
        let index = index(&[
            ("BBC One", 1),
            ("BBC Two", 2),
            ("News", 10),
            ("News", 11),
            ("Film+1", 30),
        ]);
        assert_eq!(found(&index, &[" bbc  ONE "], None), Some((0, 90, By::Name)));
        assert_eq!(found(&index, &["BBC 1 HD"], None), Some((0, 75, By::SimilarName)));
        assert_eq!(found(&index, &["News"], Some(11)), Some((3, 80, By::Name)));
        assert_eq!(found(&index, &["News"], None), Some((2, 40, By::Name)));
        assert_eq!(found(&index, &["BBC One", "BBC Two"], None), Some((0, 40, By::Name)));
        assert_eq!(found(&index, &[], Some(2)), Some((1, 65, By::Number)));
        // A number says little about a channel of another name, and +1 is another channel.
        assert_eq!(found(&index, &["Weather"], Some(2)), None);
        assert_eq!(found(&index, &["Film"], None), None);
        assert_eq!(found(&index, &["--"], None), None);
    }

    #[test]
    fn a_hundred_thousand_channels_of_one_name_are_no_trouble() {
        let known = (0..100_000).map(|i| Known {
            id: Uuid::from_u128(i),
            name: "News".to_owned(),
            number: (i32::try_from(i).unwrap(), 0),
        });
        let index = Index::new(known);
        assert_eq!(found(&index, &["News"], Some(77_777)), Some((77_777, 80, By::Name)));
    }
}
