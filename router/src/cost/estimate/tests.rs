//! The arithmetic: it never overflows, and asking for more never costs less.

use proptest::{collection::vec, prelude::*};

use super::*;

fn schema() -> Schema {
    let sdl = "type Query { f(i: I): Int } input I { a: Int @cost(weight: 3) again: I list: [I!] }
        directive @cost(weight: Int!) on INPUT_FIELD_DEFINITION";
    Schema::parse(sdl, "s.graphql").expect("a schema")
}

fn variable() -> Name {
    apollo_compiler::name!("n")
}

/// Fields without children yet: weight, size, whether the size is the variable.
fn shape(most: u64) -> impl Strategy<Value = Vec<Vec<(u64, u64, bool)>>> {
    vec(vec((0..=most, 0..=most, any::<bool>()), 1..4), 1..12)
}

/// A chain of nodes: each field of a node selects the node before it.
fn estimate(shape: &[Vec<(u64, u64, bool)>]) -> Estimate {
    let field = |i: usize, (weight, size, sliced): &(u64, u64, bool)| FieldCost {
        included: vec![Conditions::new()],
        weight: Some(*weight),
        count: Count {
            amounts: if *sliced {
                vec![Amount::Variable(variable(), None)]
            } else {
                Vec::new()
            },
            ..Count::fixed(*size)
        },
        arguments: InputCost::default(),
        children: i.checked_sub(1),
    };
    let nodes = shape.iter().enumerate();
    let nodes = nodes.map(|(i, fields)| {
        let fields = fields.iter().map(|of| field(i, of)).collect();
        Node(vec![TypeCost {
            weight: u64::MAX,
            fields,
        }])
    });
    Estimate {
        base: 7,
        nodes: nodes.collect(),
    }
}

/// The same by the definition, with numbers that hold everything.
fn by_definition(shape: &[Vec<(u64, u64, bool)>], variable: Option<u64>) -> u128 {
    let Some((fields, below)) = shape.split_last() else {
        return 0;
    };
    let below = by_definition(below, variable);
    let cost = |(weight, size, sliced): &(u64, u64, bool)| {
        let size = variable.filter(|_| *sliced).unwrap_or(*size);
        u128::from(size) * (u128::from(*weight) + below)
    };
    fields.iter().map(cost).sum()
}

fn variables(value: Option<u64>) -> Map {
    let entry = value.map(|value| (async_graphql::Name::new("n"), Value::from(value)));
    entry.into_iter().collect()
}

proptest! {
    #[test]
    fn the_cost_is_what_the_definition_says(shape in shape(6), value in proptest::option::of(0_u64..6)) {
        let cost = estimate(&shape).evaluate(&schema(), &variables(value));
        prop_assert_eq!(u128::from(cost), by_definition(&shape, value) + 7);
    }

    #[test]
    fn no_number_is_too_large(shape in shape(u64::MAX), value in proptest::option::of(any::<u64>())) {
        let estimate = estimate(&shape);
        let cost = estimate.evaluate(&schema(), &variables(value));
        prop_assert!(cost >= 7);
        if let Some(value) = value {
            let less = estimate.evaluate(&schema(), &variables(Some(value / 2)));
            prop_assert!(less <= cost);
        }
    }

    #[test]
    fn any_value_of_a_variable_has_a_cost(number in any::<i64>(), depth in 0_usize..20) {
        let schema = schema();
        let mut value = serde_json::json!({ "a": number, "strange": [number] });
        for _ in 0..depth {
            value = serde_json::json!({ "again": value, "list": [{}, null, { "a": null }] });
        }
        let value = Value::from_json(value).expect("JSON");
        let cost = input(&schema, &value, None, &apollo_compiler::name!("I"));
        // An object is 1, `a` is 3; the list adds two objects at each depth.
        prop_assert_eq!(cost, 4 + 3 * depth as u64);
    }
}

#[test]
fn a_size_is_a_number_or_as_many_as_a_list_has() {
    let count = Count {
        amounts: vec![Amount::Known(2), Amount::Variable(variable(), Some(4))],
        ..Count::fixed(9)
    };
    let with = |value: serde_json::Value| {
        let value = Value::from_json(value).expect("JSON");
        count.of(&Map::from_iter([(async_graphql::Name::new("n"), value)]))
    };
    assert_eq!(count.of(&Map::new()), 4, "the argument's default");
    assert_eq!(with(serde_json::json!(30)), 30);
    assert_eq!(with(serde_json::json!(["a", "b", "c"])), 3);
    assert_eq!(with(serde_json::json!({"page": 3, "pageSize": 20})), 20);
    assert_eq!(with(serde_json::json!({"page": 3})), 2);
    assert_eq!(with(serde_json::json!(-5)), 2, "less than nothing is nothing");
    assert_eq!(with(serde_json::json!(null)), 2);
    assert_eq!(Count::fixed(9).of(&Map::new()), 9);
}
