//! Keys of client applications: their text, and what somebody may give one.

use auth::{ApiKey, Role, Viewer};
use kernel::{ErrorCode, Refusal};

use super::token;

/// How much of a key is shown: enough to tell keys apart, too little to help who guesses.
const SHOWN: usize = ApiKey::PREFIX.len() + 4;
/// Most scopes of a key.
const MAX_SCOPES: usize = 16;
/// Longest scope.
const MAX_SCOPE: usize = 64;

/// The text of a key, for its maker alone.
pub fn secret(random: &[u8; 32]) -> String {
    format!("{}{}", ApiKey::PREFIX, token::text(random))
}

/// The part of a key that is shown afterwards.
pub fn prefix(secret: &str) -> String {
    secret.chars().take(SHOWN).collect()
}

/// The scopes that `viewer` gives a key: roles it has itself; only an administrator gives others.
///
/// # Errors
/// `BAD_USER_INPUT` for what is no scope, `LIMIT_EXCEEDED`, `FORBIDDEN` for more than the viewer has.
pub fn scopes(field: &str, viewer: &Viewer, mut sent: Vec<String>) -> Result<Vec<String>, Refusal> {
    sent.sort();
    sent.dedup();
    if sent.len() > MAX_SCOPES {
        return Err(Refusal::limit(
            "scopes of an API key",
            MAX_SCOPES as u64,
            sent.len() as u64,
        ));
    }
    for scope in &sent {
        check(field, viewer, scope)?;
    }
    Ok(sent)
}

/// Whether an account with `roles` may have a key with `scopes`.
pub fn within(scopes: &[String], roles: &[Role]) -> bool {
    roles.contains(&Role::Admin)
        || scopes.iter().all(|scope| {
            let role = scope.strip_prefix(Role::SCOPE).and_then(Role::from_name);
            role.is_some_and(|role| role == Role::Viewer || roles.contains(&role))
        })
}

fn check(field: &str, viewer: &Viewer, scope: &str) -> Result<(), Refusal> {
    // RFC 6749 §3.3, without what would need quoting.
    let is_clean = scope
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || ":._-/".contains(letter));
    if scope.is_empty() || scope.len() > MAX_SCOPE || !is_clean {
        let message = format!("a scope has 1 to {MAX_SCOPE} letters, digits and `:._-/`");
        return Err(Refusal::bad_input(field, message));
    }
    let Some(name) = scope.strip_prefix(Role::SCOPE) else {
        if viewer.has_any(&[]) {
            return Ok(());
        }
        let message = format!("only an administrator gives a key scopes beside roles, as {scope}");
        return Err(Refusal::new(ErrorCode::Forbidden, message));
    };
    let role = Role::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        Refusal::bad_input(
            field,
            format!("there is no role {name}; there are {}", known.join(", ")),
        )
    })?;
    viewer.require_any(&[role])
}

#[cfg(test)]
mod tests {
    use kernel::{AccountId, Fault};

    use super::*;

    fn viewer(roles: &[Role]) -> Viewer {
        Viewer {
            account: AccountId(uuid::Uuid::nil()),
            roles: roles.to_vec(),
            scopes: Vec::new(),
            token_id: uuid::Uuid::nil(),
            expires_at: kernel::Instant::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_secret_is_a_key_and_its_prefix_is_shown() {
        let secret = secret(&[7; 32]);
        assert!(ApiKey::hash(&secret).is_some());
        assert_eq!(prefix(&secret), "mk_live_BwcH");
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        let code = |roles: &[Role], sent: &[&str]| {
            let sent = sent.iter().map(ToString::to_string).collect();
            scopes("input.scopes", &viewer(roles), sent).map_err(|refusal| refusal.code())
        };
        let editor = [Role::Viewer, Role::Editor];
        assert_eq!(
            code(&editor, &["role:EDITOR", "role:VIEWER", "role:EDITOR"]).map(|kept| kept.len()),
            Ok(2)
        );
        assert_eq!(code(&editor, &["role:ADMIN"]), Err(ErrorCode::Forbidden));
        assert_eq!(code(&editor, &["reports:read"]), Err(ErrorCode::Forbidden));
        assert_eq!(
            code(&[Role::Admin], &["reports:read", "role:BILLING"]).map(|kept| kept.len()),
            Ok(2)
        );
        for wrong in ["role:KING", "", "a b", "role:", &"x".repeat(65)] {
            assert_eq!(code(&[Role::Admin], &[wrong]), Err(ErrorCode::BadInput), "{wrong}");
        }
        let many: Vec<String> = (0..17).map(|i| format!("s:{i}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(code(&[Role::Admin], &many), Err(ErrorCode::LimitExceeded));
    }
}
