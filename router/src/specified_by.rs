//! `@specifiedBy` of the subgraphs' scalars, kept in the graph.

use apollo_compiler::ast;
use indexmap::IndexMap;

use crate::supergraph::Source;

/// The composition library drops `@specifiedBy`; the first subgraph that says it of a scalar is believed.
pub(crate) fn specify_scalars(sdl: &str, sources: &[Source]) -> String {
    let mut specified = IndexMap::new();
    for source in sources {
        // What cannot be parsed did not compose.
        let Ok(document) = ast::Document::parse(source.sdl.as_str(), "subgraph.graphql") else {
            continue;
        };
        for definition in &document.definitions {
            let (ast::Definition::ScalarTypeDefinition(_) | ast::Definition::ScalarTypeExtension(_)) = definition
            else {
                continue;
            };
            if let (Some(name), Some(directive)) = (definition.name(), definition.directives().get("specifiedBy")) {
                specified
                    .entry(format!("scalar {name}"))
                    .or_insert_with(|| format!(" {directive}"));
            }
        }
    }
    let mut out = String::with_capacity(sdl.len() + 1024);
    for line in sdl.lines() {
        out.push_str(line);
        out.push_str(specified.get(line.trim_end()).map_or("", String::as_str));
        out.push('\n');
    }
    out
}
