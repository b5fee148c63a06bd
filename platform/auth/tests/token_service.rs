//! Whether a token is good, asked here and by gRPC.
#![expect(clippy::unwrap_used, reason = "a test says by failing what is wrong")]

use std::{sync::Arc, time::Duration};

use auth::{Issuer, KeyPair, REVOKED_TOKENS, Role, TokenService, Verifier};
use cache::Kv;
use grpc::token::VerifyResponse;
use kernel::{AccountId, Clock, ErrorCode, Fault, Instant, SystemClock};
use uuid::Uuid;

struct House {
    issuer: Issuer,
    kv: Arc<dyn Kv>,
    here: TokenService,
}

async fn house() -> House {
    let pair = Arc::new(KeyPair::from_pem(&KeyPair::generate().unwrap()).unwrap());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let kv = cache::connect(&cache::Settings::default(), None, clock.clone())
        .await
        .unwrap();
    let verifier = Verifier::new(pair.public(), "matinee", clock);
    House {
        issuer: Issuer::new(pair, "matinee"),
        here: TokenService::here(verifier, kv.clone()),
        kv,
    }
}

impl House {
    fn token(&self, id: u128, seconds: i64) -> String {
        let now = SystemClock.now();
        let ends = Instant::from_timestamp(now.timestamp() + seconds, 0).unwrap();
        let account = AccountId(Uuid::from_u128(7));
        self.issuer
            .issue(account, &[Role::Viewer, Role::Editor], Uuid::from_u128(id), now, ends)
    }

    #[expect(clippy::disallowed_methods, reason = "a test server lives as long as its test")]
    async fn there(&self) -> TokenService {
        let limits = grpc::Limits {
            max_message: 16 * 1024,
            stop: tokio_util::sync::CancellationToken::new(),
        };
        let routes = self.here.clone().routes(limits);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("grpc://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        TokenService::there(&address).unwrap()
    }
}

#[tokio::test]
async fn a_token_is_worth_the_same_here_and_there() {
    let house = house().await;
    for service in [house.here.clone(), house.there().await] {
        let good = house.token(1, 60);
        let known = service.verify(good.clone()).await.unwrap();
        assert!(known.valid && known.expires_at > SystemClock.now().timestamp());
        assert_eq!(known.account_id, Uuid::from_u128(7).to_string());
        assert_eq!(known.token_id, Uuid::from_u128(1).to_string());
        assert_eq!(known.roles, ["VIEWER", "EDITOR"]);
        let revoked = house.token(2, 60);
        let id = Uuid::from_u128(2).to_string();
        house
            .kv
            .put(REVOKED_TOKENS, &id, b"", Duration::from_mins(1))
            .await
            .unwrap();
        let (mut changed, over) = (good, house.token(3, -1));
        changed.pop();
        for token in [revoked, changed, over, String::new(), "x".repeat(10_000)] {
            assert_eq!(service.verify(token).await.unwrap(), VerifyResponse::default());
        }
    }
}

#[tokio::test]
async fn where_nobody_answers_nothing_is_known() {
    let nowhere = TokenService::there("grpc://127.0.0.1:1").unwrap();
    let error = nowhere.verify("token".to_owned()).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Unavailable);
    for wrong in [
        "",
        "http://127.0.0.1:1",
        "grpcs://a:1",
        "grpc://a:1/path",
        "accounts:4101",
    ] {
        assert!(TokenService::there(wrong).is_none(), "{wrong}");
    }
}
