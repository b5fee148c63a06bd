//! What `@policy` names: rules over a request that no scope says. A new one is a line in [`POLICIES`].

use auth::Role;

use super::Context;

/// Decides over a request.
type Policy = fn(&Context) -> bool;

/// The policies there are, by the name that stands in SDL.
const POLICIES: [(&str, Policy); 1] = [("staff", staff)];

/// Whether the policy allows it; one that is not known allows nothing.
pub(crate) fn allows(name: &str, context: &Context) -> bool {
    POLICIES
        .iter()
        .find(|(known, _)| *known == name)
        .is_some_and(|(_, policy)| policy(context))
}

/// Somebody who works for the platform, in any role.
fn staff(context: &Context) -> bool {
    const STAFF: [Role; 6] = [
        Role::Editor,
        Role::Moderator,
        Role::Support,
        Role::Billing,
        Role::Analyst,
        Role::Admin,
    ];
    let viewer = context.identity.viewer.as_ref();
    viewer.is_some_and(|viewer| viewer.has_any(&STAFF))
}
