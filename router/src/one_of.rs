//! `@oneOf` (GraphQL of September 2025, §3.10.1): exactly one field of such an input is given, and it is not null.
//! The compiler library does not know it; what it takes is here.

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{DirectiveDefinition, DirectiveLocation, FieldDefinition, Type, Value},
    collections::IndexMap,
    executable::{Operation, Selection, SelectionSet},
    name,
    response::{JsonMap, serde_json_bytes::Value as Json},
    schema::{Component, ExtendedType, InputObjectType},
    validation::Valid,
};

const DIRECTIVE: Name = name!("oneOf");

/// Makes the directive and `__Type.isOneOf` known.
pub(crate) fn introduce(schema: &mut Schema) {
    let directive = DirectiveDefinition {
        description: Some("Exactly one field of the input object is given, and it is not null.".into()),
        name: DIRECTIVE,
        arguments: Vec::new(),
        repeatable: false,
        locations: vec![DirectiveLocation::InputObject],
    };
    schema.directive_definitions.insert(DIRECTIVE, Node::new(directive));
    if let Some(ExtendedType::Object(definition)) = schema.types.get_mut("__Type") {
        let field = FieldDefinition {
            description: Some("Whether exactly one field of this INPUT_OBJECT is to be given; false otherwise.".into()),
            name: name!("isOneOf"),
            arguments: Vec::new(),
            ty: Type::NonNullNamed(name!("Boolean")),
            directives: apollo_compiler::ast::DirectiveList::default(),
        };
        let fields = &mut definition.make_mut().fields;
        fields.insert(field.name.clone(), Component::new(field));
    }
}

/// Whether an input of the schema has the directive.
pub(crate) fn is_used(schema: &Schema) -> bool {
    schema
        .types
        .values()
        .any(|definition| definition.directives().has(&DIRECTIVE))
}

/// The schema as text: it defines the directive only when it uses it.
pub(crate) fn sdl(schema: &Valid<Schema>) -> String {
    if is_used(schema) {
        return schema.to_string();
    }
    let mut schema = Schema::clone(schema);
    schema.directive_definitions.shift_remove(&DIRECTIVE);
    schema.to_string()
}

/// What is wrong with the literals of an operation (§5.6.3), in arguments and in defaults of variables.
pub(crate) fn check_document(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<(), String> {
    if !is_used(schema) {
        return Ok(());
    }
    let check = Check { schema, operation };
    for variable in &operation.variables {
        if let Some(default) = &variable.default_value {
            check.literal(&variable.ty, default)?;
        }
    }
    check.selection(&operation.selection_set)?;
    let mut fragments = document.fragments.values();
    fragments.try_for_each(|fragment| check.selection(&fragment.selection_set))
}

/// What is wrong with the value of a variable; the variable's name comes with it.
pub(crate) fn check_variables<'o>(
    schema: &Schema,
    operation: &'o Operation,
    values: &JsonMap,
) -> Result<(), (&'o str, String)> {
    let check = Check { schema, operation };
    operation.variables.iter().try_for_each(|variable| {
        let Some(value) = values.get(variable.name.as_str()) else {
            return Ok(());
        };
        check.json(&variable.ty, value).map_err(|message| {
            (
                variable.name.as_str(),
                format!("variable `${}`: {message}", variable.name),
            )
        })
    })
}

struct Check<'a> {
    schema: &'a Schema,
    operation: &'a Operation,
}

impl<'a> Check<'a> {
    fn selection(&self, set: &SelectionSet) -> Result<(), String> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        if let Some(definition) = field.definition.argument_by_name(&argument.name) {
                            self.literal(&definition.ty, &argument.value)?;
                        }
                    }
                    self.selection(&field.selection_set)?;
                }
                Selection::InlineFragment(fragment) => self.selection(&fragment.selection_set)?,
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    fn literal(&self, ty: &Type, value: &Value) -> Result<(), String> {
        let fields = match value {
            Value::List(items) => return items.iter().try_for_each(|item| self.literal(ty.item_type(), item)),
            Value::Object(fields) => fields,
            _ => return Ok(()),
        };
        let Some(input) = self.input(ty) else { return Ok(()) };
        if input.directives.has(&DIRECTIVE) {
            let given = fields.iter().map(|(name, value)| {
                let is_null = match value.as_ref() {
                    Value::Null => true,
                    Value::Variable(variable) => self.may_be_null(variable),
                    _ => false,
                };
                (name.as_str(), is_null)
            });
            exactly_one(&input.name, given)?;
        }
        fields
            .iter()
            .try_for_each(|(name, value)| match input.fields.get(name) {
                Some(field) => self.literal(&field.ty, value),
                None => Ok(()),
            })
    }

    fn json(&self, ty: &Type, value: &Json) -> Result<(), String> {
        let fields = match value {
            Json::Array(items) => return items.iter().try_for_each(|item| self.json(ty.item_type(), item)),
            Json::Object(fields) => fields,
            _ => return Ok(()),
        };
        let Some(input) = self.input(ty) else { return Ok(()) };
        if input.directives.has(&DIRECTIVE) {
            let given = fields.iter().map(|(name, value)| (name.as_str(), value.is_null()));
            exactly_one(&input.name, given)?;
        }
        fields
            .iter()
            .try_for_each(|(name, value)| match input.fields.get(name.as_str()) {
                Some(field) => self.json(&field.ty, value),
                None => Ok(()),
            })
    }

    fn input(&self, ty: &Type) -> Option<&'a InputObjectType> {
        self.schema.get_input_object(ty.inner_named_type()).map(AsRef::as_ref)
    }

    fn may_be_null(&self, variable: &Name) -> bool {
        let mut variables = self.operation.variables.iter();
        // A variable of another operation's fragment is that operation's affair.
        variables
            .find(|definition| definition.name == *variable)
            .is_some_and(|definition| !definition.ty.is_non_null())
    }
}

fn exactly_one<'v>(input: &str, given: impl Iterator<Item = (&'v str, bool)>) -> Result<(), String> {
    let given: IndexMap<&str, bool> = given.collect();
    match given.iter().next() {
        Some((_, false)) if given.len() == 1 => Ok(()),
        Some((name, true)) if given.len() == 1 => Err(format!("`{name}` of `{input}` may not be null (@oneOf)")),
        _ => Err(format!(
            "`{input}` takes exactly one field, {} are given (@oneOf)",
            given.len()
        )),
    }
}
