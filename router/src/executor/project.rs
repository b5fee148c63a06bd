//! The last step: what the client asked for, in its order, as JSON text.
//!
//! Types are checked on the way (GraphQL §6.4.3): what the schema does not know becomes null, and a null that may not
//! be carries upwards to the nearest place where it may. Nothing is built for that: the text is cut back.

use async_graphql::{PathSegment, ServerError};

use super::{
    merge::State,
    shape::{Field, Kind, Output, Shape},
};
use crate::{
    data::{Data, Leaf, Object},
    error::related,
    pipeline::Context,
};

/// Most errors the projection adds to an answer.
const MAX_ERRORS: usize = 50;

/// An answer as text, and what it cost.
pub(crate) struct Written {
    pub(crate) body: Vec<u8>,
    pub(crate) cost: u64,
    /// There are no errors.
    pub(crate) is_whole: bool,
}

/// Writes the answer: `{"data":…}` with the errors, if there are any.
pub(crate) fn answer(fields: &[Field], state: State, context: &Context) -> Written {
    let State { data, errors, dangling } = state;
    let mut writer = Writer {
        out: Vec::with_capacity(4096),
        known: errors.len(),
        errors,
        dangling,
        cost: 0,
    };
    writer.out.extend_from_slice(b"{\"data\":");
    let empty = Object::default();
    let root = match &data {
        Data::Object(root) => root,
        _ => &empty,
    };
    if writer.object(fields, root, &Path::Root) != Outcome::Written {
        writer.out.extend_from_slice(b"null");
    }
    context.note_errors(&writer.errors);
    if !writer.errors.is_empty() {
        writer.out.extend_from_slice(b",\"errors\":");
        write_json(&mut writer.out, &writer.errors);
    }
    writer.out.push(b'}');
    Written {
        body: writer.out,
        cost: writer.cost,
        is_whole: writer.errors.is_empty(),
    }
}

/// Appends `value` as JSON.
pub(crate) fn write_json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    serde_json::to_writer(out, value).expect("values and errors are JSON, and memory takes all");
}

/// Where we are; a list linked upwards, so that it costs nothing until an error needs it.
enum Path<'p> {
    Root,
    Key(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn segments(&self) -> Vec<PathSegment> {
        let mut segments = Vec::new();
        let mut path = self;
        loop {
            path = match path {
                Path::Root => break,
                Path::Key(parent, key) => {
                    segments.push(PathSegment::Field((*key).to_owned()));
                    parent
                }
                Path::Index(parent, index) => {
                    segments.push(PathSegment::Index(*index));
                    parent
                }
            };
        }
        segments.reverse();
        segments
    }
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Outcome {
    /// Text was written.
    Written,
    /// Nothing was written: the value is null.
    Null,
    /// Nothing was written: something inside may not be null but is, and that has been told.
    Nulled,
}

struct Writer {
    out: Vec<u8>,
    errors: Vec<ServerError>,
    /// How many errors came from the subgraphs.
    known: usize,
    dangling: bool,
    /// What was written so far costs so much.
    cost: u64,
}

impl Writer {
    fn complete(&mut self, output: &Output, value: Option<&Data>, path: &Path<'_>, at: &Field) -> Outcome {
        match output {
            Output::NonNull(inner) => match self.complete(inner, value, path, at) {
                Outcome::Null => {
                    self.report(value, path, &at.coordinate);
                    Outcome::Nulled
                }
                outcome => outcome,
            },
            Output::List(item) => self.list(item, value, path, at),
            Output::Object(shape) => match value {
                Some(Data::Object(object)) => match shape.fields_of(object) {
                    Some((_, fields)) => {
                        let weight = at.weight.unwrap_or_else(|| weight_of(shape, object));
                        self.cost = self.cost.saturating_add(weight);
                        self.object(fields, object, path)
                    }
                    None => Outcome::Null,
                },
                _ => Outcome::Null,
            },
            leaf => {
                let outcome = self.leaf(leaf, value);
                if outcome == Outcome::Written {
                    self.cost = self.cost.saturating_add(at.weight.unwrap_or(0));
                }
                outcome
            }
        }
    }

    fn object(&mut self, fields: &[Field], object: &Object, path: &Path<'_>) -> Outcome {
        let (start, mut hint) = (self.out.len(), 0);
        self.out.push(b'{');
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(&field.prefix);
            match &field.kind {
                Kind::TypeName(text) => self.out.extend_from_slice(text),
                Kind::Complete => match object.get(field.key) {
                    Some(value) => value.write(&mut self.out),
                    None => self.out.extend_from_slice(b"null"),
                },
                Kind::Withheld { is_non_null, error } => {
                    self.withhold(error, &Path::Key(path, &field.name));
                    if *is_non_null {
                        self.out.truncate(start);
                        return Outcome::Nulled;
                    }
                    self.out.extend_from_slice(b"null");
                }
                Kind::Data(output) => {
                    let value = object.get_near(field.key, &mut hint);
                    let path = Path::Key(path, &field.name);
                    if self.complete(output, value, &path, field) != Outcome::Written {
                        if output.is_non_null() {
                            self.out.truncate(start);
                            return Outcome::Nulled;
                        }
                        self.out.extend_from_slice(b"null");
                    }
                }
            }
        }
        self.out.push(b'}');
        Outcome::Written
    }

    fn list(&mut self, item: &Output, value: Option<&Data>, path: &Path<'_>, at: &Field) -> Outcome {
        let Some(Data::List(items)) = value else {
            return Outcome::Null;
        };
        let start = self.out.len();
        self.out.push(b'[');
        for (i, value) in items.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            if self.complete(item, Some(value), &Path::Index(path, i), at) != Outcome::Written {
                if item.is_non_null() {
                    self.out.truncate(start);
                    return Outcome::Nulled;
                }
                self.out.extend_from_slice(b"null");
            }
        }
        self.out.push(b']');
        Outcome::Written
    }

    fn leaf(&mut self, output: &Output, value: Option<&Data>) -> Outcome {
        let leaf = match (output, value) {
            (_, None | Some(Data::Null)) => return Outcome::Null,
            (_, Some(Data::Leaf(leaf))) => leaf,
            (Output::Custom, Some(value)) => {
                value.write(&mut self.out);
                return Outcome::Written;
            }
            _ => return Outcome::Null,
        };
        let raw = leaf.raw();
        let is_number = matches!(raw.first(), Some(b'-' | b'0'..=b'9'));
        let fits = match output {
            Output::Enum(values) => is_one_of(values, leaf),
            Output::Int => is_number && is_int(raw),
            Output::Float => is_number,
            Output::Id if is_number => {
                self.out.push(b'"');
                self.out.extend_from_slice(raw);
                self.out.push(b'"');
                return Outcome::Written;
            }
            Output::String | Output::Id => raw.first() == Some(&b'"'),
            Output::Boolean => matches!(raw.first(), Some(b't' | b'f')),
            Output::Custom => true,
            Output::NonNull(_) | Output::List(_) | Output::Object(_) => false,
        };
        if !fits {
            return Outcome::Null;
        }
        self.out.extend_from_slice(raw);
        Outcome::Written
    }

    /// Tells of a field that is not for this viewer.
    fn withhold(&mut self, error: &ServerError, path: &Path<'_>) {
        if self.errors.len() < self.known + MAX_ERRORS {
            self.errors.push(error.clone().with_path(path.segments()));
        }
    }

    /// Tells of a null that may not be, unless a subgraph's error explains it already.
    fn report(&mut self, value: Option<&Data>, path: &Path<'_>, at: &str) {
        // A reference to something that is gone is no error: its owner said so, the place shows null.
        if (self.dangling && value.is_none()) || self.errors.len() >= self.known + MAX_ERRORS {
            return;
        }
        let path = path.segments();
        if self.errors.iter().any(|error| related(&error.path, &path)) {
            return;
        }
        let message = format!("{at} is null, which its type does not allow");
        let code = kernel::ErrorCode::Internal;
        self.errors
            .push(crate::error::coded(code.name(), code.status(), message).with_path(path));
    }
}

/// What an object costs, where its type tells.
fn weight_of(shape: &Shape, object: &Object) -> u64 {
    if shape.weights.is_empty() {
        return 1;
    }
    let name = object.type_name().and_then(|name| std::str::from_utf8(name).ok());
    let weight = name.and_then(|name| shape.weights.get(name));
    weight.copied().unwrap_or(1)
}

fn is_one_of(values: &[String], leaf: &Leaf) -> bool {
    let is = |name: &[u8]| values.binary_search_by(|known| known.as_bytes().cmp(name)).is_ok();
    leaf.quoted().is_some_and(is)
}

/// Whether the number is a whole one of 32 bits.
fn is_int(raw: &[u8]) -> bool {
    let number = std::str::from_utf8(raw).ok().and_then(|text| text.parse::<i32>().ok());
    number.is_some()
}
