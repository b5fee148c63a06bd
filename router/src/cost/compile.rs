//! From an operation to its [`Estimate`]: once per operation, beside its plan.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Name, Node as Shared,
    ast::{DirectiveList, InputValueDefinition, Type, Value},
    collections::IndexMap,
    executable::{Field, Operation, OperationType, Selection, SelectionSet},
    schema::{ExtendedType, Implementers},
};

use super::{
    Estimate, Weights,
    estimate::{Amount, Conditions, Count, FieldCost, InputCost, Node, PAGE_SIZE, TypeCost},
    weights::{ListSize, amount},
};
use crate::error::{Rejection, VALIDATION_FAILED};

/// What a mutation costs beside its answer.
const MUTATION: u64 = 10;
/// What `__schema` or `__type` costs: about as much time as a page of titles.
const INTROSPECTION: u64 = 100;

type Implementations = apollo_compiler::collections::HashMap<Name, Implementers>;
/// A selection set, and when it is asked for.
type Set<'a> = (&'a SelectionSet, Conditions);
/// Where a field was selected, under the key it is answered with.
type Merged<'a> = IndexMap<&'a Name, Vec<(&'a Shared<Field>, Conditions)>>;
/// Fields whose size the field above them tells.
type Sized<'f> = Option<(&'f [String], &'f Count)>;

/// Works out what `operation` may cost.
///
/// # Errors
/// A field with `@listSize(requireOneSlicingArgument: true)` has none, or several.
pub(crate) fn compile(
    weights: Weights<'_>,
    implementers: &Implementations,
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<Estimate, Rejection> {
    let mut compiler = Compiler {
        weights,
        implementers,
        document,
        made: HashMap::new(),
        nodes: Vec::new(),
    };
    let set = &operation.selection_set;
    compiler.selection(&[(set, Conditions::new())], &set.ty, None)?;
    let mutation = operation.operation_type == OperationType::Mutation;
    Ok(Estimate {
        base: if mutation { MUTATION } else { 0 },
        nodes: compiler.nodes,
    })
}

struct Compiler<'a> {
    weights: Weights<'a>,
    implementers: &'a Implementations,
    document: &'a ExecutableDocument,
    /// Nodes by what they are made of: types that select alike share them.
    made: HashMap<Vec<(usize, Conditions)>, usize>,
    nodes: Vec<Node>,
}

impl<'a> Compiler<'a> {
    /// The node of these selection sets on a value of this type.
    fn selection(&mut self, sets: &[Set<'a>], ty: &Name, sized: Sized<'_>) -> Result<usize, Rejection> {
        let key = || {
            let address = |(set, conditions): &Set<'a>| (std::ptr::from_ref(*set).addr(), conditions.clone());
            sets.iter().map(address).collect::<Vec<_>>()
        };
        if sized.is_none()
            && let Some(made) = self.made.get(&key())
        {
            return Ok(*made);
        }
        let mut types: Vec<TypeCost> = Vec::new();
        for object in self.objects(ty) {
            let cost = TypeCost {
                weight: self.weights.of_type(&object),
                fields: self.fields(sets, &object, sized)?,
            };
            if !types.contains(&cost) {
                types.push(cost);
            }
        }
        self.nodes.push(Node(types));
        let made = self.nodes.len() - 1;
        if sized.is_none() {
            self.made.insert(key(), made);
        }
        Ok(made)
    }

    /// The object types a value of this type may have.
    fn objects(&self, ty: &Name) -> Vec<Name> {
        match self.weights.schema.types.get(ty) {
            Some(ExtendedType::Union(union)) => union.members.iter().map(|member| member.name.clone()).collect(),
            Some(ExtendedType::Interface(_)) => {
                let implementers = self.implementers.get(ty);
                implementers
                    .map(|all| all.objects.iter().cloned().collect())
                    .unwrap_or_default()
            }
            _ => vec![ty.clone()],
        }
    }

    fn fields(&mut self, sets: &[Set<'a>], ty: &Name, sized: Sized<'_>) -> Result<Vec<FieldCost>, Rejection> {
        let mut merged = Merged::default();
        for (set, conditions) in sets {
            self.collect(set, conditions, ty, &mut merged);
        }
        let mut costs = Vec::with_capacity(merged.len());
        for selected in merged.into_values() {
            costs.extend(self.field(&selected, ty, sized)?);
        }
        Ok(costs)
    }

    fn collect(&self, set: &'a SelectionSet, conditions: &Conditions, ty: &Name, merged: &mut Merged<'a>) {
        for selection in &set.selections {
            let Some(conditions) = with(conditions, selection.directives()) else {
                continue;
            };
            match selection {
                Selection::Field(field) => {
                    let selected = merged.entry(field.response_key()).or_default();
                    selected.push((field, conditions));
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.is_a(ty, condition)) {
                        self.collect(&fragment.selection_set, &conditions, ty, merged);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.is_a(ty, fragment.type_condition())
                    {
                        self.collect(&fragment.selection_set, &conditions, ty, merged);
                    }
                }
            }
        }
    }

    fn is_a(&self, concrete: &Name, condition: &Name) -> bool {
        concrete == condition || self.weights.schema.is_subtype(condition, concrete)
    }

    /// The cost of a field, `None` for one that costs nothing.
    fn field(
        &mut self,
        selected: &[(&'a Shared<Field>, Conditions)],
        ty: &Name,
        sized: Sized<'_>,
    ) -> Result<Option<FieldCost>, Rejection> {
        let Some((field, _)) = selected.first() else {
            return Ok(None);
        };
        let included: Vec<Conditions> = selected.iter().map(|(_, conditions)| conditions.clone()).collect();
        if field.name.starts_with("__") {
            let weight = if field.name == "__typename" { 0 } else { INTROSPECTION };
            return Ok((weight > 0).then_some(FieldCost {
                included,
                weight: Some(weight),
                count: Count::fixed(1),
                arguments: InputCost::default(),
                children: None,
            }));
        }
        let list_size = self.weights.list_size(ty, &field.name).unwrap_or_default();
        let slices = self.slices(field, ty, &list_size)?;
        let depth = depth(&field.definition.ty);
        let count = match sized {
            _ if depth == 0 => Count::fixed(1),
            Some((fields, count)) if fields.iter().any(|name| field.name == name.as_str()) => count.clone(),
            _ => slices.clone(),
        };
        let times = self.weights.list_size.saturating_pow(depth.saturating_sub(1));
        let below = (!list_size.sized.is_empty()).then_some((list_size.sized.as_slice(), &slices));
        let inner = field.ty().inner_named_type();
        let only = selected.len() == 1;
        let sets: Vec<Set<'a>> = selected
            .iter()
            .filter(|(field, _)| !field.selection_set.is_empty())
            // Where the field is asked for once, its own conditions hold already.
            .map(|(field, conditions)| {
                (
                    &field.selection_set,
                    if only { Conditions::new() } else { conditions.clone() },
                )
            })
            .collect();
        let children = if sets.is_empty() {
            None
        } else {
            Some(self.selection(&sets, inner, below)?)
        };
        let cost = FieldCost {
            included,
            weight: self.weights.field(ty, &field.name),
            count: Count { times, ..count },
            arguments: self.arguments(field, ty),
            children,
        };
        let free = cost.weight == Some(0) && cost.children.is_none() && cost.arguments == InputCost::default();
        Ok((!free).then_some(cost))
    }

    /// What the field's arguments tell of a size.
    fn slices(&self, field: &Field, ty: &Name, list_size: &ListSize) -> Result<Count, Rejection> {
        let is_given = |name: &&String| {
            let given = field.specified_argument_by_name(name.as_str());
            given.is_some_and(|value| !value.is_null())
        };
        let given = list_size.slicing.iter().filter(is_given).count();
        if list_size.one_required && given != 1 {
            let names = list_size.slicing.join(", ");
            let message = format!(
                "{ty}.{} needs exactly one of its arguments {names}, {given} are given",
                field.name
            );
            return Err(Rejection::new(400, VALIDATION_FAILED, message).of_document());
        }
        let amounts = list_size.slicing.iter().filter_map(|name| {
            let default = self
                .argument(field, ty, name)
                .and_then(|argument| argument.default_value.as_ref());
            let default = default.and_then(|value| amount(value));
            match field.specified_argument_by_name(name.as_str()) {
                None => default.map(Amount::Known),
                Some(value) => slice(value, default),
            }
        });
        Ok(Count {
            amounts: amounts.collect(),
            otherwise: list_size.assumed.unwrap_or(self.weights.list_size),
            times: 1,
        })
    }

    /// The argument as the supergraph defines it: with its directives.
    fn argument(&self, field: &Field, ty: &Name, name: &str) -> Option<&'a InputValueDefinition> {
        let definition = self.weights.definition(ty, &field.name)?;
        definition.argument_by_name(name).map(AsRef::as_ref)
    }

    fn arguments(&self, field: &Field, ty: &Name) -> InputCost {
        let mut cost = InputCost::default();
        for argument in &field.arguments {
            if let Some(definition) = self.argument(field, ty, &argument.name) {
                let weight = Weights::of_input(definition);
                self.literal(&argument.value, weight, definition.ty.inner_named_type(), &mut cost);
            }
        }
        cost
    }

    /// Adds what a value in the document costs; variables in it wait.
    fn literal(&self, value: &Value, weight: Option<u64>, ty: &Name, cost: &mut InputCost) {
        let own = weight.unwrap_or_else(|| self.weights.of_type(ty));
        let definition = match self.weights.schema.types.get(ty) {
            Some(ExtendedType::InputObject(definition)) => Some(definition),
            _ => None,
        };
        match value {
            Value::Null => {}
            Value::Variable(name) => {
                if own > 0 || definition.is_some() {
                    cost.variables.push((name.clone(), weight, ty.clone()));
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.literal(item, weight, ty, cost)),
            Value::Object(members) => {
                cost.known = cost.known.saturating_add(own);
                for (name, value) in members {
                    if let Some(member) = definition.and_then(|definition| definition.fields.get(name)) {
                        self.literal(value, Weights::of_input(member), member.ty.inner_named_type(), cost);
                    }
                }
            }
            _ => cost.known = cost.known.saturating_add(own),
        }
    }
}

/// The size that a value tells: a number, as many as a list has, the size of a page.
fn slice(value: &Value, default: Option<u64>) -> Option<Amount> {
    match value {
        Value::Variable(name) => Some(Amount::Variable(name.clone(), default)),
        Value::List(items) => Some(Amount::Known(items.len() as u64)),
        Value::Object(members) => {
            let (_, size) = members.iter().find(|(name, _)| name == PAGE_SIZE)?;
            slice(size, None)
        }
        value => amount(value).map(Amount::Known),
    }
}

/// How many lists are in each other.
fn depth(ty: &Type) -> u32 {
    match ty {
        Type::Named(_) | Type::NonNullNamed(_) => 0,
        Type::List(item) | Type::NonNullList(item) => 1 + depth(item),
    }
}

/// The conditions with those of `@skip` and `@include`; `None` for what never is asked for.
fn with(conditions: &Conditions, directives: &DirectiveList) -> Option<Conditions> {
    let mut all = conditions.clone();
    for (directive, wanted) in [("skip", false), ("include", true)] {
        let condition = directives
            .get(directive)
            .and_then(|found| found.specified_argument_by_name("if"));
        match condition.map(AsRef::as_ref) {
            Some(Value::Boolean(value)) if *value != wanted => return None,
            Some(Value::Variable(name)) => all.push((name.clone(), wanted)),
            _ => {}
        }
    }
    Some(all)
}
