//! Objects: few fields each, so they are looked for one by one.

use super::{Data, Key};

/// The fields of an object; none twice.
#[derive(Debug, Clone, Default)]
pub struct Object(Vec<(Key, Data)>);

impl Object {
    /// An object that is to have so many fields.
    pub(super) fn with_capacity(fields: usize) -> Self {
        Self(Vec::with_capacity(fields))
    }

    /// Adds a field, which the caller knows not to be there.
    #[inline]
    pub(super) fn push(&mut self, key: Key, value: Data) {
        self.0.push((key, value));
    }

    /// How many fields there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Data> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// The field `key`, looked for from the place `hint` on; the hint becomes the place behind it. Who asks for fields
    /// in their order finds each at once.
    #[inline]
    pub(crate) fn get_near(&self, key: Key, hint: &mut usize) -> Option<&Data> {
        let place = self.place_near(key, *hint)?;
        *hint = place + 1;
        Some(&self.0[place].1)
    }

    /// As [`Object::get_near`], for changing.
    #[inline]
    pub(crate) fn get_near_mut(&mut self, key: Key, hint: &mut usize) -> Option<&mut Data> {
        let place = self.place_near(key, *hint)?;
        *hint = place + 1;
        Some(&mut self.0[place].1)
    }

    #[inline]
    fn place_near(&self, key: Key, hint: usize) -> Option<usize> {
        let is = |(known, _): &(Key, Data)| *known == key;
        let (before, behind) = self.0.split_at(hint.min(self.0.len()));
        let found = behind.iter().position(is).map(|place| before.len() + place);
        found.or_else(|| before.iter().position(is))
    }

    pub(crate) fn get_mut(&mut self, key: Key) -> Option<&mut Data> {
        self.0
            .iter_mut()
            .find(|(known, _)| *known == key)
            .map(|(_, value)| value)
    }

    /// Sets a field.
    pub(crate) fn insert(&mut self, key: Key, value: Data) {
        match self.get_mut(key) {
            Some(known) => *known = value,
            None => self.push(key, value),
        }
    }

    /// Takes a field out; the order of the others changes.
    pub(crate) fn remove(&mut self, key: Key) -> Option<Data> {
        let place = self.0.iter().position(|(known, _)| *known == key)?;
        Some(self.0.swap_remove(place).1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key, &Data)> {
        self.0.iter().map(|(key, value)| (*key, value))
    }

    /// What it says its type is.
    #[inline]
    pub(crate) fn type_name(&self) -> Option<&[u8]> {
        match self.get(Key::TYPENAME) {
            Some(Data::Leaf(leaf)) => leaf.quoted(),
            _ => None,
        }
    }

    /// Adds fields, which the caller knows not to be there.
    pub(crate) fn extend(&mut self, new: Vec<(Key, Data)>) {
        if self.0.is_empty() {
            self.0 = new;
        } else {
            self.0.extend(new);
        }
    }

    pub(super) fn detached(&self) -> Self {
        Self(self.0.iter().map(|(key, value)| (*key, value.detached())).collect())
    }
}

impl IntoIterator for Object {
    type Item = (Key, Data);
    type IntoIter = std::vec::IntoIter<(Key, Data)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<(Key, Data)> for Object {
    fn from_iter<I: IntoIterator<Item = (Key, Data)>>(fields: I) -> Self {
        let mut object = Self::default();
        for (key, value) in fields {
            object.insert(key, value);
        }
        object
    }
}

/// The order of fields says nothing.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}
