//! Passwords: which are accepted, and how they are kept (argon2id, RFC 9106).

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{PasswordHash, SaltString},
};

use super::email::Email;

/// NIST SP 800-63B §5.1.1.2: at least eight characters, no rules about which.
const MIN_LENGTH: usize = 8;
/// Longer ones are accepted by nobody's memory, and hashing has to end.
pub const MAX_LENGTH: usize = 128;

/// The most used passwords of at least eight characters, lower case (NIST SP 800-63B §5.1.1.2 asks for such a list).
const COMMON: [&str; 40] = [
    "password",
    "password1",
    "password12",
    "password123",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "0123456789",
    "87654321",
    "987654321",
    "qwertyui",
    "qwertyuiop",
    "qwerty123",
    "qwerty12",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "asdfghjk",
    "asdfghjkl",
    "zxcvbnm1",
    "iloveyou",
    "iloveyou1",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "welcome1",
    "welcome123",
    "letmein1",
    "letmein123",
    "abcd1234",
    "abc12345",
    "abcdefgh",
    "admin123",
    "changeme",
    "starwars",
    "computer",
];

/// A hash that no password has, made with the parameters below: an unknown address costs as much time as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bWF0aW5lZS1ub2JvZHkh$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than eight characters.
    TooShort,
    /// More than 128 characters.
    TooLong,
    /// Among the first that anybody would try.
    Common,
}

impl Weakness {
    /// For people.
    pub const fn message(self) -> &'static str {
        match self {
            Self::TooShort => "choose a password of at least 8 characters",
            Self::TooLong => "choose a password of at most 128 characters",
            Self::Common => "this password is too easy to guess, choose another one",
        }
    }
}

/// Whether `password` may be chosen by the holder of `email`.
///
/// # Errors
/// What is weak about it.
pub fn check(password: &str, email: &Email) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length < MIN_LENGTH {
        return Err(Weakness::TooShort);
    }
    if length > MAX_LENGTH {
        return Err(Weakness::TooLong);
    }
    let lower = password.to_lowercase();
    let mut letters = lower.chars();
    let first = letters.next();
    let is_repeated = letters.all(|letter| Some(letter) == first);
    if is_repeated || COMMON.contains(&lower.as_str()) || lower == email.as_str() || lower == email.local() {
        return Err(Weakness::Common);
    }
    Ok(())
}

/// The hash to keep, as a PHC string. Takes about 20 ms of a core and 19 MiB.
///
/// # Errors
/// The library's reason; none is known for these parameters.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, String> {
    let salt = SaltString::encode_b64(salt).map_err(|error| error.to_string())?;
    let hash = hasher()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

/// Whether `password` has the hash `kept`. Takes the same time when there is none, or none that can be read.
pub fn verify(password: &str, kept: Option<&str>) -> bool {
    let nobody = PasswordHash::new(NOBODY).expect("a PHC string");
    let known = kept.and_then(|text| PasswordHash::new(text).ok());
    let matches = hasher()
        .verify_password(password.as_bytes(), known.as_ref().unwrap_or(&nobody))
        .is_ok();
    matches && known.is_some()
}

/// OWASP's smaller recommendation: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("parameters within the library's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_anybody_would_try_first_is_weak() {
        let ada = Email::parse("ada.lovelace@example.com").unwrap();
        assert_eq!(check("matinee-demo", &ada), Ok(()));
        assert_eq!(check("käsebrot", &ada), Ok(()));
        assert_eq!(check("1234567", &ada), Err(Weakness::TooShort));
        assert_eq!(check(&"ab".repeat(65), &ada), Err(Weakness::TooLong));
        for weak in ["PassWord", "aaaaaaaaaa", "ada.lovelace", "Ada.Lovelace@example.com"] {
            assert_eq!(check(weak, &ada), Err(Weakness::Common), "{weak}");
        }
    }

    #[test]
    fn only_the_password_itself_opens_its_hash() {
        let kept = hash("correct horse", &[7; 16]).unwrap();
        assert!(verify("correct horse", Some(&kept)));
        assert!(!verify("correct hors", Some(&kept)));
        assert!(!verify("correct horse", Some("not a hash")));
        assert!(!verify("correct horse", None));
    }
}
