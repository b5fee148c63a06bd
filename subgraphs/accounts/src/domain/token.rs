//! Refresh tokens: 32 random bytes for the client, their hash for us.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use super::email::hex;

/// Length of a token's text: 32 bytes in base64url.
const TEXT: usize = 43;

/// The text of a token, for the client alone.
pub fn text(random: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(random)
}

/// The hash under which a token is kept: who reads the table cannot sign in. `None` for what is no token of ours.
pub fn hash(text: &str) -> Option<String> {
    (text.len() == TEXT).then(|| hex(&Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_kept_as_its_hash_only() {
        let token = text(&[9; 32]);
        let kept = hash(&token).unwrap();
        assert_eq!(kept.len(), 64);
        assert!(!kept.contains(&token));
        assert_eq!(hash("short"), None);
    }
}
