//! What the composition library refuses though Apollo's composition takes it, put into words it takes. The join
//! directives are written from the subgraphs as they are, so nothing of this is left in the graph.

use std::collections::{BTreeSet, HashMap};

use apollo_compiler::{
    Name, Node,
    ast::{
        Argument, Definition, Directive, DirectiveDefinition, DirectiveList, Document, EnumValueDefinition,
        FieldDefinition, Type, Value,
    },
    name,
    schema::ExtendedType,
};

use super::part::{Part, fields, selected};
use crate::sources::Source;

/// The SDL of each subgraph for the library.
pub(super) fn rewritten(sources: &[Source], parts: &[Part]) -> Vec<String> {
    let wanted = Wanted::of(parts);
    let rewrite = |(source, part): (&Source, &Part)| match Document::parse(&source.sdl, &source.name) {
        Ok(mut document) if part.is_v2 => {
            let mut seen = BTreeSet::new();
            for definition in &mut document.definitions {
                wanted.apply(part, definition, &mut seen);
            }
            document.to_string()
        }
        // Federation 1 is as lenient; what cannot be parsed the library tells.
        _ => source.sdl.clone(),
    };
    sources.iter().zip(parts).map(rewrite).collect()
}

/// What all subgraphs together ask for.
struct Wanted {
    /// Objects that are entities in one subgraph at least.
    entities: BTreeSet<Name>,
    /// The values of enums of which a hidden one is not everywhere.
    enums: HashMap<Name, Vec<Name>>,
    /// Types of fields of which subgraphs have more and less general ones: the most general.
    general: HashMap<(Name, Name), Name>,
    /// Arguments of directives that have a default in one subgraph.
    defaults: HashMap<(Name, Name), Node<Value>>,
}

impl Wanted {
    fn of(parts: &[Part]) -> Self {
        let mut wanted = Self {
            entities: BTreeSet::new(),
            enums: HashMap::new(),
            general: HashMap::new(),
            defaults: HashMap::new(),
        };
        for part in parts {
            for (name, definition) in &part.schema.types {
                if definition.is_object() && !part.keys(definition).is_empty() {
                    wanted.entities.insert(name.clone());
                }
                if definition.is_enum() {
                    wanted.read_enum(parts, name);
                }
                for (field, definition) in fields(definition).into_iter().flatten() {
                    wanted.read_field(parts, name, field, definition.ty.inner_named_type());
                }
            }
            for (name, definition) in &part.schema.directive_definitions {
                for argument in &definition.arguments {
                    if let Some(default) = &argument.default_value {
                        let key = (name.clone(), argument.name.clone());
                        wanted.defaults.insert(key, default.clone());
                    }
                }
            }
        }
        wanted
    }

    fn read_enum(&mut self, parts: &[Part], name: &Name) {
        let mut values = BTreeSet::new();
        let mut hidden = BTreeSet::new();
        for part in parts {
            let Some(definition) = part.schema.get_enum(name) else {
                continue;
            };
            for (value, definition) in &definition.values {
                values.insert(value.clone());
                if part.of_field(&definition.directives, "inaccessible").is_some() {
                    hidden.insert(value.clone());
                }
            }
        }
        let everywhere = |value: &Name| {
            let mut enums = parts.iter().filter_map(|part| part.schema.get_enum(name));
            enums.all(|definition| definition.values.contains_key(value))
        };
        let missing: Vec<&Name> = values.iter().filter(|value| !everywhere(value)).collect();
        // One that all may see and that is not everywhere stays an error.
        if !missing.is_empty() && missing.iter().all(|value| hidden.contains(*value)) {
            self.enums.insert(name.clone(), values.into_iter().collect());
        }
    }

    /// Whether all subgraphs' types of a field are, or are behind, `candidate`.
    fn read_field(&mut self, parts: &[Part], type_name: &Name, field: &Name, candidate: &Name) {
        let types = parts.iter().filter_map(|part| part.field_behind(type_name, field));
        let others: BTreeSet<&Name> = types.map(|definition| definition.ty.inner_named_type()).collect();
        let general = others.len() > 1
            && others
                .iter()
                .all(|other| *other == candidate || is_behind(parts, candidate, other));
        if general {
            self.general
                .insert((type_name.clone(), field.clone()), candidate.clone());
        }
    }

    fn apply(&self, part: &Part, definition: &mut Definition, seen: &mut BTreeSet<Name>) {
        match definition {
            Definition::ObjectTypeDefinition(object) => {
                let object = object.make_mut();
                self.object(part, &object.name, &mut object.directives, &mut object.fields, seen);
            }
            Definition::ObjectTypeExtension(object) => {
                let object = object.make_mut();
                self.object(part, &object.name, &mut object.directives, &mut object.fields, seen);
            }
            Definition::InterfaceTypeDefinition(interface) => {
                let interface = interface.make_mut();
                self.generalise(&interface.name, &mut interface.fields);
            }
            Definition::EnumTypeDefinition(definition) => {
                let definition = definition.make_mut();
                if let Some(values) = self.enums.get(&definition.name) {
                    complete(&mut definition.values, values);
                }
            }
            Definition::DirectiveDefinition(definition) => self.directive(definition.make_mut()),
            _ => {}
        }
    }

    fn directive(&self, definition: &mut DirectiveDefinition) {
        for argument in &mut definition.arguments {
            let key = (definition.name.clone(), argument.name.clone());
            if let (None, Some(default)) = (&argument.default_value, self.defaults.get(&key)) {
                argument.make_mut().default_value = Some(default.clone());
            }
        }
    }

    fn object(
        &self,
        part: &Part,
        name: &Name,
        directives: &mut DirectiveList,
        fields: &mut [Node<FieldDefinition>],
        seen: &mut BTreeSet<Name>,
    ) {
        let Some(whole) = part.schema.types.get(name) else {
            return;
        };
        // An entity elsewhere may be a plain object here.
        let plain = part.keys(whole).is_empty() && !part.is_interface_object(whole);
        if plain && self.entities.contains(name) && seen.insert(name.clone()) {
            directives.push(non_resolvable_key(&part.called("key")));
        }
        // `@shareable` on a type is `@shareable` on its fields, and says nothing of fields it does not have.
        let shareable = part.called("shareable");
        let on_type = directives.get(&shareable).is_some();
        directives.0.retain(|directive| directive.name.as_str() != shareable);
        let nested = in_nested_keys(part, name);
        for field in fields.iter_mut() {
            let wanted = on_type || nested.contains(field.name.as_str());
            if wanted && field.directives.get(&shareable).is_none() {
                field.make_mut().directives.push(plain_directive(&shareable));
            }
        }
        self.generalise(name, fields);
    }

    fn generalise(&self, type_name: &Name, fields: &mut [Node<FieldDefinition>]) {
        for field in fields {
            if let Some(general) = self.general.get(&(type_name.clone(), field.name.clone())) {
                let ty = with_name(&field.ty, general);
                field.make_mut().ty = ty;
            }
        }
    }
}

/// Whether `name` is a member of the union or interface `general` in any subgraph.
fn is_behind(parts: &[Part], general: &Name, name: &Name) -> bool {
    parts.iter().any(|part| match part.schema.types.get(general) {
        Some(ExtendedType::Union(union)) => union.members.contains(name),
        Some(ExtendedType::Interface(_)) => match part.schema.types.get(name) {
            Some(ExtendedType::Object(object)) => object.implements_interfaces.contains(general),
            Some(ExtendedType::Interface(interface)) => interface.implements_interfaces.contains(general),
            _ => false,
        },
        _ => false,
    })
}

/// The fields of the type that are inside a key of another type of the subgraph: keys are shared.
fn in_nested_keys<'p>(part: &'p Part, name: &Name) -> BTreeSet<&'p str> {
    let mut found = BTreeSet::new();
    for definition in part.schema.types.values() {
        for (key, _) in part.keys(definition) {
            collect(part, definition, key, name, &mut found);
        }
    }
    found
}

fn collect<'p>(part: &'p Part, definition: &'p ExtendedType, set: &'p str, name: &Name, found: &mut BTreeSet<&'p str>) {
    for (field, below) in selected(set) {
        if definition.name() == name {
            found.insert(field);
        }
        let inner = fields(definition).and_then(|fields| fields.get(field));
        if let Some(inner) = inner.and_then(|field| part.schema.types.get(field.ty.inner_named_type())) {
            collect(part, inner, below, name, found);
        }
    }
}

/// Gives the enum exactly `values`, in this order.
fn complete(own: &mut Vec<Node<EnumValueDefinition>>, values: &[Name]) {
    let known = std::mem::take(own);
    *own = values
        .iter()
        .map(|value| match known.iter().find(|known| known.value == *value) {
            Some(known) => known.clone(),
            None => Node::new(EnumValueDefinition {
                description: None,
                value: value.clone(),
                directives: DirectiveList::new(),
            }),
        })
        .collect();
}

fn plain_directive(name: &str) -> Directive {
    Directive::new(Name::new_unchecked(name))
}

fn non_resolvable_key(name: &str) -> Directive {
    let argument = |name, value| {
        Node::new(Argument {
            name,
            value: Node::new(value),
        })
    };
    let arguments = vec![
        argument(name!("fields"), Value::String("__typename".to_owned())),
        argument(name!("resolvable"), Value::Boolean(false)),
    ];
    Directive {
        arguments,
        ..plain_directive(name)
    }
}

fn with_name(ty: &Type, name: &Name) -> Type {
    match ty {
        Type::Named(_) => Type::Named(name.clone()),
        Type::NonNullNamed(_) => Type::NonNullNamed(name.clone()),
        Type::List(item) => Type::List(Box::new(with_name(item, name))),
        Type::NonNullList(item) => Type::NonNullList(Box::new(with_name(item, name))),
    }
}
