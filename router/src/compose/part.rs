//! A subgraph as composition sees it: its types, and its own names for federation's directives.

use std::collections::HashMap;

use apollo_compiler::{
    Name, Schema,
    ast::{Directive, DirectiveList, FieldDefinition, Value},
    name,
    schema::{Component, ExtendedType},
};

use crate::{error::Error, sources::Source, supergraph::graphs};

/// A subgraph.
pub(super) struct Part {
    /// Its name.
    pub(super) name: String,
    /// Its types, extensions joined to what they extend.
    pub(super) schema: Schema,
    /// Its value of `join__Graph`.
    pub(super) graph: Name,
    /// Whether it links to federation; without a link it is of federation 1.
    pub(super) is_v2: bool,
    prefix: String,
    imports: HashMap<String, String>,
}

impl Part {
    /// Reads a subgraph. What is wrong with its SDL is told by the composition itself.
    pub(super) fn read(source: &Source) -> Self {
        let builder = Schema::builder().adopt_orphan_extensions();
        let schema = match builder.parse(&source.sdl, &source.name).build() {
            Ok(schema) => schema,
            Err(errors) => errors.partial,
        };
        let mut part = Self {
            name: source.name.clone(),
            graph: name!("join__Graph"),
            is_v2: false,
            prefix: "federation".to_owned(),
            imports: HashMap::new(),
            schema,
        };
        part.read_link();
        part
    }

    fn read_link(&mut self) {
        let links = self.schema.schema_definition.directives.get_all("link");
        let federation = |link: &&Component<Directive>| {
            let url = link.specified_argument_by_name("url").and_then(|url| url.as_str());
            url.is_some_and(|url| url.contains("specs.apollo.dev/federation/"))
        };
        let Some(link) = links.into_iter().find(federation) else {
            return;
        };
        self.is_v2 = true;
        if let Some(prefix) = link.specified_argument_by_name("as").and_then(|prefix| prefix.as_str()) {
            self.prefix = prefix.to_owned();
        }
        let imports = link
            .specified_argument_by_name("import")
            .and_then(|list| list.as_list());
        for import in imports.unwrap_or_default() {
            let (from, to) = match import.as_ref() {
                Value::Object(members) => {
                    let member = |wanted: &str| {
                        let found = members.iter().find(|(member, _)| member == wanted);
                        found.and_then(|(_, value)| value.as_str())
                    };
                    (member("name"), member("as").or_else(|| member("name")))
                }
                import => (import.as_str(), import.as_str()),
            };
            if let (Some(from), Some(to)) = (from, to) {
                let plain = |name: &str| name.trim_start_matches('@').to_owned();
                self.imports.insert(plain(from), plain(to));
            }
        }
    }

    /// Takes its value of `join__Graph` from the composed schema.
    pub(super) fn find_graph(&mut self, composed: &Schema) -> Result<(), Error> {
        let found = graphs(composed)?.into_iter().find(|graph| graph.name == self.name);
        let missing = || Error::Supergraph(format!("subgraph {:?} got lost in composition", self.name));
        self.graph = found.ok_or_else(missing)?.value;
        Ok(())
    }

    /// What it calls the directive of federation `name`.
    pub(super) fn called(&self, name: &str) -> String {
        match self.imports.get(name) {
            Some(local) => local.clone(),
            None if self.is_v2 => format!("{}__{name}", self.prefix),
            None => name.to_owned(),
        }
    }

    /// The directives of a type that are federation's `name`.
    pub(super) fn of_type<'d>(&self, definition: &'d ExtendedType, name: &str) -> Vec<&'d Directive> {
        let local = self.called(name);
        let directives = definition
            .directives()
            .iter()
            .filter(|directive| directive.name.as_str() == local);
        directives.map(|directive| directive.node.as_ref()).collect()
    }

    /// The directive of a field that is federation's `name`.
    pub(super) fn of_field<'d>(&self, directives: &'d DirectiveList, name: &str) -> Option<&'d Directive> {
        directives.get(&self.called(name)).map(AsRef::as_ref)
    }

    /// Its type behind a composed one: root types may have names of their own.
    pub(super) fn type_behind(&self, composed: &str) -> Option<&ExtendedType> {
        let roots = &self.schema.schema_definition;
        let root = match composed {
            "Query" => roots.query.as_ref(),
            "Mutation" => roots.mutation.as_ref(),
            "Subscription" => roots.subscription.as_ref(),
            _ => None,
        };
        let name = root.map_or(composed, |root| root.as_str());
        self.schema
            .types
            .get(name)
            .filter(|definition| !definition.is_built_in())
    }

    /// Its field behind a composed one.
    pub(super) fn field_behind(&self, composed: &str, field: &str) -> Option<&FieldDefinition> {
        fields(self.type_behind(composed)?)?
            .get(field)
            .map(|field| field.node.as_ref())
    }

    /// The text of `fields` of each key of a type, and whether the key is resolvable.
    pub(super) fn keys<'d>(&self, definition: &'d ExtendedType) -> Vec<(&'d str, bool)> {
        let keys = self.of_type(definition, "key").into_iter();
        let key = |directive: &'d Directive| {
            let resolvable = directive
                .specified_argument_by_name("resolvable")
                .and_then(|value| value.to_bool());
            Some((text(directive, "fields")?, resolvable.unwrap_or(true)))
        };
        keys.filter_map(key).collect()
    }

    /// Whether the type is written as an extension of another subgraph's.
    pub(super) fn is_extension(&self, definition: &ExtendedType) -> bool {
        let extended = match definition {
            ExtendedType::Object(object) => !object.extensions().is_empty(),
            ExtendedType::Interface(interface) => !interface.extensions().is_empty(),
            _ => false,
        };
        extended || !self.of_type(definition, "extends").is_empty()
    }

    /// Whether the object stands for an interface of another subgraph.
    pub(super) fn is_interface_object(&self, definition: &ExtendedType) -> bool {
        !self.of_type(definition, "interfaceObject").is_empty()
    }
}

type Fields = apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>;

/// The fields of an object or interface.
pub(super) fn fields(definition: &ExtendedType) -> Option<&Fields> {
    match definition {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    }
}

/// A text argument of a directive. Federation 1 allowed lists of field names as well; composition refuses those.
pub(super) fn text<'d>(directive: &'d Directive, name: &str) -> Option<&'d str> {
    directive.specified_argument_by_name(name)?.as_str()
}

/// What may stand between two names.
const BETWEEN: [char; 5] = [' ', ',', '\n', '\t', '\r'];

/// The names in a field set, each with what is selected below it.
pub(super) fn selected(set: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut rest = set.trim();
    while let Some(first) = rest.chars().next() {
        if first == '{' {
            let end = closing(rest);
            if let Some(last) = found.last_mut() {
                last.1 = &rest[1..end];
            }
            rest = rest.get(end + 1..).unwrap_or_default().trim_start_matches(BETWEEN);
        } else {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
                .max(first.len_utf8());
            found.push((&rest[..end], ""));
            rest = rest[end..].trim_start_matches(BETWEEN);
        }
    }
    found
}

/// Where the brace that the text begins with is closed.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    text.len()
}
