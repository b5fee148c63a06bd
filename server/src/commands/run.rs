//! `matinee run`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{Error, Running, cli, reload::Load};

use super::print;

/// Runs until a signal.
///
/// # Errors
/// What keeps the process from starting.
pub async fn run(flags: cli::Run) -> Result<(), Error> {
    let began = Instant::now();
    let mut set = Vec::new();
    if let Some(address) = &flags.listen {
        set.push(("server.listen", address.clone()));
    }
    if flags.no_demo {
        set.push(("server.demo", "false".to_owned()));
    }
    let common = flags.common.clone();
    let load: Load = Arc::new(move || common.settings(set.clone()));
    let settings = load()?;
    telemetry::init_logs(&settings.log)?;
    // Before the start, so that a signal during it is not lost.
    let signal = signal()?;
    tokio::pin!(signal);
    let (has_demo, has_router) = (settings.server.demo, flags.common.only.is_empty());
    let running = tokio::select! {
        running = Running::start(settings, &flags.common.only) => running?,
        () = &mut signal => return Ok(()),
    };
    running.watch(load, flags.common.settings_file())?;
    print(&welcome::text(&running, has_demo && has_router, began.elapsed()))?;
    loop {
        tokio::select! {
            () = &mut signal => break,
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                if running.has_ended() {
                    break;
                }
            }
        }
    }
    print("stopping: open requests and sockets may end first")?;
    running.stop().await
}

/// Ends at the first Ctrl-C or SIGTERM.
pub fn signal() -> Result<impl Future<Output = ()>, Error> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Network)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Network)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// What a person is told first.
pub mod welcome {
    use std::{fmt::Write, time::Duration};

    use crate::Running;

    /// The demo on the landing page.
    pub const DEMO_HTML: &str = "<p>Sign in with <code>viewer@example.com</code> or <code>admin@example.com</code>, \
         password <code>matinee-demo</code>.</p>";

    /// What is printed when the platform serves.
    pub fn text(running: &Running, has_demo: bool, elapsed: Duration) -> String {
        let url = &running.platform.urls.graph;
        let mut text = format!("\nMatinee is up after {:.1} s.\n\n", elapsed.as_secs_f64());
        let mut line = |name: &str, value: &str| {
            writeln!(text, "  {name:<14} {value}").expect("a string takes all");
        };
        if running.router.is_some() {
            line("Start here", &format!("{url}/"));
            line("GraphiQL", &format!("{url}/graphiql"));
            line("Graph", &format!("{url}/graphql   (HTTP, WebSocket, SSE)"));
        } else {
            line("Listening", &format!("http://{}", running.address));
        }
        line("Health", &format!("http://{}/health/ready", running.address));
        if let Some(address) = running.metrics_address {
            line("Metrics", &format!("http://{address}/metrics"));
        }
        if has_demo {
            line(
                "Sign in",
                "viewer@example.com · admin@example.com   password matinee-demo",
            );
            text.push_str(concat!(
                "\n  Try first: open GraphiQL and run the tab Home. Then Login as viewer@example.com, put the accessToken in\n",
                "  the headers as {\"Authorization\": \"Bearer …\"}, Subscribe to a plan with the payment method sandbox-ok,\n",
                "  StartPlayback of any movie, and open the manifest it answers in a player.\n",
            ));
        }
        text.push_str("\n  Ctrl-C stops.\n");
        text
    }
}
