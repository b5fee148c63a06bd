//! `matinee router`.

use std::{fmt::Write, sync::Arc, time::Duration};

use crate::{
    Error,
    cli::{Common, RouterAlone},
    gateway::{Alone, Gateway},
    reload::Load,
};

use super::{print, run::signal};

/// Runs the router alone until a signal.
///
/// # Errors
/// What keeps it from starting.
pub async fn run(flags: RouterAlone) -> Result<(), Error> {
    let common = Common {
        config: flags.config.clone(),
        ..Common::default()
    };
    let mut set = vec![("router.supergraph_file", flags.supergraph.display().to_string())];
    set.extend(flags.listen.map(|address| ("server.listen", address)));
    set.extend(flags.metrics.clone().map(|address| ("server.metrics_listen", address)));
    if flags.mock {
        set.push(("router.mock.subgraphs", "*".to_owned()));
    }
    let file = common.settings_file();
    let load: Load = Arc::new(move || common.settings(set.clone()));
    let settings = load()?;
    telemetry::init_logs(&settings.log)?;
    // Before the start, so that a signal during it is not lost.
    let signal = signal()?;
    tokio::pin!(signal);
    let alone = Alone {
        addresses: flags.subgraph.into_iter().collect(),
        jwks: flags.jwks,
        has_metrics: flags.metrics.is_some(),
    };
    let gateway = tokio::select! {
        gateway = Gateway::start(settings, alone) => gateway?,
        () = &mut signal => return Ok(()),
    };
    gateway.watch(load, file)?;
    print(&welcome(&gateway))?;
    loop {
        tokio::select! {
            () = &mut signal => break,
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                if gateway.has_ended() {
                    break;
                }
            }
        }
    }
    print("stopping: open requests and sockets may end first")?;
    gateway.stop().await
}

fn welcome(gateway: &Gateway) -> String {
    let url = format!("http://{}", gateway.address);
    let mut text = "\nThe router is up.\n\n".to_owned();
    let mut line = |name: &str, value: &str| {
        writeln!(text, "  {name:<14} {value}").expect("a string takes all");
    };
    line("GraphiQL", &format!("{url}/graphiql"));
    line("Graph", &format!("{url}/graphql   (HTTP, WebSocket, SSE)"));
    line("Schema", &format!("{url}/schema.graphql"));
    line("Health", &format!("{url}/health/ready"));
    let mocked = gateway.router.mocked();
    if !mocked.is_empty() {
        line("Made up", &mocked);
    }
    if let Some(address) = gateway.metrics_address {
        line("Metrics", &format!("http://{address}/metrics"));
    }
    text.push_str("\n  The graph is read again when its files change. Ctrl-C stops.\n");
    text
}
