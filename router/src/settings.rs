//! Limits and times of the router.

mod access;
mod contract;
mod mock;
mod passthrough;
mod rate_limits;

use serde::Deserialize;

use crate::observe;
use crate::{kept::CacheSettings, pipeline::PersistedSettings, sharing::SubscriptionSettings, subgraph::Traffic};
pub use access::{AccessSettings, Unauthorised};
pub use contract::{ContractSettings, WhenAsked};
pub use mock::MockSettings;
pub use passthrough::{PassthroughRoute, PassthroughSettings};
pub use rate_limits::RateLimits;

/// What the router allows. Each limit names itself in the error of a request that passes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Largest request body, in bytes.
    pub max_body_bytes: u64,
    /// Most tokens in a document.
    pub max_tokens: u64,
    /// Deepest nesting of braces, brackets and parentheses in a document; checked before parsing.
    pub max_nesting: u64,
    /// Deepest selection of data fields; introspection is bounded by itself.
    pub max_depth: u64,
    /// Most aliases in an operation, fragments counted where they are spread.
    pub max_aliases: u64,
    /// Most root fields in an operation.
    pub max_root_fields: u64,
    /// Most directives in an operation, fragments counted where they are spread.
    pub max_directives: u64,
    /// Most fields in an operation, fragments counted where they are spread.
    pub max_fields: u64,
    /// Most values in the variables of a request, those in lists and objects counted.
    pub max_variable_values: u64,
    /// Deepest nesting of lists and objects in a variable.
    pub max_variable_nesting: u64,
    /// Highest estimated cost of an operation; 0: any.
    pub max_cost: u64,
    /// Size that is assumed of a list without `@listSize`.
    pub list_size: u64,
    /// Whether clients may ask for the schema, by `__schema` and `__type` and at `/schema.graphql`.
    pub introspection: bool,
    /// Whether an error about an unknown name tells which known one is near.
    pub suggestions: bool,
    /// What becomes of what a viewer may not ask.
    pub access: AccessSettings,
    /// What of the graph is shown to whom.
    pub contract: ContractSettings,
    /// Subgraphs that are made up, for development.
    pub mock: MockSettings,
    /// Paths that other processes answer.
    pub passthrough: PassthroughSettings,
    /// How much a client may ask in a time.
    pub rate_limits: RateLimits,
    /// Query plans kept, each about 44 kB.
    pub plan_cache: u64,
    /// Longest time for making one plan, in milliseconds.
    pub plan_timeout_ms: u64,
    /// Longest time an API key is believed without looking again, in milliseconds: a revoked one works so long at most.
    pub api_key_cache_ms: u64,
    /// Most operations that wait to be planned; more are refused.
    pub plan_queue: usize,
    /// Operations that are planned for a new graph before it takes over: the most used of the old one.
    pub warm_up_plans: usize,
    /// Longest time for that, in milliseconds.
    pub warm_up_ms: u64,
    /// The graph, as `supergraph.yaml` or as supergraph SDL; empty: the one that is compiled in.
    pub supergraph_file: String,
    /// Time between two looks at the files of graph and settings, in milliseconds; 0: only on SIGHUP.
    pub watch_ms: u64,
    /// Longest time for one answer of a subgraph, in milliseconds.
    pub subgraph_timeout_ms: u64,
    /// Largest answer of a subgraph over HTTP, in bytes.
    pub max_subgraph_answer_bytes: u64,
    /// Largest answer for a client, and largest event of a subscription, in bytes; 0: any.
    pub max_answer_bytes: u64,
    /// Longest wait for `connection_init` on a WebSocket, in milliseconds.
    pub connection_init_timeout_ms: u64,
    /// Most operations at a time on one WebSocket.
    pub max_operations_per_socket: u64,
    /// Longest silence on a WebSocket before a `ping`, in milliseconds; a client that does not answer is let go.
    pub socket_ping_ms: u64,
    /// How subgraphs in other processes are called.
    pub traffic: Traffic,
    /// Most requests in one array; less than 2: no arrays.
    pub max_batch: u64,
    /// What is kept and shared.
    pub cache: CacheSettings,
    /// Subscriptions that many have.
    pub subscriptions: SubscriptionSettings,
    /// Operations known by an id or a hash.
    pub persisted: PersistedSettings,
    /// What is noted of each operation.
    pub observe: observe::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body_bytes: 1024 * 1024,
            max_tokens: 10_000,
            max_nesting: 100,
            max_depth: 15,
            max_aliases: 100,
            max_root_fields: 30,
            max_directives: 100,
            max_fields: 2_000,
            max_variable_values: 10_000,
            max_variable_nesting: 20,
            max_cost: 20_000,
            list_size: 5,
            introspection: true,
            suggestions: true,
            access: AccessSettings::default(),
            contract: ContractSettings::default(),
            mock: MockSettings::default(),
            passthrough: PassthroughSettings::default(),
            rate_limits: RateLimits::default(),
            plan_cache: 1_000,
            plan_timeout_ms: 2_000,
            api_key_cache_ms: 2_000,
            plan_queue: 1_024,
            warm_up_plans: 200,
            warm_up_ms: 5_000,
            supergraph_file: String::new(),
            watch_ms: 1_000,
            subgraph_timeout_ms: 10_000,
            max_subgraph_answer_bytes: 16 * 1024 * 1024,
            max_answer_bytes: 16 * 1024 * 1024,
            connection_init_timeout_ms: 10_000,
            max_operations_per_socket: 50,
            socket_ping_ms: 30_000,
            traffic: Traffic::default(),
            max_batch: 10,
            cache: CacheSettings::default(),
            subscriptions: SubscriptionSettings::default(),
            persisted: PersistedSettings::default(),
            observe: observe::Settings::default(),
        }
    }
}
