//! Who may ask what, said twice: the SDL tells the router, the guard tells the subgraph, and both say the same.

use std::collections::{BTreeMap, HashMap};

use apollo_compiler::ast::{Definition, Document, FieldDefinition, InputValueDefinition, OperationType, Type};
use async_graphql::{Request, Variables};
use auth::Role;
use futures_util::StreamExt;
use serde_json::{Value, json};
use server::Running;
use tests::TestPlatform;

use crate::{read, rust_files};

#[test]
fn a_guard_and_its_directive_stand_in_one_attribute_and_say_the_same() {
    let mut wrong = Vec::new();
    for path in rust_files("subgraphs")
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("/src/"))
    {
        for attribute in attributes(&read(&path)) {
            let guard = attribute
                .split("guard=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            let says = |directive: &str| attribute.contains(&format!("directive={directive}"));
            let same = match guard {
                Some("SignedIn") => says("Authenticated::apply()"),
                Some(guard) => match guard.strip_prefix("Require(").and_then(|rest| rest.strip_suffix(')')) {
                    Some(roles) => says(&format!("RequiresRole::apply({roles})")),
                    None => false,
                },
                None => !says("Authenticated") && !says("Requires") && !says("Policy"),
            };
            if !same {
                wrong.push(format!("{}: {attribute}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The `#[graphql(…)]` attributes of a file, without spaces.
fn attributes(text: &str) -> Vec<String> {
    text.split("#[graphql(")
        .skip(1)
        .map(|rest| rest.split(")]").next().unwrap_or_default())
        .map(|attribute| format!("{attribute})").split_whitespace().collect())
        .collect()
}

/// Root queries that refuse some who are signed in, by what they ask about.
const OWN_ONLY: [&str; 1] = ["accountSubscription"];

/// What the SDL asks of a root field.
enum Guarded {
    No,
    SignedIn,
    Roles(Vec<Role>),
}

struct Root {
    subgraph: &'static str,
    field: String,
    operation: String,
    variables: Value,
    kind: OperationType,
    guarded: Guarded,
}

#[tokio::test]
async fn the_router_refuses_before_any_fetch_and_the_subgraph_refuses_by_itself() {
    let tv = TestPlatform::start_with(&[("server.demo", "false")]).await;
    let running = tv.inside();
    let mut wrong = Vec::new();
    let mut guarded = 0;
    for root in roots() {
        let expected = if matches!(root.guarded, Guarded::No) {
            None
        } else {
            Some("UNAUTHENTICATED")
        };
        guarded += u32::from(expected.is_some());
        if root.kind != OperationType::Subscription || expected.is_some() {
            check(
                &mut wrong,
                &root,
                "signed out",
                &ask(running, &root, None).await,
                expected,
            );
        }
        if expected.is_some() {
            router_refuses(&mut wrong, running, &root).await;
        }
        if let Guarded::Roles(roles) = &root.guarded {
            let refused = ask(running, &root, Some(Role::Viewer)).await;
            check(&mut wrong, &root, "a viewer", &refused, Some("FORBIDDEN"));
            for role in roles {
                check(
                    &mut wrong,
                    &root,
                    role.name(),
                    &ask(running, &root, Some(*role)).await,
                    None,
                );
            }
        } else if root.kind == OperationType::Query && !OWN_ONLY.contains(&root.field.as_str()) {
            check(
                &mut wrong,
                &root,
                "a viewer",
                &ask(running, &root, Some(Role::Viewer)).await,
                None,
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(guarded > 30, "only {guarded} guarded root fields were found");
    tv.close().await;
}

fn check(wrong: &mut Vec<String>, root: &Root, who: &str, code: &str, expected: Option<&str>) {
    let refusal = Some(code).filter(|code| ["UNAUTHENTICATED", "FORBIDDEN"].contains(code));
    if refusal != expected {
        wrong.push(format!(
            "{}.{} for {who}: {code:?}, not {expected:?}",
            root.subgraph, root.field
        ));
    }
}

/// The code of the subgraph's first error, asked without a router.
async fn ask(running: &Running, root: &Root, role: Option<Role>) -> String {
    let (_, endpoint) = running
        .endpoints
        .iter()
        .find(|(name, _)| *name == root.subgraph)
        .expect("every subgraph runs here");
    let mut request = Request::new(&root.operation).variables(Variables::from_json(root.variables.clone()));
    if let Some(role) = role {
        let issuer = running.platform.issuer.as_ref().expect("accounts runs here");
        let now = running.platform.clock.now();
        let account = kernel::AccountId(running.platform.ids.next());
        let ends = now + chrono::TimeDelta::minutes(5);
        let token = issuer.issue(account, &[role], running.platform.ids.next(), now, ends);
        request = request.data(running.platform.verifier.verify(&token).expect("our own token"));
    }
    let answer = match root.kind {
        OperationType::Subscription => endpoint.subscribe(request).next().await.expect("a refusal"),
        _ => endpoint.execute(request).await,
    };
    let answer = serde_json::to_value(&answer).expect("an answer is JSON");
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

async fn router_refuses(wrong: &mut Vec<String>, running: &Running, root: &Root) {
    let router = running.router.as_ref().expect("the router runs here");
    let before = router.fetches();
    let request = router::Request::new(&root.operation).variables(root.variables.clone());
    let refused = router.stream(request, &router::Context::default()).await.map(|_| ());
    let answer = match refused {
        Ok(()) => {
            wrong.push(format!("{}: the router lets nobody in particular ask", root.field));
            return;
        }
        Err(refused) => serde_json::from_slice::<Value>(&refused.to_json()).expect("JSON"),
    };
    let error = &answer["errors"][0];
    if error["extensions"]["code"] != "UNAUTHENTICATED" || error["path"][0] != root.field {
        wrong.push(format!("{}: {answer}", root.field));
    }
    if router.fetches() != before {
        wrong.push(format!("{}: a subgraph was asked", root.field));
    }
}

/// Every root field of every subgraph, with an operation that asks it.
fn roots() -> Vec<Root> {
    let mut found = Vec::new();
    for (file, sdl) in schema::sdl::FILES {
        let subgraph = file.trim_start_matches("schema/").trim_end_matches(".graphql");
        let document = Document::parse(sdl, file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let types: HashMap<&str, &Definition> = document
            .definitions
            .iter()
            .filter_map(|definition| Some((definition.name()?.as_str(), definition)))
            .collect();
        for (name, kind) in [
            ("Query", OperationType::Query),
            ("Mutation", OperationType::Mutation),
            ("Subscription", OperationType::Subscription),
        ] {
            let fields = match types.get(name) {
                Some(Definition::ObjectTypeDefinition(object)) => &object.fields,
                Some(Definition::ObjectTypeExtension(object)) => &object.fields,
                _ => continue,
            };
            found.extend(fields.iter().map(|field| root(subgraph, kind, field, &types)));
        }
    }
    found
}

fn root(
    subgraph: &'static str,
    kind: OperationType,
    field: &FieldDefinition,
    types: &HashMap<&str, &Definition>,
) -> Root {
    let needed = |argument: &&apollo_compiler::Node<InputValueDefinition>| argument.ty.is_non_null();
    let mut variables = BTreeMap::new();
    let (mut declared, mut given) = (Vec::new(), Vec::new());
    for argument in field.arguments.iter().filter(needed) {
        declared.push(format!("${}: {}", argument.name, argument.ty));
        given.push(format!("{0}: ${0}", argument.name));
        variables.insert(argument.name.to_string(), example(&argument.ty, types));
    }
    let declared = if declared.is_empty() {
        String::new()
    } else {
        format!("({})", declared.join(", "))
    };
    let given = if given.is_empty() {
        String::new()
    } else {
        format!("({})", given.join(", "))
    };
    let is_leaf = matches!(
        types.get(field.ty.inner_named_type().as_str()),
        None | Some(Definition::EnumTypeDefinition(_) | Definition::ScalarTypeDefinition(_))
    );
    let selection = if is_leaf { "" } else { "{ __typename }" };
    Root {
        subgraph,
        field: field.name.to_string(),
        operation: format!("{kind} {declared} {{ {}{given} {selection} }}", field.name),
        variables: json!(variables),
        kind,
        guarded: guarded(field),
    }
}

fn guarded(field: &FieldDefinition) -> Guarded {
    if let Some(scopes) = field.directives.get("requiresScopes") {
        let scopes = scopes.to_string();
        let named = |role: &Role| scopes.contains(&format!("\"{}{}\"", Role::SCOPE, role.name()));
        return Guarded::Roles(Role::ALL.into_iter().filter(named).collect());
    }
    match field.directives.get("authenticated") {
        Some(_) => Guarded::SignedIn,
        None => Guarded::No,
    }
}

/// A value of the type that can be read, and means nothing.
fn example(ty: &Type, types: &HashMap<&str, &Definition>) -> Value {
    match ty {
        Type::List(_) | Type::NonNullList(_) => json!([]),
        Type::Named(name) | Type::NonNullNamed(name) => match (name.as_str(), types.get(name.as_str())) {
            (_, Some(Definition::EnumTypeDefinition(definition))) => {
                json!(definition.values.first().map(|value| value.value.to_string()))
            }
            (_, Some(Definition::InputObjectTypeDefinition(input))) => {
                let one_of = input.directives.get("oneOf").is_some();
                let needed = input.fields.iter().filter(|field| field.ty.is_non_null());
                let fields: Vec<_> = if one_of {
                    input.fields.iter().take(1).collect()
                } else {
                    needed.collect()
                };
                let members = fields
                    .into_iter()
                    .map(|field| (field.name.to_string(), example(&field.ty, types)));
                json!(members.collect::<BTreeMap<_, _>>())
            }
            ("Int", _) => json!(1),
            ("Float", _) => json!(1.0),
            ("Boolean", _) => json!(false),
            ("DateTime", _) => json!("2026-01-01T00:00:00Z"),
            ("ID", _) => json!("01890a5d-ac96-774b-bcce-b302099a8057"),
            ("Upload", _) => Value::Null,
            _ => json!("x"),
        },
    }
}
