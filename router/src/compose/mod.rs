//! Composition: from the SDL of the subgraphs to one schema with join directives.
//!
//! The library merges and validates. Two passes make it agree with Apollo's composition, which others' subgraphs are
//! written against: [`lenient`] rewrites what the library refuses though it is sound, and [`join`] writes the join
//! directives anew from the subgraphs themselves, since the library leaves some out that planners need.

mod implements;
mod join;
mod lenient;
mod part;

use std::collections::BTreeSet;

use apollo_compiler::{Schema, schema::ExtendedType};

use self::part::Part;
use crate::{error::Error, sources::Source};

/// Composes subgraphs into one schema.
///
/// # Errors
/// [`Error::Composition`] with everything that does not fit; [`Error::Supergraph`].
pub(crate) fn compose(sources: &[Source]) -> Result<Schema, Error> {
    let mut parts: Vec<Part> = sources.iter().map(Part::read).collect();
    let flaws: Vec<String> = parts.iter().flat_map(implements::flaws).collect();
    if !flaws.is_empty() {
        return Err(Error::Composition(flaws));
    }
    let mut subgraphs = graphql_composition::Subgraphs::default();
    for (source, sdl) in sources.iter().zip(lenient::rewritten(sources, &parts)) {
        subgraphs
            .ingest_str(&without_cost_imports(&sdl), &source.name, Some(&source.url))
            .map_err(|error| Error::Composition(vec![format!("{}: {error}", source.name)]))?;
    }
    let result = graphql_composition::compose(&mut subgraphs);
    for warning in result.diagnostics().iter_warnings() {
        tracing::debug!(%warning, "composition warned");
    }
    let errors: Vec<String> = result.diagnostics().iter_errors().map(str::to_owned).collect();
    let graph = result.into_result().map_err(|_| Error::Composition(errors))?;
    let sdl =
        graphql_composition::render_federated_sdl(&graph).map_err(|error| Error::Supergraph(error.to_string()))?;
    let mut schema =
        Schema::parse(&sdl, "supergraph.graphql").map_err(|error| Error::Supergraph(error.errors.to_string()))?;
    for definition in schema.directive_definitions.values_mut() {
        // Of a directive that several subgraphs define the library repeats the arguments.
        let mut seen = BTreeSet::new();
        let arguments = &mut definition.make_mut().arguments;
        arguments.retain(|argument| seen.insert(argument.name.clone()));
    }
    for part in &mut parts {
        part.find_graph(&schema)?;
    }
    specify_scalars(&mut schema, &parts);
    join::write(&mut schema, &parts);
    Ok(schema)
}

/// The composition library knows `@cost` and `@listSize` only where they are not imported, and drops them elsewhere.
fn without_cost_imports(sdl: &str) -> String {
    sdl.replace("\"@cost\"", "").replace("\"@listSize\"", "")
}

/// The composition library drops `@specifiedBy`; the first subgraph that says it of a scalar is believed.
fn specify_scalars(schema: &mut Schema, parts: &[Part]) {
    for (name, definition) in &mut schema.types {
        let ExtendedType::Scalar(scalar) = definition else {
            continue;
        };
        let mut said = parts
            .iter()
            .filter_map(|part| part.schema.types.get(name)?.directives().get("specifiedBy"));
        if let (false, Some(directive)) = (scalar.directives.has("specifiedBy"), said.next()) {
            scalar.make_mut().directives.push(directive.clone());
        }
    }
}
