//! Listening and stopping.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A bound socket that is not served yet.
pub struct Listening {
    listener: TcpListener,
    /// Where it listens; the port is real even when 0 was asked for.
    pub address: SocketAddr,
}

/// Binds `address`.
///
/// # Errors
/// The address is taken or not ours; the text names it.
pub async fn bind(address: &str) -> io::Result<Listening> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(named)?;
    let address = listener.local_addr()?;
    Ok(Listening { listener, address })
}

/// Serves `routes` until `stop`, then lets open requests end for at most `drain`.
///
/// Long-lived sockets watch `stop` themselves and close.
///
/// # Errors
/// The listener failed.
pub async fn serve(listening: Listening, routes: Router, stop: CancellationToken, drain: Duration) -> io::Result<()> {
    let stopping = stop.clone();
    let listener = axum::serve::ListenerExt::tap_io(listening.listener, |stream| {
        // Small answers must not wait for more bytes.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set nodelay");
        }
    });
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { stopping.cancelled().await });
    let server = std::future::IntoFuture::into_future(server);
    tokio::pin!(server);
    tokio::select! {
        served = &mut server => return served,
        () = stop.cancelled() => {}
    }
    match tokio::time::timeout(drain, server).await {
        Ok(served) => served,
        Err(_) => {
            tracing::warn!("open requests were cut off when the drain time was over");
            Ok(())
        }
    }
}
