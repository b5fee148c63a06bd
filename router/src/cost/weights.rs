//! What the subgraphs say about a field: `@cost(weight:)` and `@listSize(…)`.

use apollo_compiler::{
    Schema,
    ast::{Directive, FieldDefinition, InputValueDefinition, Value},
    schema::ExtendedType,
};

/// The weights of a graph.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'s> {
    /// The supergraph, with its directives.
    pub(crate) schema: &'s Schema,
    /// Size of a list that no `@listSize` speaks of.
    pub(crate) list_size: u64,
}

/// `@listSize` of a field.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ListSize {
    /// The size when no argument tells.
    pub(crate) assumed: Option<u64>,
    /// Arguments that tell the size.
    pub(crate) slicing: Vec<String>,
    /// The lists it is about, when the field is not one itself: `edges` of a connection.
    pub(crate) sized: Vec<String>,
    /// Whether exactly one of the arguments must be given.
    pub(crate) one_required: bool,
}

impl<'s> Weights<'s> {
    /// The weight of one value of a field: its own, else its type's, else 1 for an object and 0 for a leaf. `None` where
    /// each object has the weight of its own type.
    pub(crate) fn field(&self, type_name: &str, field: &str) -> Option<u64> {
        let Some(definition) = self.definition(type_name, field) else {
            return Some(0);
        };
        if let Some(own) = self.directive(type_name, field, "cost").and_then(weight) {
            return Some(own);
        }
        let ty = definition.ty.inner_named_type();
        let definition = self.schema.types.get(ty);
        let several = matches!(definition, Some(ExtendedType::Interface(_) | ExtendedType::Union(_)));
        if several { self.own(ty) } else { Some(self.of_type(ty)) }
    }

    /// The weight of a value of this type.
    pub(crate) fn of_type(&self, name: &str) -> u64 {
        let leaf = matches!(
            self.schema.types.get(name),
            None | Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_))
        );
        self.own(name).unwrap_or(u64::from(!leaf))
    }

    fn own(&self, name: &str) -> Option<u64> {
        let definition = self.schema.types.get(name)?;
        definition.directives().get("cost").and_then(|cost| weight(cost))
    }

    /// The weight that an argument or a member of an input object has of its own.
    pub(crate) fn of_input(definition: &InputValueDefinition) -> Option<u64> {
        definition.directives.get("cost").and_then(|cost| weight(cost))
    }

    /// What is known of the size of a list, or of the lists right below a field.
    pub(crate) fn list_size(&self, type_name: &str, field: &str) -> Option<ListSize> {
        let directive = self.directive(type_name, field, "listSize")?;
        let slicing = names(directive, "slicingArguments");
        let required = directive.specified_argument_by_name("requireOneSlicingArgument");
        Some(ListSize {
            assumed: directive
                .specified_argument_by_name("assumedSize")
                .and_then(|size| amount(size)),
            one_required: !slicing.is_empty() && required.and_then(|required| required.to_bool()).unwrap_or(true),
            slicing,
            sized: names(directive, "sizedFields"),
        })
    }

    /// The field as the supergraph defines it.
    pub(crate) fn definition(&self, type_name: &str, field: &str) -> Option<&'s FieldDefinition> {
        let definition = self.schema.type_field(type_name, field).ok()?;
        Some(definition)
    }

    /// The directive on the field, or on the same field of an interface: who asks for `Title.related` and who asks for
    /// `Movie.related` ask for the same.
    fn directive(&self, type_name: &str, field: &str, directive: &str) -> Option<&'s Directive> {
        let on = |name: &str| {
            let definition = self.definition(name, field)?;
            definition.directives.get(directive).map(AsRef::as_ref)
        };
        on(type_name).or_else(|| {
            let interfaces = match self.schema.types.get(type_name)? {
                ExtendedType::Object(object) => &object.implements_interfaces,
                ExtendedType::Interface(interface) => &interface.implements_interfaces,
                _ => return None,
            };
            interfaces.iter().find_map(|interface| on(interface.name.as_str()))
        })
    }
}

/// `weight`: a whole number, or (as IBM has it) a number in a string, then rounded up. Less than nothing is nothing.
fn weight(cost: &Directive) -> Option<u64> {
    match cost.specified_argument_by_name("weight")?.as_ref() {
        Value::String(text) => {
            let weight: f64 = text.parse().ok()?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a float is cut to the range of the integer, which is what is wanted"
            )]
            Some(weight.ceil() as u64)
        }
        value => amount(value),
    }
}

/// A number that is not negative; one that is counts as 0.
pub(super) fn amount(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => {
            let number: i64 = number.as_str().parse().ok()?;
            Some(u64::try_from(number).unwrap_or(0))
        }
        _ => None,
    }
}

fn names(directive: &Directive, argument: &str) -> Vec<String> {
    let value = directive.specified_argument_by_name(argument);
    let items = match value.map(AsRef::as_ref) {
        Some(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    let names = items.iter().filter_map(|name| name.as_str());
    names.map(str::to_owned).collect()
}
