//! Directives of a subgraph's SDL that the router acts on: who may ask for a field, what it costs, how long it keeps.
//!
//! A field is annotated where it is resolved; each directive is a type with `apply`:
//!
//! ```ignore
//! #[graphql(guard = "SignedIn", directive = Authenticated::apply())]
//! #[graphql(guard = "Require(&[Role::Editor])", directive = RequiresRole::apply(&[Role::Editor]))]
//! #[graphql(directive = Policy::apply(&[&["staff"]]))]
//! #[graphql(directive = Cost::apply(5), directive = ListSize::apply(Size::by_argument(&["first"]).of(&["edges"])))]
//! #[graphql(directive = CacheControl::apply(60, CacheScope::Public))]
//! #[graphql(tag = "admin")]
//! ```
//!
//! Objects, interfaces and enums take them too, input fields and arguments `Cost` only. A directive tells the *router*;
//! the guard beside it is what the subgraph itself enforces, and a contract test holds the two together. What comes of
//! them in composition: all stay in the supergraph; `@cacheControl` is no directive of federation and stays by
//! `@composeDirective`.

use std::borrow::Cow;

use async_graphql::{
    Enum, InputType, TypeDirective, Value,
    indexmap::IndexMap,
    registry::{
        __DirectiveLocation, MetaDirective, MetaDirectiveInvocation, MetaInputValue, Registry, location_traits as at,
    },
};
use auth::Role;

/// Where `@sharedStream` is specified.
const SHARED_STREAM: &str = "https://matinee.example/sharedStream/v1.0";
/// Where `@cacheControl` is specified.
const CACHE_CONTROL: &str = "https://matinee.example/cacheControl/v1.0";

/// `@authenticated`: only for who is signed in.
pub struct Authenticated;

/// `@requiresScopes`: only for who has all scopes of one of the lists.
pub struct RequiresScopes;

/// `@requiresScopes` for roles: only for who has one of them.
pub struct RequiresRole;

/// `@policy`: only when all policies of one of the lists allow it; the router knows them by name.
pub struct Policy;

/// `@cost`: what resolving it once weighs.
pub struct Cost;

/// `@listSize`: how many items a list will have, for the cost of what is below.
pub struct ListSize;

/// `@cacheControl`: how long an answer may be kept, and by whom.
pub struct CacheControl;

/// `@cacheControl(inheritMaxAge: true)`: a value that is part of what it stands in is kept as long as that.
pub struct CacheWithParent;

/// `@sharedStream`: how equal subscriptions may share one execution.
pub struct SharedStream;

/// When somebody may join a subscription that runs for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SharedStreamJoin", inaccessible)]
pub enum StreamJoin {
    /// All that was said since it began is said again: for streams that begin with a present state.
    Replay,
    /// What was said before does not matter.
    Live,
}

/// Whose an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CacheControlScope", inaccessible)]
pub enum CacheScope {
    /// The same for everybody.
    Public,
    /// One viewer's own.
    Private,
}

/// The arguments of [`ListSize`].
#[derive(Debug, Clone, Default)]
pub struct Size {
    assumed: Option<u32>,
    slicing: Vec<&'static str>,
    sized: Vec<&'static str>,
    one_required: bool,
}

impl Size {
    /// So many items, whatever is asked.
    pub fn assumed(items: u32) -> Self {
        Self {
            assumed: Some(items),
            ..Self::default()
        }
    }

    /// As many items as one of these arguments says.
    pub fn by_argument(arguments: &[&'static str]) -> Self {
        Self {
            slicing: arguments.to_vec(),
            ..Self::default()
        }
    }

    /// So many items when no argument says how many.
    #[must_use]
    pub fn or_assumed(mut self, items: u32) -> Self {
        self.assumed = Some(items);
        self
    }

    /// The list is not the field itself but these fields below it.
    #[must_use]
    pub fn of(mut self, fields: &[&'static str]) -> Self {
        self.sized = fields.to_vec();
        self
    }

    /// Exactly one of the arguments must be given.
    #[must_use]
    pub fn exactly_one(mut self) -> Self {
        self.one_required = true;
        self
    }
}

impl Authenticated {
    /// The directive on one element.
    pub fn apply() -> MetaDirectiveInvocation {
        invocation("authenticated", [])
    }
}

impl RequiresScopes {
    /// The directive on one element: any of the lists, all of a list.
    pub fn apply(any_of_all: &[&[&str]]) -> MetaDirectiveInvocation {
        invocation("requiresScopes", [("scopes", lists(any_of_all))])
    }
}

impl RequiresRole {
    /// The directive on one element: any of the roles, as in [`crate::Require`].
    pub fn apply(any_of: &[Role]) -> MetaDirectiveInvocation {
        let scopes = any_of
            .iter()
            .map(|role| Value::List(vec![Value::from(format!("{}{}", Role::SCOPE, role.name()))]));
        invocation("requiresScopes", [("scopes", Value::List(scopes.collect()))])
    }
}

impl Policy {
    /// The directive on one element: any of the lists, all of a list.
    pub fn apply(any_of_all: &[&[&str]]) -> MetaDirectiveInvocation {
        invocation("policy", [("policies", lists(any_of_all))])
    }
}

impl Cost {
    /// The directive on one element.
    pub fn apply(weight: u32) -> MetaDirectiveInvocation {
        invocation("cost", [("weight", Value::from(weight))])
    }
}

impl ListSize {
    /// The directive on one field.
    pub fn apply(size: Size) -> MetaDirectiveInvocation {
        let names = |names: Vec<&str>| Value::List(names.into_iter().map(Value::from).collect());
        let mut arguments = Vec::new();
        if let Some(items) = size.assumed {
            arguments.push(("assumedSize", Value::from(items)));
        }
        if !size.slicing.is_empty() {
            arguments.push(("slicingArguments", names(size.slicing)));
        }
        if !size.sized.is_empty() {
            arguments.push(("sizedFields", names(size.sized)));
        }
        // The specification's default is true, which refuses `books` without `first`; here lists have a default size.
        arguments.push(("requireOneSlicingArgument", Value::from(size.one_required)));
        invocation("listSize", arguments)
    }
}

impl CacheControl {
    /// The directive on one element: kept for so many seconds.
    pub fn apply(max_age: u32, scope: CacheScope) -> MetaDirectiveInvocation {
        invocation(
            "cacheControl",
            [("maxAge", Value::from(max_age)), ("scope", scope.to_value())],
        )
    }
}

impl SharedStream {
    /// The directive on a root field of subscriptions; `Public` is one that says the same to every viewer.
    pub fn apply(join: StreamJoin, scope: CacheScope) -> MetaDirectiveInvocation {
        invocation("sharedStream", [("join", join.to_value()), ("scope", scope.to_value())])
    }
}

impl CacheWithParent {
    /// The directive on one element.
    pub fn apply() -> MetaDirectiveInvocation {
        invocation("cacheControl", [("inheritMaxAge", Value::from(true))])
    }
}

fn invocation(name: &str, arguments: impl IntoIterator<Item = (&'static str, Value)>) -> MetaDirectiveInvocation {
    MetaDirectiveInvocation {
        name: name.to_owned(),
        args: arguments
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

fn lists(lists: &[&[&str]]) -> Value {
    let list = |names: &&[&str]| Value::List(names.iter().map(|name| Value::from(*name)).collect());
    Value::List(lists.iter().map(list).collect())
}

// Federation's own directives come by `@link`; their definition is not ours to write.

impl TypeDirective for Authenticated {
    fn name(&self) -> Cow<'static, str> {
        "authenticated".into()
    }

    fn register(&self, _: &mut Registry) {}
}

impl TypeDirective for RequiresScopes {
    fn name(&self) -> Cow<'static, str> {
        "requiresScopes".into()
    }

    fn register(&self, _: &mut Registry) {}
}

impl TypeDirective for RequiresRole {
    fn name(&self) -> Cow<'static, str> {
        "requiresScopes".into()
    }

    fn register(&self, _: &mut Registry) {}
}

impl TypeDirective for Policy {
    fn name(&self) -> Cow<'static, str> {
        "policy".into()
    }

    fn register(&self, _: &mut Registry) {}
}

impl TypeDirective for Cost {
    fn name(&self) -> Cow<'static, str> {
        "cost".into()
    }

    fn register(&self, _: &mut Registry) {}
}

impl TypeDirective for ListSize {
    fn name(&self) -> Cow<'static, str> {
        "listSize".into()
    }

    fn register(&self, _: &mut Registry) {}
}

impl TypeDirective for CacheControl {
    fn name(&self) -> Cow<'static, str> {
        "cacheControl".into()
    }

    fn register(&self, registry: &mut Registry) {
        let scope = <Option<CacheScope> as InputType>::create_type_info(registry);
        let age = <Option<i32> as InputType>::create_type_info(registry);
        let inherits = <Option<bool> as InputType>::create_type_info(registry);
        registry.add_directive(MetaDirective {
            name: "cacheControl".to_owned(),
            description: Some("How long an answer may be kept, and by whom.".to_owned()),
            locations: vec![
                __DirectiveLocation::FIELD_DEFINITION,
                __DirectiveLocation::OBJECT,
                __DirectiveLocation::INTERFACE,
            ],
            args: IndexMap::from_iter([
                argument("maxAge", age),
                argument("scope", scope),
                argument("inheritMaxAge", inherits),
            ]),
            is_repeatable: false,
            visible: None,
            composable: Some(CACHE_CONTROL.to_owned()),
        });
    }
}

impl TypeDirective for CacheWithParent {
    fn name(&self) -> Cow<'static, str> {
        "cacheControl".into()
    }

    fn register(&self, registry: &mut Registry) {
        CacheControl.register(registry);
    }
}

impl TypeDirective for SharedStream {
    fn name(&self) -> Cow<'static, str> {
        "sharedStream".into()
    }

    fn register(&self, registry: &mut Registry) {
        let join = <Option<StreamJoin> as InputType>::create_type_info(registry);
        let scope = <Option<CacheScope> as InputType>::create_type_info(registry);
        registry.add_directive(MetaDirective {
            name: "sharedStream".to_owned(),
            description: Some("How equal subscriptions may share one execution.".to_owned()),
            locations: vec![__DirectiveLocation::FIELD_DEFINITION],
            args: IndexMap::from_iter([argument("join", join), argument("scope", scope)]),
            is_repeatable: false,
            visible: None,
            composable: Some(SHARED_STREAM.to_owned()),
        });
    }
}

fn argument(name: &str, ty: String) -> (String, MetaInputValue) {
    let argument = MetaInputValue {
        name: name.to_owned(),
        description: None,
        ty,
        deprecation: async_graphql::registry::Deprecation::NoDeprecated,
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    };
    (name.to_owned(), argument)
}

impl at::Directive_At_FIELD_DEFINITION for Authenticated {}
impl at::Directive_At_OBJECT for Authenticated {}
impl at::Directive_At_INTERFACE for Authenticated {}
impl at::Directive_At_ENUM for Authenticated {}

impl at::Directive_At_FIELD_DEFINITION for RequiresScopes {}
impl at::Directive_At_OBJECT for RequiresScopes {}
impl at::Directive_At_INTERFACE for RequiresScopes {}
impl at::Directive_At_ENUM for RequiresScopes {}

impl at::Directive_At_FIELD_DEFINITION for RequiresRole {}
impl at::Directive_At_OBJECT for RequiresRole {}
impl at::Directive_At_INTERFACE for RequiresRole {}
impl at::Directive_At_ENUM for RequiresRole {}

impl at::Directive_At_FIELD_DEFINITION for Policy {}
impl at::Directive_At_OBJECT for Policy {}
impl at::Directive_At_INTERFACE for Policy {}
impl at::Directive_At_ENUM for Policy {}

impl at::Directive_At_FIELD_DEFINITION for Cost {}
impl at::Directive_At_OBJECT for Cost {}
impl at::Directive_At_ENUM for Cost {}
impl at::Directive_At_ARGUMENT_DEFINITION for Cost {}
impl at::Directive_At_INPUT_FIELD_DEFINITION for Cost {}

impl at::Directive_At_FIELD_DEFINITION for ListSize {}

impl at::Directive_At_FIELD_DEFINITION for CacheControl {}
impl at::Directive_At_OBJECT for CacheControl {}
impl at::Directive_At_INTERFACE for CacheControl {}

impl at::Directive_At_FIELD_DEFINITION for CacheWithParent {}
impl at::Directive_At_OBJECT for CacheWithParent {}

impl at::Directive_At_FIELD_DEFINITION for SharedStream {}
