//! What a request may cost: estimated before it runs, measured after.

use kernel::Refusal;

use super::{Prepared, Variables};
use crate::{engine::Engine, error::Rejection, settings::Settings};

/// The estimate of a request.
///
/// # Errors
/// `LIMIT_EXCEEDED`, naming `cost`.
pub(crate) fn estimate(
    engine: &Engine,
    prepared: &Prepared,
    variables: &Variables,
    settings: &Settings,
) -> Result<u64, Rejection> {
    let cost = prepared.estimate.evaluate(&engine.supergraph.schema, &variables.values);
    record("estimated", cost);
    if settings.max_cost > 0 && cost > settings.max_cost {
        return Err(Rejection::of(&Refusal::limit("cost", settings.max_cost, cost)).of_document());
    }
    Ok(cost)
}

/// Counts what an answer cost.
pub(crate) fn measured(cost: u64) {
    record("actual", cost);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a histogram is of floats; its buckets are wide"
)]
fn record(kind: &'static str, cost: u64) {
    metrics::histogram!("router_operation_cost", "kind" => kind).record(cost as f64);
}
