//! The SDL of a schema, as federation wants it.

use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};

/// The version of federation whose directives we use: the first with `@cost` and `@listSize`.
const FEDERATION: &str = "https://specs.apollo.dev/federation/v2.9";
/// Directives of that version.
const DIRECTIVES: [&str; 16] = [
    "authenticated",
    "composeDirective",
    "cost",
    "extends",
    "external",
    "inaccessible",
    "interfaceObject",
    "key",
    "listSize",
    "override",
    "policy",
    "provides",
    "requires",
    "requiresScopes",
    "shareable",
    "tag",
];
/// What the library's header begins with, whatever is used.
const HEADER: &str = "extend schema @link(\n\turl: \"https://specs.apollo.dev/federation/";

/// The SDL the router composes: sorted, so that a diff shows what changed.
pub fn federation_sdl<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new()
        .federation()
        .include_specified_by()
        .sorted_fields()
        .sorted_enum_items()
        .sorted_arguments();
    let sdl = schema.sdl_with_options(options.compose_directive());
    describe_connections(&link(&tag_operators(&size_lists(&sdl))))
}

/// The library writes no description for connections, and a schema is read by people. Nor can they have directives:
/// a list is kept as long as the field that gives it, where anything is.
fn describe_connections(sdl: &str) -> String {
    let mut out = String::with_capacity(sdl.len() + 1024);
    let mut is_described = false;
    let is_kept = uses(sdl, "cacheControl");
    for line in sdl.lines() {
        let name = line
            .strip_prefix("type ")
            .and_then(|rest| rest.split([' ', '{']).next());
        if !is_described && name.is_some_and(|name| name.ends_with("Connection")) {
            out.push_str("\"\"\"\nA page of a list (Relay Cursor Connections).\n\"\"\"\n");
        }
        is_described = line == "\"\"\"";
        let is_list =
            name.is_some_and(|name| name.ends_with("Connection") || name.ends_with("Edge") || name == "PageInfo");
        match line.strip_suffix(" {") {
            Some(head) if is_kept && is_list => out.extend([head, " @cacheControl(inheritMaxAge: true) {"]),
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// What asks for a role of the platform's own people is for operators, and has the tag by which the router hides it from
/// all others. The roles stand in the directive beside the guard, so nobody has to write the tag.
fn tag_operators(sdl: &str) -> String {
    const TAG: &str = "@tag(name: \"admin\")";
    let mut out = String::with_capacity(sdl.len() + 4096);
    for line in sdl.lines() {
        let (head, tail) = line.strip_suffix(" {").map_or((line, ""), |head| (head, " {"));
        out.push_str(head);
        if is_for_operators(head) && !head.contains(TAG) {
            out.push(' ');
            out.push_str(TAG);
        }
        out.push_str(tail);
        out.push('\n');
    }
    out
}

/// Whether a line asks for a role that no viewer has: each way to fulfil it does.
fn is_for_operators(line: &str) -> bool {
    let asked = line
        .split_once("@requiresScopes(scopes: [[")
        .and_then(|(_, rest)| rest.split_once("]])"));
    let Some((ways, _)) = asked else {
        return line.contains("@policy(policies: [[\"staff\"]])");
    };
    ways.split("], [").all(|way| {
        let mut scopes = way.split(", ").map(|scope| scope.trim_matches('"'));
        scopes.any(|scope| {
            let role = scope.strip_prefix("role:");
            role.is_some_and(|role| !["VIEWER", "CREATOR"].contains(&role))
        })
    })
}

/// Every list that is asked for with `first` or `page` says so to the router, which reckons with its size.
fn size_lists(sdl: &str) -> String {
    let mut out = String::with_capacity(sdl.len() + 4096);
    // What tells the size, among the arguments of the field we are in.
    let mut slicing: Option<Vec<&str>> = None;
    for line in sdl.lines() {
        out.push_str(line);
        // Arguments stand on lines of their own, the type of the field behind the bracket that closes them.
        if let Some(ty) = line.strip_prefix("\t): ") {
            let names = slicing.take().unwrap_or_default();
            if !names.is_empty() && !line.contains("@listSize") {
                out.push_str(&list_size(ty, &names));
            }
        } else if let Some(names) = &mut slicing {
            let argument = line.trim_start();
            names.extend(argument.starts_with("first: Int").then_some("\"first\""));
            names.extend(argument.starts_with("page: PageInput").then_some("\"page\""));
        } else if line.starts_with('\t') && line.ends_with('(') {
            slicing = Some(Vec::new());
        }
        out.push('\n');
    }
    out
}

/// The directive of a list, or of a connection of one, that has ten items unless told otherwise.
fn list_size(ty: &str, slicing: &[&str]) -> String {
    let name = ty.split([' ', '!']).next().unwrap_or_default();
    let sized = match name {
        name if name.starts_with('[') => "",
        name if name.ends_with("Connection") => "sizedFields: [\"edges\"], ",
        _ => return String::new(),
    };
    let slicing = slicing.join(", ");
    format!(" @listSize(assumedSize: 10, slicingArguments: [{slicing}], {sized}requireOneSlicingArgument: false)")
}

/// Links the version of federation that has all we use, and imports what is used.
fn link(sdl: &str) -> String {
    let Some((before, rest)) = sdl.split_once(HEADER) else {
        return sdl.to_owned();
    };
    let after = rest.split_once("\n)\n").map_or("", |(_, after)| after);
    let used: Vec<String> = DIRECTIVES
        .into_iter()
        .filter(|name| uses(before, name) || uses(after, name))
        .map(|name| format!("\"@{name}\""))
        .collect();
    let import = used.join(", ");
    format!(
        "{before}extend schema @link(\n\turl: \"{FEDERATION}\",\n\timport: [{import}]\n)\n{}",
        sort_links(after)
    )
}

/// Directives that are composed stand in the order of their names: the library has them in no order.
fn sort_links(sdl: &str) -> String {
    const LINK: &str = "extend schema @link(";
    let Some(begin) = sdl.find(LINK) else {
        return sdl.to_owned();
    };
    let (before, links) = sdl.split_at(begin);
    let mut links: Vec<&str> = links.split(LINK).skip(1).map(str::trim_end).collect();
    links.sort_unstable();
    let mut out = before.to_owned();
    for link in links {
        out.extend([LINK, link, "\n\n"]);
    }
    out
}

/// Whether the directive stands in the SDL; in a description it counts too, which costs an import.
fn uses(sdl: &str, directive: &str) -> bool {
    sdl.split('@')
        .skip(1)
        .filter_map(|rest| rest.strip_prefix(directive))
        .any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Schema};
    use auth::Role;

    use super::{federation_sdl, is_for_operators, size_lists, sort_links, tag_operators};
    use crate::{
        Require, SignedIn,
        directives::{
            Authenticated, CacheControl, CacheScope, Cost, ListSize, Policy, RequiresRole, RequiresScopes, Size,
        },
    };

    #[test]
    fn composed_directives_stand_in_the_order_of_their_names() {
        let block =
            |name: &str| format!("extend schema @link(\n\turl: \"https://x/{name}\"\n)\n\t@composeDirective\n\n");
        let (a, b) = (block("a"), block("b"));
        let sorted = format!("\n{a}{b}");
        assert_eq!(sort_links(&format!("\n{b}{a}")), sorted);
        assert_eq!(sort_links(&sorted), sorted);
        assert_eq!(sort_links("\n"), "\n");
    }

    struct Query;

    #[Object]
    impl Query {
        #[graphql(guard = "SignedIn", directive = Authenticated::apply(), tag = "public")]
        async fn mine(&self) -> i32 {
            1
        }

        #[graphql(
            guard = "Require(&[Role::Admin, Role::Editor])",
            directive = RequiresRole::apply(&[Role::Admin, Role::Editor]),
            directive = Policy::apply(&[&["staff", "adult"], &["owner"]])
        )]
        async fn edited(&self, _ctx: &Context<'_>) -> i32 {
            2
        }

        #[graphql(directive = RequiresScopes::apply(&[&["read", "write"]]))]
        async fn scoped(&self) -> i32 {
            3
        }

        #[graphql(
            directive = Cost::apply(5),
            directive = ListSize::apply(Size::by_argument(&["first"]).or_assumed(20).of(&["edges"])),
            directive = CacheControl::apply(60, CacheScope::Public)
        )]
        async fn list(&self, #[graphql(directive = Cost::apply(2))] first: Option<i32>) -> Option<i32> {
            first
        }
    }

    #[test]
    fn a_list_that_is_asked_for_with_first_tells_its_size() {
        const DIRECTIVE: &str = "@listSize(assumedSize: 10, slicingArguments: [\"first\"";
        let sdl = "type Query {\n\ta(\n\t\tfirst: Int\n\t): [A!]!\n\tb(\n\t\t\"\"\"\n\t\tfirst: Int\n\t\t\"\"\"\n\t\tlast: Int\n\t): A\n\t\
             c(\n\t\tafter: String,\n\t\tfirst: Int! @cost(weight: 2),\n\t\tpage: PageInput\n\t): AConnection! @cost(weight: 3)\n\td: [A!]\n}\n";
        let sized = size_lists(sdl);
        for expected in [
            format!("): [A!]! {DIRECTIVE}], requireOneSlicingArgument: false)\n"),
            format!(
                "): AConnection! @cost(weight: 3) {DIRECTIVE}, \"page\"], sizedFields: [\"edges\"], requireOneSlicingArgument: false)\n"
            ),
            "): A\n".to_owned(),
            "\td: [A!]\n".to_owned(),
        ] {
            assert!(sized.contains(&expected), "{expected} in\n{sized}");
        }
    }

    #[test]
    fn what_only_operators_may_ask_is_tagged() {
        let scopes = |ways: &str| format!("\t): [A!] @requiresScopes(scopes: [{ways}])");
        for (ways, is_theirs) in [
            ("[\"role:EDITOR\"]", true),
            ("[\"role:ADMIN\"], [\"role:EDITOR\"]", true),
            ("[\"role:CREATOR\", \"role:SUPPORT\"]", true),
            ("[\"role:CREATOR\"]", false),
            ("[\"role:EDITOR\"], [\"reports\"]", false),
            ("[\"reports\", \"write\"]", false),
        ] {
            assert_eq!(is_for_operators(&scopes(ways)), is_theirs, "{ways}");
        }
        let tagged = tag_operators(&format!(
            "type T {{\n{} @cost(weight: 2)\n}}\n",
            scopes("[\"role:EDITOR\"]")
        ));
        assert!(
            tagged.contains(" @cost(weight: 2) @tag(name: \"admin\")\n}"),
            "{tagged}"
        );
        assert_eq!(tag_operators(&tagged), tagged);
    }

    #[test]
    fn directives_stand_in_the_sdl_and_the_header_imports_them() {
        let sdl = federation_sdl(&Schema::new(Query, EmptyMutation, EmptySubscription));
        for expected in [
            "mine: Int! @authenticated @tag(name: \"public\")",
            "@requiresScopes(scopes: [[\"role:ADMIN\"], [\"role:EDITOR\"]])",
            "[\"owner\"]]) @tag(name: \"admin\")\n",
            "scoped: Int! @requiresScopes(scopes: [[\"read\", \"write\"]])\n",
            "@policy(policies: [[\"staff\", \"adult\"], [\"owner\"]])",
            "scoped: Int! @requiresScopes(scopes: [[\"read\", \"write\"]])",
            "first: Int @cost(weight: 2)",
            "@cost(weight: 5) @listSize(assumedSize: 20, slicingArguments: [\"first\"], sizedFields: [\"edges\"], \
             requireOneSlicingArgument: false) @cacheControl(maxAge: 60, scope: PUBLIC)",
            "url: \"https://specs.apollo.dev/federation/v2.9\"",
            "import: [\"@authenticated\", \"@composeDirective\", \"@cost\", \"@inaccessible\", \"@listSize\", \
             \"@policy\", \"@requiresScopes\", \"@tag\"]",
            "@composeDirective(name: \"@cacheControl\")",
        ] {
            assert!(sdl.contains(expected), "{expected} in\n{sdl}");
        }
        assert!(!sdl.contains("directive @cost"), "{sdl}");
    }
}
