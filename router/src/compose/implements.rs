//! A rule of GraphQL that the composition library does not look at: who implements something implements an interface
//! (GraphQL §3.6 "Objects", type validation 2). A planner that met the contrary would not know what to do.

use apollo_compiler::schema::ExtendedType;

use super::part::Part;

/// What does not hold in the subgraph, a sentence each.
pub(super) fn flaws(part: &Part) -> Vec<String> {
    let mut flaws = Vec::new();
    for (name, definition) in &part.schema.types {
        let interfaces = match definition {
            ExtendedType::Object(object) => &object.implements_interfaces,
            ExtendedType::Interface(interface) => &interface.implements_interfaces,
            _ => continue,
        };
        for interface in interfaces {
            let why = match part.schema.types.get(&interface.name) {
                Some(ExtendedType::Interface(_)) => continue,
                Some(other) if part.is_interface_object(other) => {
                    "an object there (@interfaceObject): its implementations belong to the subgraph with the interface"
                }
                Some(_) => "no interface there",
                None => "not defined there",
            };
            flaws.push(format!(
                "[{}] {name} implements {}, which is {why}",
                part.name, interface.name
            ));
        }
    }
    flaws
}
