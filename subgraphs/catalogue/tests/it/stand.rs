//! A running catalogue to ask.

use std::{path::Path, sync::Arc};

use auth::{Role, Viewer};
use database::Statements;
use serde_json::Value;
use testkit::Bench;

/// A running catalogue.
pub(crate) struct Stand {
    pub(crate) bench: Bench,
    pub(crate) sdl: String,
    pub(crate) statements: Statements,
}

impl Stand {
    pub(crate) async fn empty() -> Self {
        Self::start(false).await
    }

    pub(crate) async fn with_demo() -> Self {
        Self::start(true).await
    }

    pub(crate) async fn start(with_demo: bool) -> Self {
        let bench = Bench::start::<migrations::catalogue::Migrator>("catalogue").await;
        let service = catalogue::service(&bench.platform, catalogue::Settings::default())
            .await
            .unwrap();
        let statements = service.database.as_ref().unwrap().statements().clone();
        let sdl = service.endpoint.as_ref().unwrap().sdl();
        let load = service.demo.clone().unwrap();
        bench.run(service).await;
        if with_demo {
            load().await.unwrap();
            // A second start finds its titles.
            load().await.unwrap();
        }
        Self { bench, sdl, statements }
    }

    fn editor(&self) -> Arc<Viewer> {
        self.bench.viewer(1, &[Role::Editor])
    }

    /// Asks signed out.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        self.bench.ask(None, query, variables).await
    }

    /// Asks as an editor.
    pub(crate) async fn edit(&self, query: &str, variables: Value) -> Value {
        self.bench.ask(Some(&self.editor()), query, variables).await
    }
}

#[tokio::test]
async fn the_committed_sdl_is_up_to_date() {
    let stand = Stand::empty().await;
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/catalogue.graphql"));
    testkit::assert_sdl(file, &stand.sdl);
}
