//! The graph: SDL up to date and described, operations valid, every field reachable.

use apollo_compiler::{ExecutableDocument, Schema};
use router::{Source, Supergraph};

use crate::root;

fn composed() -> Supergraph {
    let sources: Vec<Source> = router::sources(schema::sdl::SUPERGRAPH, schema::sdl::read).expect("supergraph.yaml");
    Supergraph::compose(&sources).unwrap_or_else(|error| panic!("{error:?}"))
}

#[tokio::test]
async fn the_committed_sdl_is_what_the_code_says() {
    let mut different = Vec::new();
    for (name, text) in server::export()
        .await
        .unwrap_or_else(|error| panic!("{}", error.chain()))
        .0
    {
        let committed = std::fs::read_to_string(root().join("schema").join(&name)).unwrap_or_default();
        if committed != text {
            different.push(name);
        }
    }
    assert!(different.is_empty(), "run `make schema` and commit: {different:?}");
}

#[test]
fn every_public_operation_is_valid() {
    let api = Schema::parse_and_validate(composed().api_sdl(), "api.graphql").expect("the API schema is valid");
    let mut wrong = Vec::new();
    for (name, text) in schema::operations::FILES {
        if let Err(error) = ExecutableDocument::parse_and_validate(&api, text, format!("{name}.graphql")) {
            wrong.push(error.errors.to_string());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reachable_field_can_be_planned() {
    let unreachable = router::plan_every_field(&composed()).expect("the graph has a planner");
    assert!(unreachable.is_empty(), "{unreachable:#?}");
}

#[test]
fn every_type_field_argument_and_value_is_described() {
    let api = Schema::parse_and_validate(composed().api_sdl(), "api.graphql").expect("the API schema is valid");
    let mut bare = Vec::new();
    for (name, definition) in &api.types {
        if definition.is_built_in() || name.starts_with("__") {
            continue;
        }
        if definition.description().is_none() && !["Query", "Mutation", "Subscription"].contains(&name.as_str()) {
            bare.push(name.to_string());
        }
        bare.extend(members(name, definition));
    }
    assert!(bare.is_empty(), "no description:\n{}", bare.join("\n"));
}

fn members(name: &apollo_compiler::Name, definition: &apollo_compiler::schema::ExtendedType) -> Vec<String> {
    use apollo_compiler::schema::ExtendedType;
    let fields = match definition {
        ExtendedType::Object(object) => &object.fields,
        ExtendedType::Interface(interface) => &interface.fields,
        ExtendedType::Enum(definition) => {
            let values = definition
                .values
                .iter()
                .filter(|(_, value)| value.description.is_none());
            return values.map(|(value, _)| format!("{name}.{value}")).collect();
        }
        ExtendedType::InputObject(input) => {
            let fields = input.fields.iter().filter(|(_, field)| field.description.is_none());
            return fields.map(|(field, _)| format!("{name}.{field}")).collect();
        }
        _ => return Vec::new(),
    };
    let mut bare = Vec::new();
    for (field, definition) in fields {
        if definition.description.is_none() {
            bare.push(format!("{name}.{field}"));
        }
        for argument in definition
            .arguments
            .iter()
            .filter(|argument| argument.description.is_none())
        {
            bare.push(format!("{name}.{field}({}:)", argument.name));
        }
    }
    bare
}

/// Pages as large as they may be.
#[test]
fn every_public_operation_costs_well_below_what_is_allowed() {
    let allowed = router::Settings::default().max_cost;
    let graph = composed();
    let largest = router::Map::from_iter([(async_graphql::Name::new("first"), async_graphql::Value::from(50))]);
    let mut costs: Vec<(u64, String)> = Vec::new();
    for (file, text) in schema::operations::FILES {
        let costs_of_file = router::estimates(&graph, text, &largest, &router::Settings::default());
        for (name, cost) in costs_of_file.expect("valid operations") {
            costs.push((cost, format!("{file}.graphql {name}")));
        }
    }
    costs.sort_unstable_by(|left, right| right.cmp(left));
    let lines: Vec<String> = costs.iter().map(|(cost, name)| format!("{cost:>6}  {name}")).collect();
    println!("{}", lines.join("\n"));
    assert!(costs.len() > 30, "every operation has a cost");
    let dear: Vec<&(u64, String)> = costs.iter().filter(|(cost, _)| cost * 2 >= allowed).collect();
    assert!(
        dear.is_empty(),
        "half of router.max_cost = {allowed} and more: {dear:#?}"
    );
}
