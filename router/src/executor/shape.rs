//! The shape of an answer, worked out once per operation (and per answer of its `@skip` and `@include`): for each
//! object type that may come, which fields in which order.

use std::{collections::HashMap, sync::Arc};

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{DirectiveList, Type, Value},
    collections::IndexMap,
    executable::{Field as Selected, Selection, SelectionSet},
    schema::{ExtendedType, Implementers},
    validation::Valid,
};
use async_graphql::ServerError;

use crate::{
    cost::Weights,
    data::{Key, Object},
    pipeline::Withheld,
};

/// What a selection of an object becomes.
#[derive(Default)]
pub(crate) struct Shape {
    /// The fields by type name, in its order.
    pub(crate) by_type: Vec<(String, Vec<Field>)>,
    /// Where only one type can come: the fields of an object that does not say its type.
    pub(crate) only: Option<String>,
    /// The interface's name, where it is enough: nothing in the selection depends on the object's type.
    pub(crate) any: Option<Vec<Field>>,
    /// The name of the interface or union.
    pub(crate) name: String,
    /// What an object costs, for types that do not cost 1.
    pub(crate) weights: HashMap<String, u64>,
}

impl Shape {
    /// The type of `object` and its fields; `None` when it is none that may come here.
    pub(crate) fn fields_of<'s>(&'s self, object: &Object) -> Option<(&'s str, &'s [Field])> {
        let any = || Some((self.name.as_str(), self.any.as_deref()?));
        let name = match (object.type_name(), &self.only) {
            (Some(name), _) => name,
            (None, Some(name)) => name.as_bytes(),
            (None, None) => return any(),
        };
        match self.of_type(name) {
            Some((name, fields)) => Some((name, fields)),
            // Only a contributor by `@interfaceObject` has spoken: good enough where the type does not matter.
            None if name == self.name.as_bytes() => any(),
            None => None,
        }
    }

    fn of_type(&self, name: &[u8]) -> Option<&(String, Vec<Field>)> {
        if let [one] = self.by_type.as_slice() {
            return (one.0.as_bytes() == name).then_some(one);
        }
        let place = self.by_type.binary_search_by(|(known, _)| known.as_bytes().cmp(name));
        place.ok().map(|place| &self.by_type[place])
    }
}

/// One field of an answer.
pub(crate) struct Field {
    /// The response key.
    pub(crate) name: String,
    /// Its key in the data.
    pub(crate) key: Key,
    /// The name as it is written: `"key":`.
    pub(crate) prefix: Vec<u8>,
    /// Type and field, for messages.
    pub(crate) coordinate: String,
    /// What it holds.
    pub(crate) kind: Kind,
    /// What one value of it costs; `None` where its type tells.
    pub(crate) weight: Option<u64>,
}

/// Where the value of a field comes from, and its type.
pub(crate) enum Kind {
    /// The type's name, known beforehand: as it is written.
    TypeName(Box<[u8]>),
    /// Introspection, already complete.
    Complete,
    /// Data of this type.
    Data(Output),
    /// The viewer may not see it.
    Withheld {
        /// Null may not stand here.
        is_non_null: bool,
        /// Why, without its path.
        error: Box<ServerError>,
    },
}

/// An output type.
pub(crate) enum Output {
    NonNull(Box<Output>),
    List(Box<Output>),
    Object(Arc<Shape>),
    /// An enum with these values, in their order.
    Enum(Arc<[String]>),
    Int,
    Float,
    String,
    Boolean,
    Id,
    Custom,
}

/// Compiles shapes of one operation.
pub(crate) struct Compiler<'a> {
    pub(crate) schema: &'a Valid<Schema>,
    pub(crate) implementers: &'a apollo_compiler::collections::HashMap<Name, Implementers>,
    pub(crate) document: &'a ExecutableDocument,
    pub(crate) weights: Weights<'a>,
    /// Whether the Boolean variable is true.
    pub(crate) is_true: &'a dyn Fn(&str) -> bool,
    /// What the viewer may not see.
    pub(crate) withheld: &'a Withheld,
    /// Shapes by the selection sets they are made of: types that select alike share them.
    pub(crate) made: HashMap<Vec<usize>, Arc<Shape>>,
}

type Merged<'a> = IndexMap<&'a Name, Found<'a>>;

/// What a response key stands for.
struct Found<'a> {
    field: &'a Node<Selected>,
    children: Vec<&'a SelectionSet>,
    withheld: Option<&'a ServerError>,
}

impl<'a> Compiler<'a> {
    /// The fields of the root.
    pub(crate) fn root(&mut self, selection: &'a SelectionSet) -> Vec<Field> {
        self.fields(&[selection], selection.ty.as_str())
    }

    fn shape(&mut self, sets: &[&'a SelectionSet]) -> Arc<Shape> {
        let key: Vec<usize> = sets.iter().map(|set| std::ptr::from_ref(*set).addr()).collect();
        if let Some(shape) = self.made.get(&key) {
            return shape.clone();
        }
        let name = sets.first().map_or("", |set| set.ty.as_str());
        let mut shape = Shape {
            name: name.to_owned(),
            ..Shape::default()
        };
        match self.schema.types.get(name) {
            Some(ExtendedType::Object(_)) => {
                shape.only = Some(name.to_owned());
                shape.by_type.push((name.to_owned(), self.fields(sets, name)));
            }
            Some(ExtendedType::Union(union)) => {
                for member in &union.members {
                    let fields = self.fields(sets, member.as_str());
                    shape.by_type.push((member.to_string(), fields));
                }
            }
            Some(ExtendedType::Interface(_)) => {
                if let Some(implementers) = self.implementers.get(name) {
                    for object in &implementers.objects {
                        let fields = self.fields(sets, object.as_str());
                        shape.by_type.push((object.to_string(), fields));
                    }
                }
                if !self.depends_on_type(sets, name) {
                    shape.any = Some(self.fields(sets, name));
                }
            }
            _ => {}
        }
        shape.by_type.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        for (name, _) in &shape.by_type {
            let weight = self.weights.of_type(name);
            if weight != 1 {
                shape.weights.insert(name.clone(), weight);
            }
        }
        let shape = Arc::new(shape);
        self.made.insert(key, shape.clone());
        shape
    }

    fn fields(&mut self, sets: &[&'a SelectionSet], type_name: &str) -> Vec<Field> {
        let mut merged = Merged::default();
        for set in sets {
            self.collect(set, type_name, &mut merged);
        }
        merged
            .into_iter()
            .map(|(key, found)| {
                let Found {
                    field: selected,
                    children,
                    withheld,
                } = found;
                let withheld = withheld.map(|error| Kind::Withheld {
                    is_non_null: selected.definition.ty.is_non_null(),
                    error: Box::new(error.clone()),
                });
                let kind = withheld.unwrap_or_else(|| match selected.name.as_str() {
                    "__typename" => Kind::TypeName(format!("\"{type_name}\"").into_bytes().into()),
                    "__schema" | "__type" => Kind::Complete,
                    name => {
                        // An object may promise more than the interface it was selected through.
                        let definition = self.schema.type_field(type_name, name);
                        let ty = definition.map_or(&selected.definition.ty, |definition| &definition.ty);
                        Kind::Data(self.output(ty, &children))
                    }
                });
                Field {
                    name: key.to_string(),
                    key: Key::of(key),
                    prefix: format!("\"{key}\":").into_bytes(),
                    coordinate: format!("{type_name}.{}", selected.name),
                    weight: match &kind {
                        Kind::Data(_) => self.weights.field(type_name, &selected.name),
                        Kind::TypeName(_) | Kind::Complete | Kind::Withheld { .. } => Some(0),
                    },
                    kind,
                }
            })
            .collect()
    }

    fn collect(&self, set: &'a SelectionSet, type_name: &str, merged: &mut Merged<'a>) {
        for selection in &set.selections {
            if self.is_skipped(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    let found = merged.entry(field.response_key()).or_insert_with(|| Found {
                        field,
                        children: Vec::new(),
                        withheld: None,
                    });
                    found.children.push(&field.selection_set);
                    if !self.withheld.is_empty() {
                        let coordinate = format!("{}.{}", set.ty, field.name);
                        found.withheld = found.withheld.or(self.withheld.get(&coordinate));
                    }
                }
                Selection::InlineFragment(fragment) => {
                    if fragment
                        .type_condition
                        .as_ref()
                        .is_none_or(|condition| self.is_a(type_name, condition))
                    {
                        self.collect(&fragment.selection_set, type_name, merged);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.is_a(type_name, fragment.type_condition())
                    {
                        self.collect(&fragment.selection_set, type_name, merged);
                    }
                }
            }
        }
    }

    /// Whether the answer needs the object's own type: it is asked for, or a fragment is on some types only.
    fn depends_on_type(&self, sets: &[&'a SelectionSet], interface: &str) -> bool {
        sets.iter().flat_map(|set| &set.selections).any(|selection| {
            if self.is_skipped(selection.directives()) {
                return false;
            }
            let (condition, inner) = match selection {
                Selection::Field(field) => return field.name == "__typename",
                Selection::InlineFragment(fragment) => (fragment.type_condition.as_ref(), &fragment.selection_set),
                Selection::FragmentSpread(spread) => match self.document.fragments.get(&spread.fragment_name) {
                    Some(fragment) => (Some(fragment.type_condition()), &fragment.selection_set),
                    None => return false,
                },
            };
            condition.is_some_and(|condition| !self.is_a(interface, condition))
                || self.depends_on_type(&[inner], interface)
        })
    }

    fn is_a(&self, concrete: &str, condition: &Name) -> bool {
        concrete == condition.as_str() || self.schema.is_subtype(condition, concrete)
    }

    fn is_skipped(&self, directives: &DirectiveList) -> bool {
        let condition = |name: &str| {
            let value = directives.get(name)?.specified_argument_by_name("if")?;
            match value.as_ref() {
                Value::Boolean(value) => Some(*value),
                Value::Variable(name) => Some((self.is_true)(name)),
                _ => None,
            }
        };
        condition("skip") == Some(true) || condition("include") == Some(false)
    }

    fn output(&mut self, ty: &Type, children: &[&'a SelectionSet]) -> Output {
        match ty {
            Type::NonNullNamed(name) => Output::NonNull(Box::new(self.named(name, children))),
            Type::Named(name) => self.named(name, children),
            Type::NonNullList(item) => Output::NonNull(Box::new(Output::List(Box::new(self.output(item, children))))),
            Type::List(item) => Output::List(Box::new(self.output(item, children))),
        }
    }

    fn named(&mut self, name: &Name, children: &[&'a SelectionSet]) -> Output {
        match (name.as_str(), self.schema.types.get(name)) {
            ("Int", _) => Output::Int,
            ("Float", _) => Output::Float,
            ("String", _) => Output::String,
            ("Boolean", _) => Output::Boolean,
            ("ID", _) => Output::Id,
            (_, Some(ExtendedType::Enum(definition))) => {
                let mut values: Vec<String> = definition.values.keys().map(ToString::to_string).collect();
                values.sort_unstable();
                Output::Enum(values.into())
            }
            (_, Some(ExtendedType::Object(_) | ExtendedType::Interface(_) | ExtendedType::Union(_))) => {
                Output::Object(self.shape(children))
            }
            _ => Output::Custom,
        }
    }
}

impl Output {
    /// Whether null may not stand here.
    pub(crate) fn is_non_null(&self) -> bool {
        matches!(self, Self::NonNull(_))
    }
}
