//! Tokens and signed paths: only ours, only while they are valid.
#![expect(clippy::unwrap_used, reason = "a test says by failing what is wrong")]

use std::sync::{Arc, Mutex};

use auth::{Issuer, KeyPair, PathClaims, PathSigner, Role, TokenError, Verifier};
use kernel::{AccountId, Clock, Instant, PlaybackSessionId};
use uuid::Uuid;

struct Stopped(Mutex<Instant>);

impl Clock for Stopped {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn bench() -> (Issuer, Verifier, Arc<Stopped>) {
    let pair = Arc::new(KeyPair::from_pem(&KeyPair::generate().unwrap()).unwrap());
    let clock = Arc::new(Stopped(Mutex::new(at("2026-11-21T12:00:00Z"))));
    let verifier = Verifier::new(pair.public(), "matinee", clock.clone());
    (Issuer::new(pair, "matinee"), verifier, clock)
}

fn token(issuer: &Issuer) -> String {
    let now = at("2026-11-21T12:00:00Z");
    issuer.issue(
        AccountId(Uuid::nil()),
        &[Role::Viewer, Role::Admin],
        Uuid::max(),
        now,
        at("2026-11-21T12:30:00Z"),
    )
}

#[test]
fn a_token_speaks_for_its_account_until_it_ends() {
    let (issuer, verifier, clock) = bench();
    let token = token(&issuer);
    let viewer = verifier.verify(&token).unwrap();
    assert_eq!((viewer.account, viewer.token_id), (AccountId(Uuid::nil()), Uuid::max()));
    assert!(viewer.has_any(&[Role::Analyst]), "an administrator has every role");

    *clock.0.lock().unwrap() = at("2026-11-21T12:30:00Z");
    assert_eq!(
        verifier.verify(&token),
        Err(TokenError::Expired),
        "also when it was verified before"
    );
}

#[test]
fn a_token_of_another_key_or_issuer_or_algorithm_is_refused() {
    let (issuer, verifier, _) = bench();
    let (other, _, _) = bench();
    assert_eq!(verifier.verify(&token(&other)), Err(TokenError::Invalid));

    let good = token(&issuer);
    let (head, rest) = good.split_once('.').unwrap();
    let (body, mac) = rest.split_once('.').unwrap();
    // {"alg":"none"} and {"alg":"HS256"}
    for forged_head in ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJIUzI1NiJ9"] {
        assert_eq!(
            verifier.verify(&format!("{forged_head}.{body}.{mac}")),
            Err(TokenError::Invalid)
        );
        assert_eq!(
            verifier.verify(&format!("{forged_head}.{body}.")),
            Err(TokenError::Invalid)
        );
    }
    let changed = body.replace('a', "b");
    for bad in [
        "",
        ".",
        "..",
        "a.b.c",
        &format!("{head}.{changed}.{mac}"),
        &"x".repeat(10_000),
    ] {
        assert_eq!(verifier.verify(bad), Err(TokenError::Invalid), "{bad:.40}");
    }
}

#[test]
fn keys_made_once_are_kept() {
    let folder = std::env::temp_dir().join(format!("matinee-keys-{}", std::process::id()));
    let file = folder.join("keys/token.pem");
    let first = KeyPair::open(&file).unwrap().jwks();
    assert_eq!(KeyPair::open(&file).unwrap().jwks(), first);
    assert!(!first.contains("\"d\""), "only the public half is told");
    std::fs::write(&file, "nonsense").unwrap();
    assert!(KeyPair::open(&file).is_err());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_signed_path_covers_its_prefix_until_it_ends() {
    let signer = PathSigner::new(vec![7; 32]);
    let claims = PathClaims {
        expires: at("2026-11-21T13:00:00Z").timestamp(),
        prefix: "v/film/1/".to_owned(),
        session: PlaybackSessionId(Uuid::nil()),
    };
    let segment = signer.sign(&claims);
    let now = at("2026-11-21T12:59:59Z");
    assert_eq!(signer.verify(&segment, "v/film/1/clear/master.m3u8", now), Some(claims));
    assert_eq!(signer.verify(&segment, "v/film/2/clear/master.m3u8", now), None);
    assert_eq!(
        signer.verify(&segment, "v/film/1/clear/master.m3u8", at("2026-11-21T13:00:00Z")),
        None
    );
    assert_eq!(PathSigner::new(vec![8; 32]).verify(&segment, "v/film/1/x", now), None);
    for cut in 0..segment.len() {
        assert_eq!(signer.verify(&segment[..cut], "v/film/1/x", now), None);
    }
}
