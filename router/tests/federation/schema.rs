//! The schema a subgraph really serves: its federation SDL with what federation adds.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    Name, Schema,
    executable::{FieldSet, SelectionSet},
    schema::{DirectiveList, ExtendedType},
    validation::Valid,
};

/// What every federation SDL may use without defining it.
const FEDERATION: &str = r"
directive @link(url: String!, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @requires(fields: FieldSet!) on FIELD_DEFINITION
directive @provides(fields: FieldSet!) on FIELD_DEFINITION
directive @external on OBJECT | FIELD_DEFINITION
directive @shareable repeatable on OBJECT | FIELD_DEFINITION
directive @extends on OBJECT | INTERFACE
directive @override(from: String!, label: String) on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM
  | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
directive @interfaceObject on OBJECT
directive @composeDirective(name: String!) repeatable on SCHEMA
directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION
  | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
scalar FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
scalar _Any
type _Service { sdl: String }
";

/// A key of an entity.
#[derive(Clone)]
pub struct Key {
    pub fields: SelectionSet,
    pub resolvable: bool,
}

/// A subgraph's schema and what its federation directives say.
pub struct SubgraphSchema {
    pub schema: Valid<Schema>,
    pub keys: HashMap<Name, Vec<Key>>,
    /// Objects that stand for an interface of another subgraph.
    pub interface_objects: HashSet<Name>,
    external: HashSet<(Name, Name)>,
    provides: HashMap<(Name, Name), Arc<SelectionSet>>,
}

impl SubgraphSchema {
    pub fn new(name: &str, sdl: &str) -> Self {
        let builder = || Schema::builder().adopt_orphan_extensions().parse(sdl, name);
        let parsed = match builder().build() {
            Ok(schema) => schema,
            // Federation's own names are unknown so far.
            Err(errors) => errors.partial,
        };
        let full = builder().parse(additions(&parsed), "federation.graphql").build();
        let full = match full.map(Schema::validate) {
            Ok(Ok(schema)) => schema,
            Ok(Err(errors)) | Err(errors) => panic!("{name}: {}", errors.errors),
        };
        let mut made = Self {
            keys: HashMap::new(),
            interface_objects: HashSet::new(),
            external: HashSet::new(),
            provides: HashMap::new(),
            schema: full.clone(),
        };
        for (type_name, definition) in &full.types {
            made.read(type_name, definition);
        }
        made
    }

    fn read(&mut self, type_name: &Name, definition: &ExtendedType) {
        if definition.directives().has("interfaceObject") {
            self.interface_objects.insert(type_name.clone());
        }
        let keys = keys(&self.schema, type_name, definition.directives());
        let in_key: HashSet<Name> = keys
            .iter()
            .flat_map(|key| key.fields.selections.iter())
            .filter_map(|selection| selection.as_field().map(|field| field.name.clone()))
            .collect();
        if !keys.is_empty() {
            self.keys.insert(type_name.clone(), keys);
        }
        let fields = match definition {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => return,
        };
        let whole = definition.directives().has("external");
        for (name, field) in fields {
            if (whole || field.directives.has("external")) && !in_key.contains(name) {
                self.external.insert((type_name.clone(), name.clone()));
            }
            if let Some(provides) = field.directives.get("provides") {
                let text = argument(provides, "fields");
                let set = field_set(&self.schema, field.ty.inner_named_type(), &text);
                self.provides.insert((type_name.clone(), name.clone()), Arc::new(set));
            }
        }
    }

    /// Whether the field is another subgraph's.
    pub fn is_external(&self, type_name: &str, field: &str) -> bool {
        self.external.iter().any(|(ty, name)| ty == type_name && name == field)
    }

    /// What `@provides` on the field makes available below it.
    pub fn provided_by(&self, type_name: &str, field: &str) -> Option<Arc<SelectionSet>> {
        let found = self
            .provides
            .iter()
            .find(|((ty, name), _)| ty == type_name && name == field);
        found.map(|(_, set)| set.clone())
    }
}

/// What federation adds to a schema with these types.
fn additions(parsed: &Schema) -> String {
    let mut text = FEDERATION.to_owned();
    let entities: Vec<&str> = parsed
        .types
        .iter()
        .filter(|(_, definition)| definition.is_object() && definition.directives().has("key"))
        .map(|(name, _)| name.as_str())
        .collect();
    let entry = if entities.is_empty() {
        ""
    } else {
        text.extend(["union _Entity = ", &entities.join(" | "), "\n"]);
        "_entities(representations: [_Any!]!): [_Entity]!"
    };
    let extend = if parsed.types.contains_key("Query") {
        "extend "
    } else {
        ""
    };
    text + extend + "type Query { _service: _Service! " + entry + " }\n"
}

fn keys(schema: &Valid<Schema>, type_name: &Name, directives: &DirectiveList) -> Vec<Key> {
    directives
        .get_all("key")
        .map(|directive| Key {
            fields: field_set(schema, type_name, &argument(directive, "fields")),
            resolvable: directive
                .specified_argument_by_name("resolvable")
                .and_then(|value| value.to_bool())
                .unwrap_or(true),
        })
        .collect()
}

fn argument(directive: &apollo_compiler::ast::Directive, name: &str) -> String {
    let value = directive
        .specified_argument_by_name(name)
        .and_then(|value| value.as_str());
    value.expect("a field set is text").to_owned()
}

fn field_set(schema: &Valid<Schema>, type_name: &Name, text: &str) -> SelectionSet {
    match FieldSet::parse(schema, type_name.clone(), text, "fields") {
        Ok(set) => set.selection_set,
        Err(errors) => panic!("{type_name} {{{text}}}: {}", errors.errors),
    }
}
