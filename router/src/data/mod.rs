//! What flows from the subgraphs to the client: answers on their way through the executor.
//!
//! Most of an answer is only handed on, so nothing is made of it that is not needed. A leaf stays the JSON text it came
//! as ([`Leaf`]), a name is a number ([`Key`]), an object is a short list that is searched from its beginning
//! ([`Object`]). What a fetch selects says beforehand what can come ([`Reading`]); anything else is not read.

mod key;
mod leaf;
mod object;
mod read;
mod reading;
mod scan;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use key::{Key, Names};
pub use leaf::Leaf;
pub use object::Object;
pub(crate) use read::{answer, member};
pub use reading::Reading;
pub use scan::Malformed;
pub(crate) use value::of_value;

/// A part of an answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Data {
    /// Nothing.
    #[default]
    Null,
    /// A string, a number, a Boolean, or the JSON object of a custom scalar.
    Leaf(Leaf),
    /// A list.
    List(Vec<Data>),
    /// An object.
    Object(Object),
}

impl Data {
    /// The field `name` of an object.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(Key::of(name)),
            _ => None,
        }
    }

    /// A leaf, or a list of leaves, as JSON; objects do not know the names of their fields.
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        self.write(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The same, holding on to nothing else: a leaf is a part of the answer it came with, which may be large.
    pub(crate) fn detached(&self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Leaf(leaf) => Self::Leaf(leaf.detached()),
            Self::List(items) => Self::List(items.iter().map(Self::detached).collect()),
            Self::Object(object) => Self::Object(object.detached()),
        }
    }

    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let inner = match self {
            Self::Null => 0,
            Self::Leaf(leaf) => leaf.heap(),
            Self::List(items) => items.iter().map(Self::bytes).sum(),
            Self::Object(object) => object
                .iter()
                .map(|(key, value)| size_of_val(&key) + value.bytes())
                .sum(),
        };
        inner + size_of::<Self>()
    }

    /// Appends it as JSON; objects with fields are not for this, for they do not know their names.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null | Self::Object(_) => out.extend_from_slice(b"null"),
            Self::Leaf(leaf) => out.extend_from_slice(leaf.raw()),
            Self::List(items) => {
                out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    item.write(out);
                }
                out.push(b']');
            }
        }
    }
}
