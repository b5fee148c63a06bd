//! What clients see of the graph, in two variants: `admin` is all of it, `public` is the graph without what carries a hidden
//! tag (`router.contract`). Operators see the first, everybody else the second, and a request may choose by
//! `GraphQL-Schema-Version`.
//!
//! Both are made from one supergraph, and one planner plans for both. A graph without such a tag has one variant under two
//! names.

mod alone;
mod hide;

use std::{collections::BTreeSet, sync::Arc};

use apollo_compiler::{Name, Schema, collections::HashMap, schema::Implementers, validation::Valid};
use auth::Role;
use axum::http::{HeaderMap, HeaderName};
use kernel::{ErrorCode, Refusal};

pub(crate) use alone::alone;

use crate::{
    error::{Error, Rejection},
    one_of,
    pipeline::{Context, Identity},
    settings::{ContractSettings, WhenAsked},
    supergraph::{Supergraph, hiding},
};

/// The header by which a request chooses its variant.
pub(crate) const SCHEMA_VERSION: HeaderName = HeaderName::from_static("graphql-schema-version");
/// Most letters of an unknown name that are repeated.
const NAME_LETTERS: usize = 40;

/// A variant of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// What is for everybody.
    Public,
    /// All of it, for operators.
    Admin,
}

impl Variant {
    const ALL: [Self; 2] = [Self::Public, Self::Admin];

    /// The name in `GraphQL-Schema-Version`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Admin => "admin",
        }
    }

    fn of(headers: &HeaderMap) -> Result<Option<Self>, Rejection> {
        let Some(sent) = headers.get(SCHEMA_VERSION) else {
            return Ok(None);
        };
        let known = |variant: &Self| sent.as_bytes() == variant.name().as_bytes();
        let found = Self::ALL.into_iter().find(known);
        found.map(Some).ok_or_else(|| {
            let sent: String = String::from_utf8_lossy(sent.as_bytes())
                .chars()
                .take(NAME_LETTERS)
                .collect();
            let names = Self::ALL.map(Self::name);
            let message = format!(
                "`GraphQL-Schema-Version` is `{}`; `{sent}` is no version of this graph",
                names.join("` or `")
            );
            let refusal = Refusal::bad_input("GraphQL-Schema-Version", message);
            Rejection::of(&refusal.with("allowed", names.join(", ")).with("sent", sent))
        })
    }
}

/// One variant of the graph, made ready.
pub(crate) struct View {
    /// The schema.
    pub(crate) api: Valid<Schema>,
    /// The same as text.
    pub(crate) sdl: String,
    pub(crate) implementers: HashMap<Name, Implementers>,
    /// Interfaces and unions with a member that is not in it.
    pub(crate) hiding: BTreeSet<String>,
    /// Something is missing in it.
    pub(crate) is_public: bool,
}

impl View {
    fn new(supergraph: &Supergraph, api: Valid<Schema>, is_public: bool) -> Self {
        Self {
            sdl: one_of::sdl(&api),
            implementers: api.implementers_map(),
            hiding: hiding(&supergraph.schema, &api),
            api,
            is_public,
        }
    }

    /// The graph without what carries one of `tags`, and without what then nobody can come to; `None` when nothing does.
    fn public(supergraph: &Supergraph, tags: &[String]) -> Result<Option<Self>, Error> {
        let tagged = hide::tagged(&supergraph.schema, tags);
        if tagged.is_empty() {
            return Ok(None);
        }
        let mut schema = supergraph.api.clone().into_inner();
        hide::take_out(&mut schema, &tagged);
        let api = schema
            .validate()
            .map_err(|invalid| Error::Contract(invalid.errors.to_string()))?;
        Ok(Some(Self::new(supergraph, api, true)))
    }
}

/// The variants of one graph, and who gets which.
pub(crate) struct Contract {
    admin: Arc<View>,
    /// `None`: nothing is hidden.
    public: Option<Arc<View>>,
    operators: Operators,
    when_asked: WhenAsked,
}

impl Contract {
    /// The variants that the settings say.
    ///
    /// # Errors
    /// [`Error::Contract`]: what is left for the public is no schema; an operator's role is none.
    pub(crate) fn new(supergraph: &Supergraph, settings: &ContractSettings) -> Result<Self, Error> {
        Ok(Self {
            admin: Arc::new(View::new(supergraph, supergraph.api.clone(), false)),
            public: View::public(supergraph, &settings.hides)?.map(Arc::new),
            operators: Operators::new(&settings.operators)?,
            when_asked: settings.when_asked,
        })
    }

    /// The graph as it is shown to who asks.
    pub(crate) fn view_for(&self, context: &Context) -> &Arc<View> {
        let Some(public) = &self.public else {
            return &self.admin;
        };
        let is_whole = match context.variant {
            // Whoever chose it was looked at then.
            Some(Variant::Admin) => true,
            Some(Variant::Public) => false,
            None => self.operators.include(&context.identity),
        };
        if is_whole { &self.admin } else { public }
    }

    /// All of the graph.
    pub(crate) const fn whole(&self) -> &Arc<View> {
        &self.admin
    }

    /// Whether an operation that asks for something hidden is told that it may not, as for any guarded field; otherwise
    /// there is nothing of the kind. Who chose the public graph by name gets exactly that.
    pub(crate) fn refuses_hidden(&self, context: &Context) -> bool {
        self.when_asked == WhenAsked::Refuse && context.variant.is_none() && self.view_for(context).is_public
    }

    /// The variant that a request chooses.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a name that is none; `UNAUTHENTICATED` or `FORBIDDEN` for who is no operator.
    pub(crate) fn chosen(&self, headers: &HeaderMap, identity: &Identity) -> Result<Option<Variant>, Rejection> {
        let variant = Variant::of(headers)?;
        if variant != Some(Variant::Admin) || self.operators.include(identity) {
            return Ok(variant);
        }
        let refusal = match identity.viewer {
            None => Refusal::unauthenticated(),
            Some(_) => Refusal::new(ErrorCode::Forbidden, "this graph is for operators"),
        };
        Err(Rejection::of(&refusal))
    }
}

/// Who works for the platform.
struct Operators {
    roles: Vec<Role>,
    scopes: Vec<String>,
}

impl Operators {
    fn new(named: &[String]) -> Result<Self, Error> {
        let mut operators = Self {
            roles: Vec::new(),
            scopes: Vec::new(),
        };
        for name in named {
            match name.strip_prefix(Role::SCOPE) {
                Some(role) => operators.roles.push(Role::from_name(role).ok_or_else(|| {
                    let names = Role::ALL.map(Role::name).join(", ");
                    Error::Contract(format!("operators: {name:?} is no role; these are: {names}"))
                })?),
                None => operators.scopes.push(name.clone()),
            }
        }
        Ok(operators)
    }

    fn include(&self, identity: &Identity) -> bool {
        let Some(viewer) = &identity.viewer else {
            return false;
        };
        viewer.has_any(&self.roles)
            || identity
                .scopes()
                .any(|held| self.scopes.iter().any(|scope| scope == held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Source;

    const LINK: &str =
        r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@tag", "@key"])"#;

    fn contract(sdl: &str, hides: &[&str]) -> Result<Contract, Error> {
        let source = Source::new("one", "http://one.example", format!("{LINK} {sdl}"));
        let settings = ContractSettings {
            hides: hides.iter().map(ToString::to_string).collect(),
            ..ContractSettings::default()
        };
        Contract::new(&Supergraph::compose(&[source]).expect("it composes"), &settings)
    }

    #[test]
    fn what_is_hidden_is_gone_with_all_that_only_led_to_it() {
        let sdl = r#"
            type Query {
                title(at: Int, draft: Boolean @tag(name: "admin"), by: Staff): Title
                audit(filter: AuditFilter): [Entry!]! @tag(name: "admin")
                needs(filter: Internal!): Int
                beta: Int @tag(name: "beta")
            }
            type Mutation { edit(input: EditInput!): EditPayload! @tag(name: "admin") }
            interface Title { id: ID! }
            type Movie implements Title { id: ID! packages: [String!]! @tag(name: "admin") state: State! }
            type Entry { by: ID! kind: EntryKind! } enum EntryKind { MADE }
            input AuditFilter { by: ID } input EditInput { state: State! } type EditPayload { title: Title }
            input Staff @tag(name: "admin") { name: String } input Internal @tag(name: "admin") { name: String }
            enum State { PUBLISHED DRAFT @tag(name: "admin") }
        "#;
        let made = contract(sdl, &["admin"]).expect("variants");
        let (all, public) = (&made.admin.sdl, &made.public.as_ref().expect("something is hidden").sdl);
        let gone = [
            "audit", "Audit", "packages", "Entry", "Edit", "Mutation", "DRAFT", "draft", "Staff", "needs", "Internal",
        ];
        for gone in gone {
            assert!(all.contains(gone) && !public.contains(gone), "{gone}: {public}");
        }
        for there in ["title(at: Int): Title", "type Movie", "PUBLISHED", "beta"] {
            assert!(public.contains(there), "{there}: {public}");
        }
        assert!(!all.contains("@tag") && !public.contains("@tag"));
        for tags in [&[][..], &["nobody"][..]] {
            assert!(contract(sdl, tags).expect("variants").public.is_none());
        }
    }

    #[test]
    fn what_cannot_be_is_named_at_the_start() {
        let refused = contract(r#"type Query { audit: Int @tag(name: "admin") }"#, &["admin"]).err();
        assert!(refused.is_some_and(|error| error.to_string().contains("router.contract")));
        let wrong = Operators::new(&["role:BOSS".to_owned()])
            .err()
            .expect("no role")
            .to_string();
        assert!(wrong.contains("\"role:BOSS\"") && wrong.contains("EDITOR"), "{wrong}");
    }
}
