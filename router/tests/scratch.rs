//! Scratch.
use router::{Source, Supergraph, plan_every_field};
fn try_it(names: &[(&str, String)]) -> usize {
    let s: Vec<Source> = names.iter().map(|(n, t)| Source::new(*n, format!("http://{n}"), t.clone())).collect();
    match Supergraph::compose(&s) { Ok(g) => { let u = plan_every_field(&g).unwrap(); eprintln!("{}", g.sdl()); eprintln!("{:#?}", u.iter().map(|x| &x.0).collect::<Vec<_>>()); u.len() }, Err(e) => panic!("{e}") }
}
const LINK: &str = "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\", \"@shareable\", \"@interfaceObject\"])\n";
#[test]
fn real() {
    let cat = |q: &str| format!("{LINK} type Query {{ {q} }} interface Title @key(fields: \"id\") {{ id: ID! name: String! }} type Movie implements Title @key(fields: \"id\") {{ id: ID! name: String! year: Int }}");
    let acc = format!("{LINK} type Query {{ rating: Rating }} type Rating {{ title: Title }} type Title @key(fields: \"id\") @interfaceObject {{ id: ID! stars: Int mine: Rating }}");
    for n in ["accounts", "zaccounts"] {
        eprintln!("{n}: {}", try_it(&[("catalogue", cat("x: Int")), (n, acc.clone())]));
    }
    panic!();
}
