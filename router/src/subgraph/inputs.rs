//! What a fetch is asked with.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use async_graphql::{Name, Value};

use super::Map;

/// The variables of a fetch: the client's as values, representations of entities as the JSON text they are sent as.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    values: Map,
    lists: Vec<(String, Representations)>,
}

impl Inputs {
    /// The client's variables.
    pub fn new(values: Map) -> Self {
        Self {
            values,
            lists: Vec::new(),
        }
    }

    /// Sets the representations of one variable.
    pub(crate) fn represent(&mut self, variable: &str, list: Representations) {
        match self.lists.iter_mut().find(|(known, _)| known == variable) {
            Some((_, known)) => *known = list,
            None => self.lists.push((variable.to_owned(), list)),
        }
    }

    /// Takes the representations out, in their order.
    pub(crate) fn take_lists(&mut self) -> Vec<(String, Representations)> {
        std::mem::take(&mut self.lists)
    }

    /// How many entities are asked for.
    pub(crate) fn entities(&self) -> usize {
        self.lists.iter().map(|(_, list)| list.len()).sum()
    }

    /// Appends all of it as a JSON object.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        crate::executor::write_json(out, &self.values);
        for (variable, list) in &self.lists {
            out.pop();
            if out.last() != Some(&b'{') {
                out.push(b',');
            }
            crate::executor::write_json(out, variable);
            out.push(b':');
            list.write(out);
            out.push(b'}');
        }
    }

    /// All of it as values.
    pub fn into_values(self) -> Map {
        let mut values = self.values;
        for (variable, list) in self.lists {
            values.insert(Name::new(variable), list.to_value());
        }
        values
    }
}

/// Representations (`_Any`) as JSON text, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Representations {
    /// One after the other, without commas.
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// Where one with such a hash is.
    known: HashMap<u64, u32, RandomState>,
}

impl Representations {
    /// Adds what `write` appends, unless it is there; gives its place. `write` says false when there is none.
    pub(crate) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>) -> bool) -> Option<u32> {
        let start = self.text.len();
        if !write(&mut self.text) {
            self.text.truncate(start);
            return None;
        }
        let next = u32::try_from(self.ends.len()).ok()?;
        let hash = self.known.hasher().hash_one(&self.text[start..]);
        let place = *self.known.entry(hash).or_insert(next);
        if place != next && self.get(place as usize) == Some(&self.text[start..]) {
            self.text.truncate(start);
            return Some(place);
        }
        self.ends.push(self.text.len());
        Some(next)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn get(&self, place: usize) -> Option<&[u8]> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }

    /// The text of each.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|place| self.get(place))
    }

    /// Those that `wanted` says.
    pub(crate) fn only(&self, mut wanted: impl FnMut(usize) -> bool) -> Self {
        let mut some = Self::default();
        for (_, text) in self.iter().enumerate().filter(|(place, _)| wanted(*place)) {
            some.text.extend_from_slice(text);
            some.ends.push(some.text.len());
        }
        some
    }

    /// Appends them as a JSON list.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.reserve(self.text.len() + self.len() + 2);
        out.push(b'[');
        for (i, text) in self.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(text);
        }
        out.push(b']');
    }

    fn to_value(&self) -> Value {
        let items = self.iter().map(|text| serde_json::from_slice(text).unwrap_or_default());
        Value::List(items.collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn add(list: &mut Representations, text: &str) -> Option<u32> {
        list.add(|out| {
            out.extend_from_slice(text.as_bytes());
            text != "{}"
        })
    }

    #[test]
    fn representations_are_there_once_and_nothing_is_none() {
        let mut list = Representations::default();
        let added = [r#"{"id":1}"#, "{}", r#"{"id":2}"#, r#"{"id":1}"#].map(|text| add(&mut list, text));
        assert_eq!(added, [Some(0), None, Some(1), Some(0)]);
        let second: Vec<_> = list.only(|place| place == 1).iter().map(<[u8]>::to_vec).collect();
        assert_eq!(second, [br#"{"id":2}"#.to_vec()]);

        let mut inputs = Inputs::new(Map::from_iter([(Name::new("first"), Value::from(5))]));
        inputs.represent("representations", list);
        assert_eq!(inputs.entities(), 2);
        let mut text = Vec::new();
        inputs.write(&mut text);
        let expected = json!({ "first": 5, "representations": [{ "id": 1 }, { "id": 2 }] });
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&text).unwrap(), expected);
        assert_eq!(serde_json::to_value(inputs.into_values()).unwrap(), expected);

        let mut only = Inputs::default();
        only.represent("list", Representations::default());
        text.clear();
        only.write(&mut text);
        assert_eq!(text, br#"{"list":[]}"#);
    }
}
