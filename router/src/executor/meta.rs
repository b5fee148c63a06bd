//! What introspection tells of a schema (GraphQL §4.2): each of its types and what their fields hold.

use std::borrow::Cow;

use apollo_compiler::{
    Name, Node, Schema,
    ast::{Directive, DirectiveDefinition, EnumValueDefinition, FieldDefinition, InputValueDefinition, Type},
    schema::{ComponentName, ExtendedType, Implementers},
};
use async_graphql::Value;

/// An object of introspection.
pub(super) enum Meta<'a> {
    /// `__Schema`
    Schema,
    /// `__Type` with a name
    Named(&'a ExtendedType),
    /// `__Type` of a list or of what may not be null
    Wrapped(Cow<'a, Type>),
    /// `__Field`
    Field(&'a FieldDefinition),
    /// `__InputValue`
    Input(&'a InputValueDefinition),
    /// `__EnumValue`
    Value(&'a EnumValueDefinition),
    /// `__Directive`
    Directive(&'a DirectiveDefinition),
}

/// What a field holds.
pub(super) enum Content<'a> {
    /// A scalar, an enum value, or null.
    Leaf(Value),
    /// An object.
    One(Meta<'a>),
    /// A list of objects.
    Many(Vec<Meta<'a>>),
}

type Interfaces = apollo_compiler::collections::HashMap<Name, Implementers>;

impl<'a> Meta<'a> {
    /// The type of this name.
    pub(super) fn named(schema: &'a Schema, name: &str) -> Option<Self> {
        schema.types.get(name).map(Self::Named)
    }

    /// The value of `__typename`.
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::Schema => "__Schema",
            Self::Named(_) | Self::Wrapped(_) => "__Type",
            Self::Field(_) => "__Field",
            Self::Input(_) => "__InputValue",
            Self::Value(_) => "__EnumValue",
            Self::Directive(_) => "__Directive",
        }
    }

    /// What the field `name` holds; with what is deprecated, where that can be asked for.
    pub(super) fn field(
        &self,
        schema: &'a Schema,
        interfaces: &'a Interfaces,
        name: &str,
        deprecated: bool,
    ) -> Content<'a> {
        match self {
            Self::Schema => of_schema(schema, name),
            Self::Named(definition) => of_type(definition, schema, interfaces, name, deprecated),
            Self::Wrapped(ty) => of_wrapper(ty, schema, name),
            Self::Field(field) => match name {
                "args" => inputs(field.arguments.iter(), deprecated),
                "type" => of_reference(schema, &field.ty),
                _ => of_member(&field.name, field.description.as_ref(), &field.directives, schema, name),
            },
            Self::Input(input) => match name {
                "type" => of_reference(schema, &input.ty),
                "defaultValue" => {
                    let default = input.default_value.as_ref();
                    text(default.map(|value| value.serialize().no_indent().to_string()))
                }
                _ => of_member(&input.name, input.description.as_ref(), &input.directives, schema, name),
            },
            Self::Value(value) => of_member(
                &value.value,
                value.description.as_ref(),
                &value.directives,
                schema,
                name,
            ),
            Self::Directive(directive) => match name {
                "name" => text(Some(directive.name.as_str())),
                "description" => text(directive.description.as_deref()),
                "isRepeatable" => Content::Leaf(Value::Boolean(directive.repeatable)),
                "args" => inputs(directive.arguments.iter(), deprecated),
                "locations" => {
                    let locations = directive.locations.iter().map(|location| location.name());
                    Content::Leaf(Value::List(
                        locations.map(|name| Value::String(name.to_owned())).collect(),
                    ))
                }
                _ => NULL,
            },
        }
    }
}

const NULL: Content<'static> = Content::Leaf(Value::Null);

fn of_schema<'a>(schema: &'a Schema, name: &str) -> Content<'a> {
    let definition = &schema.schema_definition;
    let root = |root: &'a Option<ComponentName>| one(root.as_ref().and_then(|name| Meta::named(schema, name)));
    match name {
        "description" => text(definition.description.as_deref()),
        "types" => Content::Many(schema.types.values().map(Meta::Named).collect()),
        "directives" => Content::Many(
            schema
                .directive_definitions
                .values()
                .map(|definition| Meta::Directive(definition))
                .collect(),
        ),
        "queryType" => root(&definition.query),
        "mutationType" => root(&definition.mutation),
        "subscriptionType" => root(&definition.subscription),
        _ => NULL,
    }
}

fn of_type<'a>(
    definition: &'a ExtendedType,
    schema: &'a Schema,
    interfaces: &'a Interfaces,
    name: &str,
    deprecated: bool,
) -> Content<'a> {
    use ExtendedType::{Enum, InputObject, Interface, Object, Scalar, Union};
    match (name, definition) {
        ("kind", _) => text(Some(kind(definition))),
        ("name", _) => text(Some(definition.name().as_str())),
        ("description", _) => text(definition.description().map(AsRef::as_ref)),
        ("fields", Object(_) | Interface(_)) => {
            let fields = match definition {
                Object(object) => &object.fields,
                Interface(interface) => &interface.fields,
                _ => return NULL,
            };
            let shown = fields.values().filter(|field| deprecated || !is_old(&field.directives));
            Content::Many(shown.map(|field| Meta::Field(field)).collect())
        }
        ("interfaces", Object(object)) => types(schema, object.implements_interfaces.iter().map(|name| &name.name)),
        ("interfaces", Interface(interface)) => {
            types(schema, interface.implements_interfaces.iter().map(|name| &name.name))
        }
        ("possibleTypes", Interface(interface)) => {
            let known = interfaces.get(&interface.name);
            types(schema, known.into_iter().flat_map(|known| &known.objects))
        }
        ("possibleTypes", Union(union)) => types(schema, union.members.iter().map(|member| &member.name)),
        ("enumValues", Enum(definition)) => {
            let values = definition.values.values();
            let shown = values.filter(|value| deprecated || !is_old(&value.directives));
            Content::Many(shown.map(|value| Meta::Value(value)).collect())
        }
        ("inputFields", InputObject(input)) => inputs(input.fields.values().map(|field| &field.node), deprecated),
        ("specifiedByURL", Scalar(scalar)) => {
            let directive = scalar.directives.get("specifiedBy");
            let url = directive.and_then(|directive| directive.specified_argument_by_name("url"));
            text(url.and_then(|url| url.as_str()))
        }
        ("isOneOf", InputObject(input)) => Content::Leaf(Value::Boolean(input.directives.has("oneOf"))),
        ("isOneOf", _) => Content::Leaf(Value::Boolean(false)),
        _ => NULL,
    }
}

const fn kind(definition: &ExtendedType) -> &'static str {
    match definition {
        ExtendedType::Scalar(_) => "SCALAR",
        ExtendedType::Object(_) => "OBJECT",
        ExtendedType::Interface(_) => "INTERFACE",
        ExtendedType::Union(_) => "UNION",
        ExtendedType::Enum(_) => "ENUM",
        ExtendedType::InputObject(_) => "INPUT_OBJECT",
    }
}

fn of_wrapper<'a>(ty: &Type, schema: &'a Schema, name: &str) -> Content<'a> {
    match (name, ty) {
        ("kind", Type::List(_)) => text(Some("LIST")),
        ("kind", _) => text(Some("NON_NULL")),
        ("ofType", Type::List(inner)) => match inner.as_ref() {
            Type::Named(name) => one(Meta::named(schema, name)),
            inner => Content::One(Meta::Wrapped(Cow::Owned(inner.clone()))),
        },
        ("ofType", Type::NonNullNamed(name) | Type::Named(name)) => one(Meta::named(schema, name)),
        ("ofType", Type::NonNullList(inner)) => Content::One(Meta::Wrapped(Cow::Owned(Type::List(inner.clone())))),
        ("isOneOf", _) => Content::Leaf(Value::Boolean(false)),
        _ => NULL,
    }
}

fn of_reference<'a>(schema: &'a Schema, ty: &'a Type) -> Content<'a> {
    match ty {
        Type::Named(name) => one(Meta::named(schema, name)),
        ty => Content::One(Meta::Wrapped(Cow::Borrowed(ty))),
    }
}

/// What fields, input values and enum values have in common.
fn of_member<'a>(
    own_name: &str,
    description: Option<&Node<str>>,
    directives: &apollo_compiler::ast::DirectiveList,
    schema: &Schema,
    name: &str,
) -> Content<'a> {
    match name {
        "name" => text(Some(own_name)),
        "description" => text(description.map(AsRef::as_ref)),
        "isDeprecated" => Content::Leaf(Value::Boolean(is_old(directives))),
        "deprecationReason" => {
            let reason = |directive: &Node<Directive>| {
                let reason = directive.argument_by_name("reason", schema).ok()?;
                reason.as_str().map(str::to_owned)
            };
            text(directives.get("deprecated").and_then(reason))
        }
        _ => NULL,
    }
}

fn is_old(directives: &apollo_compiler::ast::DirectiveList) -> bool {
    directives.has("deprecated")
}

fn inputs<'a>(inputs: impl Iterator<Item = &'a Node<InputValueDefinition>>, deprecated: bool) -> Content<'a> {
    let shown = inputs.filter(|input| deprecated || !is_old(&input.directives));
    Content::Many(shown.map(|input| Meta::Input(input)).collect())
}

fn types<'a>(schema: &'a Schema, names: impl Iterator<Item = &'a Name>) -> Content<'a> {
    Content::Many(names.filter_map(|name| Meta::named(schema, name)).collect())
}

fn one(meta: Option<Meta<'_>>) -> Content<'_> {
    meta.map_or(NULL, Content::One)
}

fn text<'a>(text: Option<impl Into<String>>) -> Content<'a> {
    Content::Leaf(text.map_or(Value::Null, |text| Value::String(text.into())))
}
