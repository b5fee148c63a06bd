//! What `@cacheControl` says: how long an operation, or a fetch of its plan, may be kept.
//!
//! Apollo's rules: the shortest age of all fields counts; a root field or a field that gives an object has the age of
//! its hint, else of its type's, else 0; a leaf has its parent's unless it has a hint. One rule more, because a graph
//! has many authors: a leaf takes its parent's age only from its own subgraph. What another one contributes
//! (`Title.averageRating`) is not kept unless it says so itself.

use std::collections::{BTreeSet, HashMap, HashSet};

use apollo_compiler::executable::Operation;
use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, OperationType, Selection, SelectionSet},
};

use super::{
    Tag,
    facts::{FieldFacts, Hint, TypeFacts, graphs},
    invalidation,
};
use crate::supergraph::Supergraph;

/// How long an answer may be kept, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Policy {
    /// In seconds; 0: not at all.
    pub max_age: u32,
    /// It is one viewer's own.
    pub is_private: bool,
}

/// How long the entities of a fetch may be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EntityPolicy {
    pub(crate) policy: Policy,
    /// The types below the entities.
    pub(crate) below: BTreeSet<Tag>,
}

/// The hints of a graph.
pub(crate) struct Hints {
    types: HashMap<String, TypeFacts>,
    /// Subgraphs by their name in the SDL.
    graphs: HashMap<String, String>,
    /// Types and the subgraphs whose hint they have.
    hinted: BTreeSet<(String, String)>,
    query: String,
    subscription: String,
    /// Whether there is any hint at all: else nothing is worth a look.
    is_empty: bool,
    /// Nothing may be kept, whatever the hints say.
    forgets: bool,
}

/// Where a walk stands: the age of the object, and the subgraphs whose leaves have the same.
#[derive(Clone, Default)]
struct Parent {
    max_age: u32,
    owners: BTreeSet<String>,
}

struct Walk<'h> {
    hints: &'h Hints,
    fragments: HashMap<&'h Name, &'h Positioned<FragmentDefinition>>,
    found: Policy,
    types: BTreeSet<Tag>,
    open: HashSet<&'h Name>,
}

impl Hints {
    /// Reads the hints of a supergraph.
    pub(crate) fn new(supergraph: &Supergraph) -> Self {
        let schema = &supergraph.schema;
        let roots = &schema.schema_definition;
        let mut hints = Self {
            types: HashMap::new(),
            graphs: graphs(schema),
            hinted: supergraph.hinted.clone(),
            query: roots.query.as_ref().map_or("Query", AsRef::as_ref).to_owned(),
            subscription: roots
                .subscription
                .as_ref()
                .map_or("Subscription", AsRef::as_ref)
                .to_owned(),
            is_empty: true,
            forgets: false,
        };
        for (name, definition) in &schema.types {
            hints.types.insert(name.to_string(), TypeFacts::of(definition));
        }
        let members: Vec<(String, String)> = hints
            .types
            .iter()
            .flat_map(|(name, facts)| {
                facts
                    .interfaces
                    .iter()
                    .map(|interface| (interface.clone(), name.clone()))
            })
            .collect();
        for (interface, member) in members {
            if let Some(facts) = hints.types.get_mut(&interface) {
                facts.members.push(member);
            }
        }
        let says = |hint: &Hint| hint.max_age.is_some() || hint.is_private;
        let is_hinted = |facts: &TypeFacts| says(&facts.hint) || facts.fields.values().any(|field| says(&field.hint));
        hints.is_empty = !hints.types.values().any(is_hinted);
        hints
    }

    /// The same where nothing may be kept.
    #[must_use]
    pub(crate) fn without_times(mut self) -> Self {
        self.forgets = true;
        self
    }

    /// How long the answer to the operation `name` of a valid document may be kept, and whose it is. Events are not kept,
    /// but many may share them.
    pub(crate) fn policy(&self, document: &ExecutableDocument, name: Option<&str>) -> Policy {
        if self.is_empty {
            return Policy::default();
        }
        let mut operations = document.operations.iter();
        let found = operations.find(|(operation, _)| name.is_none_or(|name| operation.is_some_and(|o| o == name)));
        let Some((_, operation)) = found else {
            return Policy::default();
        };
        let mut walk = Walk::new(self, document);
        let root = match operation.node.ty {
            OperationType::Query => &self.query,
            OperationType::Subscription => {
                walk.at_most(0);
                &self.subscription
            }
            OperationType::Mutation => return Policy::default(),
        };
        walk.selections(&operation.node.selection_set.node, root, &Parent::default());
        walk.policy()
    }

    /// The families that a mutation may have changed without an event: what its payloads hold of them.
    pub(crate) fn changed_by(&self, operation: &Operation, document: &apollo_compiler::ExecutableDocument) -> Vec<Tag> {
        let mut changed = BTreeSet::new();
        for field in operation.root_fields(document) {
            let payload = self.types.get(field.definition.ty.inner_named_type().as_str());
            for member in payload.into_iter().flat_map(|facts| facts.fields.values()) {
                changed.extend(self.families(&member.ty));
            }
        }
        changed.retain(|family| invalidation::is_untold(family));
        let all: Vec<Tag> = changed.iter().map(|family| invalidation::every(family)).collect();
        changed.into_iter().chain(all).collect()
    }

    /// How long the entities that `service` (by its name in `supergraph.yaml`) is asked for may be kept; `None` for
    /// any other fetch.
    pub(crate) fn entities(&self, document: &ExecutableDocument, service: &str) -> Option<EntityPolicy> {
        if self.is_empty {
            return None;
        }
        let (_, operation) = document.operations.iter().next()?;
        let mut walk = Walk::new(self, document);
        for item in &operation.node.selection_set.node.items {
            let Selection::Field(field) = &item.node else {
                return None;
            };
            if field.node.name.node != "_entities" {
                return None;
            }
            for item in &field.node.selection_set.node.items {
                let Selection::InlineFragment(fragment) = &item.node else {
                    continue;
                };
                let condition = fragment.node.type_condition.as_ref()?.node.on.node.as_str();
                let owners = BTreeSet::from([self.graphs.get(service)?.clone()]);
                let hint = self.of_type(condition).filter(|_| self.says(service, condition));
                walk.found.is_private |= hint.is_some_and(|hint| hint.is_private);
                // Without a hint of the type each field has to have its own.
                let parent = hint
                    .and_then(|hint| hint.max_age)
                    .map(|max_age| Parent { max_age, owners });
                if let Some(parent) = &parent {
                    walk.at_most(parent.max_age);
                }
                walk.selections(
                    &fragment.node.selection_set.node,
                    condition,
                    &parent.unwrap_or_default(),
                );
            }
        }
        let below = std::mem::take(&mut walk.types);
        let policy = walk.policy();
        (policy.max_age > 0).then_some(EntityPolicy { policy, below })
    }

    /// Under which name changes of objects of this type are told; `None` when none are.
    pub(crate) fn family(&self, name: &str) -> Option<&str> {
        let is_told = |name: &&str| invalidation::families().any(|family| family == *name);
        if let Some(own) = invalidation::families().find(|family| *family == name) {
            return Some(own);
        }
        let interfaces = self.types.get(name)?.interfaces.iter().map(String::as_str);
        interfaces.into_iter().find(is_told)
    }

    /// The families of every object that may come where this type is said.
    fn families(&self, name: &str) -> BTreeSet<Tag> {
        let members = self
            .types
            .get(name)
            .map(|facts| facts.members.as_slice())
            .unwrap_or_default();
        let names = members.iter().map(String::as_str).chain([name]);
        names.filter_map(|name| self.family(name).map(Into::into)).collect()
    }

    /// Whether the hint of a type is this subgraph's; an interface without one has its members'.
    fn says(&self, service: &str, ty: &str) -> bool {
        let is = |ty: &String| self.hinted.contains(&(ty.clone(), service.to_owned()));
        is(&ty.to_owned())
            || self
                .types
                .get(ty)
                .is_some_and(|facts| !facts.members.is_empty() && facts.members.iter().all(is))
    }

    /// The hint of a type; an interface or union without one has the shortest of its members.
    fn of_type(&self, name: &str) -> Option<Hint> {
        let facts = self.types.get(name)?;
        if facts.hint.max_age.is_some() || facts.hint.inherits || facts.hint.is_private || facts.members.is_empty() {
            return Some(facts.hint);
        }
        let hints = facts
            .members
            .iter()
            .map(|member| self.types.get(member).map(|facts| facts.hint));
        shortest(hints)
    }

    /// The hint of a field, and the field; one of an interface without a hint has the shortest of the members.
    fn of_field(&self, ty: &str, field: &str) -> Option<(Hint, &FieldFacts)> {
        let facts = self.types.get(ty)?;
        let found = facts.fields.get(field)?;
        let is_hinted = found.hint.max_age.is_some() || found.hint.inherits || found.hint.is_private;
        if is_hinted {
            return Some((found.hint, found));
        }
        // A contributor by `@interfaceObject` says it on the interface.
        for interface in &facts.interfaces {
            if let Some(shared) = self.types.get(interface).and_then(|facts| facts.fields.get(field))
                && (shared.hint.max_age.is_some() || shared.hint.is_private)
            {
                return Some((shared.hint, found));
            }
        }
        let members = facts.members.iter();
        let hints = members.map(|member| {
            let facts = self.types.get(member)?.fields.get(field)?;
            facts.hint.max_age.is_some().then_some(facts.hint)
        });
        let hint = if facts.members.is_empty() {
            None
        } else {
            shortest(hints)
        };
        Some((hint.unwrap_or_default(), found))
    }
}

/// The shortest of all hints; none where one is missing.
fn shortest(hints: impl Iterator<Item = Option<Hint>>) -> Option<Hint> {
    let mut all: Option<Hint> = None;
    for hint in hints {
        let hint = hint?;
        all = Some(match all {
            None => hint,
            Some(known) => Hint {
                max_age: known.max_age.zip(hint.max_age).map(|(left, right)| left.min(right)),
                inherits: known.inherits && hint.inherits,
                is_private: known.is_private || hint.is_private,
            },
        });
    }
    all
}

impl<'h> Walk<'h> {
    fn new(hints: &'h Hints, document: &'h ExecutableDocument) -> Self {
        Self {
            hints,
            fragments: document.fragments.iter().collect(),
            found: Policy {
                max_age: u32::MAX,
                is_private: false,
            },
            types: BTreeSet::new(),
            open: HashSet::new(),
        }
    }

    /// The age of what holds no field at all is unknown, so 0.
    fn policy(self) -> Policy {
        match self.found.max_age {
            u32::MAX => Policy::default(),
            _ if self.hints.forgets => Policy {
                max_age: 0,
                ..self.found
            },
            _ => self.found,
        }
    }

    fn at_most(&mut self, max_age: u32) {
        self.found.max_age = self.found.max_age.min(max_age);
    }

    fn selections(&mut self, set: &'h SelectionSet, ty: &str, parent: &Parent) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) if field.node.name.node == "__typename" => {}
                Selection::Field(field) => {
                    self.field(
                        field.node.name.node.as_str(),
                        &field.node.selection_set.node,
                        ty,
                        parent,
                    );
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let ty = condition.map_or(ty, |condition| condition.node.on.node.as_str());
                    self.selections(&fragment.node.selection_set.node, ty, parent);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some((name, fragment)) = self.fragments.get_key_value(name).map(|(name, f)| (*name, *f)) else {
                        continue;
                    };
                    if self.open.insert(name) {
                        let ty = fragment.node.type_condition.node.on.node.as_str();
                        self.selections(&fragment.node.selection_set.node, ty, parent);
                        self.open.remove(name);
                    }
                }
            }
        }
    }

    fn field(&mut self, name: &str, below: &'h SelectionSet, ty: &str, parent: &Parent) {
        let hints = self.hints;
        // What is not known is not kept.
        let Some((hint, facts)) = hints.of_field(ty, name) else {
            self.at_most(0);
            return;
        };
        let is_ours = !facts.owners.is_disjoint(&parent.owners);
        let inherited = if is_ours { parent.max_age } else { 0 };
        self.found.is_private |= hint.is_private;
        let composite = hints.types.get(&facts.ty).filter(|facts| facts.is_composite);
        if composite.is_none() {
            self.at_most(hint.max_age.unwrap_or(inherited));
            return;
        }
        let families = hints.families(&facts.ty);
        self.types
            .extend(families.iter().map(|family| invalidation::every(family)));
        self.types.extend(families);
        let of_type = hints.of_type(&facts.ty).unwrap_or_default();
        self.found.is_private |= of_type.is_private;
        let inherits = hint.inherits || of_type.inherits;
        let max_age = match hint.max_age.or(of_type.max_age) {
            Some(max_age) => max_age,
            None if inherits => inherited,
            None => 0,
        };
        self.at_most(max_age);
        let owners = facts.owners.clone();
        self.selections(below, &facts.ty, &Parent { max_age, owners });
    }
}
