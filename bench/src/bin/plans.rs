//! Planning where every field can be had from many subgraphs: the number of possible plans grows with the power of the
//! depth, the time to find one must not. Subgraphs are not there, so that nothing but planning takes time.
//!
//! `plans [SUBGRAPHS] [DEPTH] [NAME…]`

use std::{fmt::Write, time::Instant};

use bench::{
    load::{ask, client},
    peers::{ALL, Places},
    process::free_port,
    say,
};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// New operations that are planned; the first also warms up.
const OPERATIONS: u64 = 20;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (subgraphs, depth) = (number(6), number(6));
    let names: Vec<String> = arguments.collect();
    let places = Places::new("plans");
    let base = format!("http://127.0.0.1:{}", free_port());
    for i in 0..subgraphs {
        let file = places.work.join(format!("s{i}.graphql"));
        std::fs::write(file, sdl(i, depth)).expect("target/ can be written");
    }
    places.compose(&base);
    say(&format!(
        "{subgraphs} subgraphs that all resolve {depth} nested types: {subgraphs}^{depth} = {:.0} ways",
        f64::from(u32::try_from(subgraphs).unwrap_or(u32::MAX)).powi(i32::try_from(depth).unwrap_or(i32::MAX))
    ));
    say("| gateway | CPU ms a new operation | slowest answer ms | resident MB |");
    say("|---|---|---|---|");
    for peer in &ALL {
        if !names.is_empty() && !names.iter().any(|name| name == peer.name) {
            continue;
        }
        let Some(gateway) = peer.start(&places, &base).await else {
            say(&format!("{} is not installed: scripts/bench.sh installs it", peer.name));
            continue;
        };
        let (client, mut slowest) = (client(), 0.0_f64);
        let mut cpu = gateway.process.cpu();
        for i in 0..=OPERATIONS {
            if i == 1 {
                cpu = gateway.process.cpu();
            }
            let begin = Instant::now();
            let body = json!({ "query": query(i, subgraphs, depth) }).to_string();
            // there is nobody to ask: what is told is that the subgraphs are away
            let answer = ask(&client, &gateway.url, body, i).await;
            let text = answer.map_or_else(|reason| reason, |body| String::from_utf8_lossy(&body).into_owned());
            assert!(text.contains("errors"), "{}: {text}", gateway.name);
            if i == 0 {
                let told = places.work.join(format!("{}.answer.json", gateway.name));
                std::fs::write(told, &text).expect("target/ can be written");
            }
            if i > 0 {
                slowest = slowest.max(begin.elapsed().as_secs_f64() * 1000.0);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "twenty")]
        let cpu = (gateway.process.cpu() - cpu) * 1000.0 / OPERATIONS as f64;
        let resident = gateway.process.resident() / 1e6;
        say(&format!(
            "| {} | {cpu:.1} | {slowest:.1} | {resident:.0} |",
            gateway.name
        ));
    }
}

/// Every subgraph resolves every type and the way to the next one, and a field of its own.
fn sdl(i: usize, depth: usize) -> String {
    let mut sdl = String::from(
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\"])\n\
         type Query { begin: T0 @shareable }\n",
    );
    for level in 0..depth {
        let next = if level + 1 < depth {
            format!("next: T{} @shareable", level + 1)
        } else {
            String::new()
        };
        writeln!(
            sdl,
            "type T{level} @key(fields: \"id\") {{ id: ID! {next} common: String @shareable own{i}: String }}"
        )
        .expect("a string takes all");
    }
    sdl
}

fn query(number: u64, subgraphs: usize, depth: usize) -> String {
    let own: Vec<String> = (0..subgraphs).map(|i| format!("own{i}")).collect();
    let own = own.join(" ");
    let mut query = format!("query Deep{number} {{ n{number}: begin {{");
    for level in 0..depth {
        query.push_str(" id common ");
        query.push_str(&own);
        if level + 1 < depth {
            query += " next {";
        }
    }
    query += &" }".repeat(depth + 1);
    query
}
