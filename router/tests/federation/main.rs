//! Apollo Federation, suite by suite: every shape of subgraphs that the public federation gateway audit knows, in words
//! of television. `docs/FEDERATION.md` says what is covered; a suite is a folder in `suites/` with the name it has there.

#![expect(clippy::panic, reason = "a suite that cannot be read is a test that fails")]

mod object;
mod rules;
mod schema;
mod store;
mod subgraph;
mod suite;

use suite::{Suite, names};

/// How many cases there are: none vanishes unnoticed.
const CASES: usize = 218;

async fn passes(name: &str) {
    let failures = Suite::load(name).run().await;
    let list = failures.join("\n");
    assert!(failures.is_empty(), "{name}: {} failed\n{list}", failures.len());
}

#[test]
fn every_suite_runs_and_no_case_is_missing() {
    let tests = include_str!("main.rs");
    let mut cases = 0;
    for name in names() {
        assert!(tests.contains(&format!("passes(\"{name}\")")), "no test runs {name}");
        cases += Suite::load(&name).cases.len();
    }
    println!("{cases} cases in {} suites", names().len());
    assert_eq!(cases, CASES);
}

#[tokio::test]
async fn abstract_types() {
    passes("abstract-types").await;
}

#[tokio::test]
async fn child_type_mismatch() {
    passes("child-type-mismatch").await;
}

#[tokio::test]
async fn circular_reference_interface() {
    passes("circular-reference-interface").await;
}

#[tokio::test]
async fn complex_entity_call() {
    passes("complex-entity-call").await;
}

#[tokio::test]
async fn corrupted_supergraph_node_id() {
    passes("corrupted-supergraph-node-id").await;
}

#[tokio::test]
async fn entity_and_no_entity() {
    passes("entity-and-no-entity").await;
}

#[tokio::test]
async fn enum_intersection() {
    passes("enum-intersection").await;
}

#[tokio::test]
async fn executable_directive_definition_default_arguments() {
    passes("executable-directive-definition-default-arguments").await;
}

#[tokio::test]
async fn fed1_external_extends() {
    passes("fed1-external-extends").await;
}

#[tokio::test]
async fn fed1_external_extends_resolvable() {
    passes("fed1-external-extends-resolvable").await;
}

#[tokio::test]
async fn fed1_external_extension() {
    passes("fed1-external-extension").await;
}

#[tokio::test]
async fn fed2_external_extends() {
    passes("fed2-external-extends").await;
}

#[tokio::test]
async fn fed2_external_extension() {
    passes("fed2-external-extension").await;
}

#[tokio::test]
async fn i_will_name_you_later() {
    passes("i-will-name-you-later").await;
}

#[tokio::test]
async fn include_skip() {
    passes("include-skip").await;
}

#[tokio::test]
async fn input_object_intersection() {
    passes("input-object-intersection").await;
}

#[tokio::test]
async fn interface_object_indirect_extension() {
    passes("interface-object-indirect-extension").await;
}

#[tokio::test]
async fn interface_object_with_requires() {
    passes("interface-object-with-requires").await;
}

#[tokio::test]
async fn keys_mashup() {
    passes("keys-mashup").await;
}

#[tokio::test]
async fn mutations() {
    passes("mutations").await;
}

#[tokio::test]
async fn mysterious_external() {
    passes("mysterious-external").await;
}

#[tokio::test]
async fn nested_provides() {
    passes("nested-provides").await;
}

#[tokio::test]
async fn nested_requires() {
    passes("nested-requires").await;
}

#[tokio::test]
async fn node() {
    passes("node").await;
}

#[tokio::test]
async fn non_resolvable_interface_object() {
    passes("non-resolvable-interface-object").await;
}

#[tokio::test]
async fn null_keys() {
    passes("null-keys").await;
}

#[tokio::test]
async fn override_type_interface() {
    passes("override-type-interface").await;
}

#[tokio::test]
async fn override_with_requires() {
    passes("override-with-requires").await;
}

#[tokio::test]
async fn parent_entity_call() {
    passes("parent-entity-call").await;
}

#[tokio::test]
async fn parent_entity_call_complex() {
    passes("parent-entity-call-complex").await;
}

#[tokio::test]
async fn partial_union() {
    passes("partial-union").await;
}

#[tokio::test]
async fn partial_union_complex() {
    passes("partial-union-complex").await;
}

#[tokio::test]
async fn provides_on_interface() {
    passes("provides-on-interface").await;
}

#[tokio::test]
async fn provides_on_union() {
    passes("provides-on-union").await;
}

#[tokio::test]
async fn provides_only_requested_fields() {
    passes("provides-only-requested-fields").await;
}

#[tokio::test]
async fn requires_circular() {
    passes("requires-circular").await;
}

#[tokio::test]
async fn requires_interface() {
    passes("requires-interface").await;
}

#[tokio::test]
async fn requires_requires() {
    passes("requires-requires").await;
}

#[tokio::test]
async fn requires_with_argument() {
    passes("requires-with-argument").await;
}

#[tokio::test]
async fn requires_with_argument_conflict() {
    passes("requires-with-argument-conflict").await;
}

#[tokio::test]
async fn requires_with_fragments() {
    passes("requires-with-fragments").await;
}

#[tokio::test]
async fn shared_root() {
    passes("shared-root").await;
}

#[tokio::test]
async fn simple_entity_call() {
    passes("simple-entity-call").await;
}

#[tokio::test]
async fn simple_inaccessible() {
    passes("simple-inaccessible").await;
}

#[tokio::test]
async fn simple_interface_object() {
    passes("simple-interface-object").await;
}

#[tokio::test]
async fn simple_override() {
    passes("simple-override").await;
}

#[tokio::test]
async fn simple_requires_provides() {
    passes("simple-requires-provides").await;
}

#[tokio::test]
async fn typename() {
    passes("typename").await;
}

#[tokio::test]
async fn unavailable_override() {
    passes("unavailable-override").await;
}

#[tokio::test]
async fn union_fragment() {
    passes("union-fragment").await;
}

#[tokio::test]
async fn union_interface_distributed() {
    passes("union-interface-distributed").await;
}

#[tokio::test]
async fn union_intersection() {
    passes("union-intersection").await;
}

#[tokio::test]
async fn union_overfetching() {
    passes("union-overfetching").await;
}
