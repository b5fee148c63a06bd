//! The subgraphs of the gateway benchmark as a process of their own: `shop PORT LATENCY_MS`, or `shop sdl FOLDER` to
//! write their SDL.

use std::time::Duration;

use bench::shop::{Shop, sdl};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [command, folder] if command == "sdl" => {
            for (name, sdl) in sdl() {
                std::fs::write(format!("{folder}/{name}.graphql"), sdl).expect("the folder can be written");
            }
        }
        [port, latency] => {
            let port: u16 = port.parse().expect("a port");
            let latency = Duration::from_millis(latency.parse().expect("milliseconds"));
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
                .await
                .expect("a free port");
            let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
                stream.set_nodelay(true).expect("a socket that was just opened");
            });
            let routes = Shop::default().routes(latency);
            axum::serve(listener, routes).await.expect("it serves");
        }
        _ => unreachable!("shop PORT LATENCY_MS | shop sdl FOLDER"),
    }
}
