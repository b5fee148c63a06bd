//! What an operation may cost, as a sum that waits for the variables.

use apollo_compiler::{Name, Schema, schema::ExtendedType};
use async_graphql::Value;

use super::Weights;
use crate::subgraph::Map;

/// The estimate of one operation.
#[derive(Debug, Default)]
pub(crate) struct Estimate {
    /// What the operation costs whatever it asks for.
    pub(super) base: u64,
    /// Selections, each after the ones below it; the last is the root's.
    pub(super) nodes: Vec<Node>,
}

/// A selection: what it costs on each object type that may come. The dearest counts.
#[derive(Debug, Default)]
pub(super) struct Node(pub(super) Vec<TypeCost>);

/// A selection on one object type.
#[derive(Debug, PartialEq)]
pub(super) struct TypeCost {
    /// Of an object of the type.
    pub(super) weight: u64,
    /// What is selected of it.
    pub(super) fields: Vec<FieldCost>,
}

/// What a node costs.
#[derive(Clone, Copy, Default)]
struct NodeCost {
    /// Without the objects themselves.
    bare: u64,
    /// With them, each as its type weighs.
    weighed: u64,
}

/// Variables and the values they must have.
pub(super) type Conditions = Vec<(Name, bool)>;

/// A field of a selection.
#[derive(Debug, PartialEq)]
pub(super) struct FieldCost {
    /// It is asked for when one of these holds.
    pub(super) included: Vec<Conditions>,
    /// Of one value; `None` where that depends on its type.
    pub(super) weight: Option<u64>,
    /// How many values.
    pub(super) count: Count,
    /// What its arguments cost, once.
    pub(super) arguments: InputCost,
    /// The selection of each value.
    pub(super) children: Option<usize>,
}

/// How many values a field has.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Count {
    /// The largest of these that is given …
    pub(super) amounts: Vec<Amount>,
    /// … or this, when none is …
    pub(super) otherwise: u64,
    /// … times this: a list in a list.
    pub(super) times: u64,
}

/// A slicing argument.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Amount {
    /// In the document, or the argument's default.
    Known(u64),
    /// In a variable; without a value, the argument's default.
    Variable(Name, Option<u64>),
}

/// What arguments cost.
#[derive(Debug, Default, PartialEq)]
pub(super) struct InputCost {
    /// What stands in the document.
    pub(super) known: u64,
    /// Variable, its weight if it has one of its own, its type.
    pub(super) variables: Vec<(Name, Option<u64>, Name)>,
}

impl Estimate {
    /// What the operation costs whatever it asks for.
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// The cost under these variables. Never overflows: what is too much stays at the most.
    pub(crate) fn evaluate(&self, schema: &Schema, variables: &Map) -> u64 {
        let mut costs: Vec<NodeCost> = Vec::with_capacity(self.nodes.len());
        for Node(types) in &self.nodes {
            let mut dearest = NodeCost::default();
            for ty in types {
                let fields = ty.fields.iter().map(|field| field.cost(schema, variables, &costs));
                let bare = fields.fold(0, u64::saturating_add);
                dearest.bare = dearest.bare.max(bare);
                dearest.weighed = dearest.weighed.max(bare.saturating_add(ty.weight));
            }
            costs.push(dearest);
        }
        let root = costs.last().copied().unwrap_or_default();
        root.bare.saturating_add(self.base)
    }
}

impl FieldCost {
    fn cost(&self, schema: &Schema, variables: &Map, costs: &[NodeCost]) -> u64 {
        let holds = |(name, wanted): &(Name, bool)| {
            let is_true = matches!(variables.get(name.as_str()), Some(Value::Boolean(true)));
            is_true == *wanted
        };
        if !self.included.iter().any(|conditions| conditions.iter().all(holds)) {
            return 0;
        }
        let below = self.children.and_then(|i| costs.get(i)).copied().unwrap_or_default();
        let value = match self.weight {
            Some(weight) => below.bare.saturating_add(weight),
            None => below.weighed,
        };
        let values = self.count.of(variables).saturating_mul(value);
        values.saturating_add(self.arguments.of(schema, variables))
    }
}

impl Count {
    /// One value, or `size` of them.
    pub(super) const fn fixed(size: u64) -> Self {
        Self {
            amounts: Vec::new(),
            otherwise: size,
            times: 1,
        }
    }

    fn of(&self, variables: &Map) -> u64 {
        let given = self.amounts.iter().filter_map(|amount| match amount {
            Amount::Known(amount) => Some(*amount),
            Amount::Variable(name, default) => match variables.get(name.as_str()) {
                None => *default,
                Some(value) => amount_of(value),
            },
        });
        given.max().unwrap_or(self.otherwise).saturating_mul(self.times)
    }
}

/// The member that is the size, where a slicing argument is an object.
pub(super) const PAGE_SIZE: &str = "pageSize";

/// A number, or as many as a list has; of an object the size of its page.
fn amount_of(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => Some(number.as_u64().unwrap_or(0)),
        Value::List(items) => Some(items.len() as u64),
        Value::Object(members) => members.get(PAGE_SIZE).and_then(amount_of),
        _ => None,
    }
}

impl InputCost {
    fn of(&self, schema: &Schema, variables: &Map) -> u64 {
        let costs = self.variables.iter().map(|(name, weight, ty)| {
            let value = variables.get(name.as_str());
            value.map_or(0, |value| input(schema, value, *weight, ty))
        });
        costs.fold(self.known, u64::saturating_add)
    }
}

/// The cost of a value of a variable, its members with it.
fn input(schema: &Schema, value: &Value, weight: Option<u64>, ty: &Name) -> u64 {
    let of_type = || {
        let weights = Weights { schema, list_size: 0 };
        weights.of_type(ty)
    };
    match value {
        Value::Null => 0,
        Value::List(items) => {
            let costs = items.iter().map(|item| input(schema, item, weight, ty));
            costs.fold(0, u64::saturating_add)
        }
        Value::Object(members) => {
            let own = weight.unwrap_or_else(of_type);
            let Some(ExtendedType::InputObject(definition)) = schema.types.get(ty) else {
                return own;
            };
            let costs = members.iter().map(|(name, value)| {
                let Some(member) = definition.fields.get(name.as_str()) else {
                    return 0;
                };
                input(schema, value, Weights::of_input(member), member.ty.inner_named_type())
            });
            costs.fold(own, u64::saturating_add)
        }
        _ => weight.unwrap_or_else(of_type),
    }
}

#[cfg(test)]
mod tests;
