//! Whether the viewer may ask all that an operation asks. Told before any subgraph is called; subgraphs check again.

use std::{collections::BTreeSet, sync::Arc};

use apollo_compiler::{
    ExecutableDocument,
    ast::{DirectiveList, Value as Literal},
    executable::{Selection, SelectionSet},
};
use async_graphql::{PathSegment, ServerError, Value};
use auth::Role;
use kernel::ErrorCode;

use super::{Context, Identity, Withheld, policies};
use crate::{
    access::{Access, AnyOfAll, Rule},
    error::{Rejection, coded},
    subgraph::Map,
};

/// Most guarded fields named in one answer.
const MAX_ERRORS: usize = 20;

/// A guarded field of an operation.
pub(crate) struct Need {
    /// Response keys from the root.
    path: Vec<String>,
    /// Type and field.
    coordinate: String,
    rules: Arc<[Rule]>,
    /// Variables of the `@skip` and `@include` on the way, with the value under which it is asked.
    conditions: Vec<(String, bool)>,
}

/// Finds what an operation asks that not everybody may. Fragments are gone through wherever they are spread; how often
/// that can be is limited before.
pub(crate) fn needs(access: &Access, document: &ExecutableDocument, root: &SelectionSet) -> Vec<Need> {
    let mut walk = Walk {
        access,
        document,
        path: Vec::new(),
        conditions: Vec::new(),
        found: Vec::new(),
    };
    walk.set(root);
    walk.found
}

/// Refuses the operation when the viewer may not ask all of it.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody, `FORBIDDEN` for somebody; one error for each field.
pub(crate) fn authorise(needs: &[Need], variables: &Map, context: &Context) -> Result<(), Rejection> {
    let mut refused = refused(needs, variables, context).peekable();
    if refused.peek().is_none() {
        return Ok(());
    }
    let code = code(context);
    let errors = refused.by_ref().take(MAX_ERRORS);
    let mut errors: Vec<ServerError> = errors.map(|(need, rule)| need.error(rule, code)).collect();
    let more = refused.count();
    if more > 0 {
        let message = format!("{more} more fields are not for this viewer");
        errors.push(coded(code.name(), code.status(), message));
    }
    metrics::counter!("router_unauthorised_operations", "code" => code.name()).increment(1);
    Err(Rejection {
        status: code.status(),
        well_formed: true,
        headers: Vec::new(),
        errors,
    })
}

/// What of an operation the viewer may not ask, by type and field, with why.
pub(super) fn unmet(needs: &[Need], variables: &Map, context: &Context) -> Withheld {
    let code = code(context);
    let refused = refused(needs, variables, context);
    let withheld: Withheld = refused
        .map(|(need, rule)| (need.coordinate.clone(), need.error(rule, code)))
        .collect();
    if !withheld.is_empty() {
        metrics::counter!("router_unauthorised_operations", "code" => code.name()).increment(1);
    }
    withheld
}

/// Whether the viewer may know that something is of this type.
pub(super) fn may_see(access: &Access, ty: &str, context: &Context) -> bool {
    let rules = access.of(ty, "__typename");
    rules.is_none_or(|rules| rules.iter().all(|rule| holds(rule, context)))
}

fn refused<'n>(
    needs: &'n [Need],
    variables: &'n Map,
    context: &'n Context,
) -> impl Iterator<Item = (&'n Need, &'n Rule)> {
    needs
        .iter()
        .filter(|need| need.applies(variables))
        .filter_map(|need| need.unmet(context).map(|rule| (need, rule)))
}

fn code(context: &Context) -> ErrorCode {
    match context.identity.viewer {
        Some(_) => ErrorCode::Forbidden,
        None => ErrorCode::Unauthenticated,
    }
}

impl Need {
    fn applies(&self, variables: &Map) -> bool {
        self.conditions
            .iter()
            .all(|(name, wanted)| variables.get(name.as_str()) == Some(&Value::Boolean(*wanted)))
    }

    fn unmet(&self, context: &Context) -> Option<&Rule> {
        self.rules.iter().find(|rule| !holds(rule, context))
    }

    fn error(&self, rule: &Rule, code: ErrorCode) -> ServerError {
        let what = match rule {
            _ if code == ErrorCode::Unauthenticated => "a sign-in".to_owned(),
            Rule::Authenticated => "a sign-in".to_owned(),
            Rule::Scopes(lists) => requirement(lists),
            Rule::Policies(lists) => format!("the policy {}", alternatives(lists)),
        };
        let message = format!("`{}` ({}) needs {what}", self.path.join("."), self.coordinate);
        let path = self.path.iter().cloned().map(PathSegment::Field).collect();
        coded(code.name(), code.status(), message).with_path(path)
    }
}

/// What scopes are called: those of roles by the role.
fn requirement(lists: &AnyOfAll) -> String {
    let roles: Option<Vec<&str>> = lists
        .iter()
        .map(|list| match list.as_slice() {
            [one] => one.strip_prefix(Role::SCOPE),
            _ => None,
        })
        .collect();
    match roles {
        Some(roles) => format!("the role {}", roles.join(" or ")),
        None => format!("the scope {}", alternatives(lists)),
    }
}

fn alternatives(lists: &AnyOfAll) -> String {
    let all: Vec<String> = lists.iter().map(|list| list.join(" and ")).collect();
    all.join(" or ")
}

fn holds(rule: &Rule, context: &Context) -> bool {
    let any_of_all =
        |lists: &AnyOfAll, one: &dyn Fn(&str) -> bool| lists.iter().any(|list| list.iter().all(|name| one(name)));
    match rule {
        Rule::Authenticated => context.identity.viewer.is_some(),
        Rule::Scopes(lists) => any_of_all(lists, &|scope| has_scope(&context.identity, scope)),
        Rule::Policies(lists) => any_of_all(lists, &|policy| policies::allows(policy, context)),
    }
}

/// `role:EDITOR` of who has the role; other scopes of the key that speaks for itself.
fn has_scope(identity: &Identity, scope: &str) -> bool {
    let Some(viewer) = &identity.viewer else {
        return false;
    };
    match scope.strip_prefix(Role::SCOPE) {
        Some(role) => Role::from_name(role).is_some_and(|role| viewer.has_any(&[role])),
        None => identity.scopes().any(|held| held == scope),
    }
}

struct Walk<'a> {
    access: &'a Access,
    document: &'a ExecutableDocument,
    path: Vec<String>,
    conditions: Vec<(String, bool)>,
    found: Vec<Need>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            let Some(conditions) = conditions(selection.directives()) else {
                continue;
            };
            let outer = self.conditions.len();
            self.conditions.extend(conditions);
            match selection {
                Selection::Field(field) => {
                    self.path.push(field.response_key().to_string());
                    if let Some(rules) = self.access.of(&set.ty, &field.name) {
                        self.push(format!("{}.{}", set.ty, field.name), rules);
                    }
                    self.set(&field.selection_set);
                    self.path.pop();
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.set(&fragment.selection_set);
                    }
                }
            }
            self.conditions.truncate(outer);
        }
    }

    fn push(&mut self, coordinate: String, rules: &Arc<[Rule]>) {
        let conditions: BTreeSet<_> = self.conditions.iter().cloned().collect();
        self.found.push(Need {
            path: self.path.clone(),
            coordinate,
            rules: rules.clone(),
            conditions: conditions.into_iter().collect(),
        });
    }
}

/// The variables under which a selection is asked; `None` when it never is.
fn conditions(directives: &DirectiveList) -> Option<Vec<(String, bool)>> {
    let mut found = Vec::new();
    for (name, wanted) in [("skip", false), ("include", true)] {
        let condition = directives
            .get(name)
            .and_then(|directive| directive.specified_argument_by_name("if"));
        match condition.map(AsRef::as_ref) {
            Some(Literal::Boolean(value)) if *value != wanted => return None,
            Some(Literal::Variable(variable)) => found.push((variable.to_string(), wanted)),
            _ => {}
        }
    }
    Some(found)
}
