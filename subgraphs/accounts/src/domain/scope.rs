//! Scopes of tokens (RFC 6749 §3.3): roles as `role:EDITOR`, and what administrators give to API keys beside them.

use auth::{Role, Viewer};

/// Lets whoever has it learn of anybody's tokens, as the gateway of another platform has to.
const INTROSPECT: &str = "tokens:introspect";

/// Whether `viewer` may learn of the tokens of other accounts.
pub fn may_introspect(viewer: &Viewer) -> bool {
    viewer.has_any(&[]) || viewer.scopes.iter().any(|scope| scope == INTROSPECT)
}

/// Roles and other scopes as one text.
pub fn text(roles: &[Role], others: &[String]) -> String {
    let roles = roles.iter().map(|role| format!("{}{}", Role::SCOPE, role.name()));
    let all: Vec<String> = roles.chain(others.iter().cloned()).collect();
    all.join(" ")
}

/// Most scopes that are asked for at once.
const MAX_SCOPES: usize = 64;

/// A scope that was asked for and is not there to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHeld(pub String);

/// What of `roles` and `others` is asked for: all without `sent`. Watching is everybody's; an administrator has every role.
///
/// # Errors
/// The first scope that is not held.
pub fn narrow(sent: Option<&str>, roles: &[Role], others: &[String]) -> Result<(Vec<Role>, Vec<String>), NotHeld> {
    let Some(sent) = sent.map(str::trim).filter(|sent| !sent.is_empty()) else {
        return Ok((roles.to_vec(), others.to_vec()));
    };
    let (mut kept, mut rest) = (vec![Role::Viewer], Vec::new());
    for (at, scope) in sent.split_whitespace().enumerate() {
        let not_held = || NotHeld(scope.chars().take(64).collect());
        if at >= MAX_SCOPES {
            return Err(NotHeld(format!("more than {MAX_SCOPES}")));
        }
        match scope.strip_prefix(Role::SCOPE) {
            Some(name) => {
                let role = Role::from_name(name).ok_or_else(not_held)?;
                if role != Role::Viewer && !roles.contains(&role) && !roles.contains(&Role::Admin) {
                    return Err(not_held());
                }
                kept.push(role);
            }
            None if others.iter().any(|held| held == scope) => rest.push(scope.to_owned()),
            None => return Err(not_held()),
        }
    }
    let kept = Role::ALL.into_iter().filter(|role| kept.contains(role)).collect();
    rest.sort_unstable();
    rest.dedup();
    Ok((kept, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn roles() -> impl Strategy<Value = Vec<Role>> {
        proptest::sample::subsequence(Role::ALL.to_vec(), 0..=Role::ALL.len())
    }

    proptest! {
        #[test]
        fn a_narrower_token_never_does_more(held in roles(), asked in roles(), other in any::<bool>()) {
            let others = ["reports:read".to_owned()];
            let mut sent = text(&asked, &[]);
            if other {
                sent.push_str(" reports:read");
            }
            if let Ok((kept, rest)) = narrow(Some(&sent), &held, &others) {
                let has = |role: &Role| *role == Role::Viewer || held.contains(role) || held.contains(&Role::Admin);
                prop_assert!(kept.iter().all(has), "{kept:?} of {held:?}");
                prop_assert!(rest.iter().all(|scope| others.contains(scope)));
            }
        }
    }

    #[test]
    fn what_is_not_held_is_named() {
        let others = ["reports:read".to_owned()];
        let editor = [Role::Viewer, Role::Editor];
        for (sent, named) in [
            ("role:ADMIN", "role:ADMIN"),
            ("role:KING", "role:KING"),
            ("role:EDITOR reports:write", "reports:write"),
            ("role:", "role:"),
        ] {
            assert_eq!(narrow(Some(sent), &editor, &others), Err(NotHeld(named.to_owned())));
        }
        assert_eq!(
            narrow(Some("reports:read reports:read"), &editor, &others),
            Ok((vec![Role::Viewer], vec!["reports:read".to_owned()]))
        );
        assert_eq!(
            narrow(Some(" "), &editor, &others),
            Ok((editor.to_vec(), others.to_vec()))
        );
        assert!(narrow(Some(&"role:VIEWER ".repeat(65)), &editor, &others).is_err());
    }
}
