//! From SDL to one graph.

use router::{Error, Source, Supergraph, plan_every_field, sources};

use crate::graph::supergraph;

#[test]
fn an_interface_object_adds_its_fields_to_every_implementation() {
    let sdl = supergraph().api_sdl().to_owned();
    let movie = sdl
        .split("type Movie")
        .nth(1)
        .and_then(|rest| rest.split('}').next())
        .expect("a movie");
    assert!(movie.contains("access: Access"), "{sdl}");
    assert!(movie.contains("implements Title"), "{sdl}");
    assert!(sdl.contains("interface Title"), "{sdl}");
}

#[test]
fn what_is_inaccessible_is_not_in_the_api() {
    let supergraph = supergraph();
    assert!(supergraph.sdl().contains("Draft") && supergraph.sdl().contains("internalScore"));
    for hidden in [
        "Draft",
        "internalScore",
        "SECRET",
        "join__",
        "@inaccessible",
        "_entities",
        "_Any",
    ] {
        assert!(
            !supergraph.api_sdl().contains(hidden),
            "{hidden} in {}",
            supergraph.api_sdl()
        );
    }
    assert!(supergraph.api_sdl().contains("\"\"\"One title.\"\"\"") || supergraph.api_sdl().contains("\"One title.\""));
}

#[test]
fn every_field_of_the_graph_has_a_plan() {
    let unplanned = plan_every_field(&supergraph()).expect("a planner");
    assert!(unplanned.is_empty(), "{unplanned:#?}");
}

#[test]
fn a_field_nobody_can_reach_is_found() {
    let lonely = "type Query { a: A } type A { id: ID! }";
    let other = "type Query { other: Int } type A @key(fields: \"id\") { id: ID! b: Int }
        extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\", \"@shareable\"])";
    let lonely = format!(
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\", \"@shareable\"]) {}",
        lonely.replace("id: ID!", "id: ID! @shareable")
    );
    let other = other
        .replace("{ id: ID! b", "{ id: ID! @shareable b")
        .replace(" @key(fields: \"id\")", "");
    let graph = Supergraph::compose(&[
        Source::new("x", "http://x", lonely),
        Source::new("y", "http://y", other),
    ]);
    let unplanned = plan_every_field(&graph.expect("composition does not notice")).expect("a planner");
    assert_eq!(
        unplanned.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
        ["Query.a.b"]
    );
}

#[test]
fn subgraphs_that_contradict_each_other_are_refused_with_the_reason() {
    let one = "type Query { a: Int }";
    let two = "type Query { a: String }";
    let refused = Supergraph::compose(&[Source::new("x", "http://x", one), Source::new("y", "http://y", two)]);
    let Err(Error::Composition(reasons)) = refused else {
        panic!("composed")
    };
    assert!(reasons.iter().any(|reason| reason.contains('a')), "{reasons:?}");
}

#[test]
fn who_implements_what_is_no_interface_in_its_subgraph_is_named() {
    let link =
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@interfaceObject"])"#;
    let nodes = format!(
        r#"{link} type Query {{ node: Node }} interface Node @key(fields: "id") {{ id: ID! }}
        type Film implements Node @key(fields: "id") {{ id: ID! }}"#
    );
    let compose = |sdl: &str| {
        let others = format!("{link} {sdl}");
        Supergraph::compose(&[
            Source::new("nodes", "http://nodes", &nodes),
            Source::new("others", "http://others", others),
        ])
    };
    let node = r#"type Node @key(fields: "id") @interfaceObject { id: ID! views: Int }"#;
    assert!(compose(node).is_ok());
    for (sdl, why) in [
        (
            format!("{node} type Series implements Node {{ id: ID! }}"),
            "@interfaceObject",
        ),
        (
            "type Series implements Other { id: ID! }".to_owned(),
            "not defined there",
        ),
        (
            "type Other { id: ID! } type Series implements Other { id: ID! }".to_owned(),
            "no interface there",
        ),
    ] {
        let Err(Error::Composition(reasons)) = compose(&sdl) else {
            panic!("composed: {sdl}")
        };
        let [reason] = reasons.as_slice() else {
            panic!("{reasons:?}")
        };
        assert!(reason.starts_with("[others] Series implements "), "{reason}");
        assert!(reason.contains(why), "{reason}");
    }
}

#[test]
fn the_graph_file_of_the_platform_is_read_in_order() {
    let yaml = include_str!("../../../supergraph.yaml");
    let read = sources(yaml, |file| Ok(format!("# {file}"))).expect("our own file");
    let names: Vec<&str> = read.iter().map(|source| source.name.as_str()).collect();
    let services = [
        "accounts",
        "catalogue",
        "livetv",
        "rights",
        "search",
        "recommendations",
        "billing",
        "analytics",
    ];
    assert_eq!(names, services);
    assert_eq!(read[7].url, "http://127.0.0.1:4108/graphql");
    assert_eq!(read[0].sdl, "# schema/accounts.graphql");
}

#[test]
fn a_mistake_in_the_graph_file_is_named() {
    let unknown = sources("subgraphs:\n  a:\n    routing_uri: x\n", |_| Ok(String::new()));
    let Err(Error::Config(reason)) = unknown else {
        panic!("accepted")
    };
    assert!(reason.contains("routing_uri"), "{reason}");
    let missing = sources(
        "subgraphs:\n  a:\n    routing_url: x\n    schema: {file: a.graphql}\n",
        |_| Err(std::io::Error::from(std::io::ErrorKind::NotFound)),
    );
    assert!(matches!(missing, Err(Error::Schema { file, .. }) if file == "a.graphql"));
}

#[test]
fn a_contributor_may_come_before_the_owner_in_the_alphabet() {
    const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\",
        import: [\"@key\", \"@interfaceObject\"]) ";
    let owner = "type Query { title: Title } interface Title @key(fields: \"id\") { id: ID! }
        type Movie implements Title @key(fields: \"id\") { id: ID! year: Int }";
    let contributor = "type Query { rating: Rating } type Rating { title: Title }
        type Title @key(fields: \"id\") @interfaceObject { id: ID! rating: Rating }";
    for name in ["a", "z"] {
        let sources = [
            Source::new("owner", "http://owner", format!("{LINK}{owner}")),
            Source::new(name, "http://contributor", format!("{LINK}{contributor}")),
        ];
        let graph = Supergraph::compose(&sources).expect("they compose");
        assert_eq!(plan_every_field(&graph).expect("a planner"), [], "{name}");
    }
}

#[test]
fn what_the_router_acts_on_stays_in_the_supergraph_and_not_in_the_api() {
    let sdl = "type Query { mine: [A!] @authenticated @cacheControl(maxAge: 5, scope: PRIVATE)
            list(first: Int @cost(weight: 2)): [A!] @cost(weight: 3)
                @listSize(assumedSize: 9, slicingArguments: [\"first\"], requireOneSlicingArgument: false) }
        type A @requiresScopes(scopes: [[\"a\", \"b\"], [\"c\"]]) @cacheControl(maxAge: 60) {
            id: ID! @policy(policies: [[\"staff\"]]) @tag(name: \"admin\") kind: Kind! }
        enum Kind @authenticated { ONE }
        directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT | INTERFACE
        enum CacheControlScope @inaccessible { PUBLIC PRIVATE }
        extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [\"@authenticated\", \"@cost\",
            \"@listSize\", \"@requiresScopes\", \"@policy\", \"@tag\", \"@inaccessible\", \"@composeDirective\"])
        extend schema @link(url: \"https://matinee.example/cacheControl/v1.0\", import: [\"@cacheControl\"])
            @composeDirective(name: \"@cacheControl\")";
    let other = "type Query { other: Int }";
    let graph = Supergraph::compose(&[Source::new("x", "http://x", sdl), Source::new("y", "http://y", other)]);
    let graph = graph.expect("they compose");
    for expected in [
        "@authenticated",
        "@cacheControl(maxAge: 5, scope: PRIVATE)",
        "@cacheControl(maxAge: 60)",
        "@cost(weight: 2)",
        "@cost(weight: 3)",
        "@listSize(assumedSize: 9, slicingArguments: [\"first\"], requireOneSlicingArgument: false)",
        "@requiresScopes(scopes: [[\"a\", \"b\"], [\"c\"]])",
        "@policy(policies: [[\"staff\"]])",
        "@tag(name: \"admin\")",
    ] {
        assert!(graph.sdl().contains(expected), "{expected} in {}", graph.sdl());
    }
    assert_eq!(
        graph.sdl().matches("@authenticated").count() - graph.sdl().matches("directive @authenticated").count(),
        2
    );
    assert!(
        !graph.api_sdl().contains('@') && !graph.api_sdl().contains("CacheControlScope"),
        "{}",
        graph.api_sdl()
    );
    let unplanned = plan_every_field(&graph).expect("a planner that reads them");
    assert!(unplanned.is_empty(), "{unplanned:#?}");
}
