//! How much a client may ask: units of cost out of a quota that fills by itself, shared by all routers through KV.
//!
//! A quota belongs to the API key, else to the account, else to the address. One question to KV takes a hundredth of it
//! for this process, so that most requests ask nobody. When KV does not answer, everybody is let through.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::http::{HeaderName, HeaderValue, header::RETRY_AFTER};
use cache::{Drawn, Quota};
use kernel::{ErrorCode, Instant, Refusal};
use moka::sync::Cache;

use super::Context;
use crate::{Router, error::Rejection, settings::RateLimits};

/// Where the quotas are in KV.
const BUCKET: &str = "rate";
/// Clients whose lease is known to this process at a time.
const CLIENTS: u64 = 100_000;
/// A client that is silent for so long is forgotten, its lease with it.
const FORGOTTEN: Duration = Duration::from_mins(2);
/// One question takes this part of a quota.
const PART: u64 = 100;
/// Longest time in which a client that was told to wait is refused unread.
const UNREAD: Duration = Duration::from_secs(2);
/// KV that did not answer is left alone for so long.
const REST: Duration = Duration::from_secs(1);
/// What a request costs that is refused for its document: parsing and planning are work, too.
const REFUSED: u64 = 10;

/// What this process knows of the quotas.
pub(crate) struct Limiter {
    leases: Cache<String, Arc<Mutex<Lease>>>,
    /// KV is not asked before this, in milliseconds since 1970.
    resting_until: AtomicI64,
}

/// Units that were taken from a quota for this process and not spent yet.
#[derive(Default)]
struct Lease {
    units: u64,
    /// What was left in KV, when it was last asked.
    left: u64,
    /// The client was refused: before this it is refused unread, and then it may go on.
    waits: Option<(Instant, Instant)>,
}

/// Whose quota counts, and how.
struct Subject {
    /// `ip`, `account` or `key`.
    kind: &'static str,
    key: String,
    quota: Quota,
    /// A request is one unit, whatever it costs.
    by_request: bool,
}

/// Where a client stands after a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    kind: &'static str,
    quota: Quota,
    left: u64,
}

impl Default for Limiter {
    fn default() -> Self {
        let leases = Cache::builder().max_capacity(CLIENTS).time_to_idle(FORGOTTEN).build();
        Self {
            leases,
            resting_until: AtomicI64::new(0),
        }
    }
}

/// Refuses, unread, who was told to wait and does not.
///
/// # Errors
/// `RATE_LIMITED`.
pub(crate) fn turn_away(router: &Router, context: &Context) -> Result<(), Rejection> {
    let Some(subject) = Subject::of(context, &router.settings().rate_limits) else {
        return Ok(());
    };
    let Some(lease) = router.0.limiter.leases.get(&subject.key) else {
        return Ok(());
    };
    let now = router.0.ports.clock.now();
    match lock(&lease).waits {
        Some((unread, until)) if now < unread => {
            let wait = (until - now).to_std().unwrap_or_default();
            Err(subject.refusal(None, wait, 0))
        }
        _ => Ok(()),
    }
}

/// Takes what a refused document costs.
///
/// # Errors
/// `RATE_LIMITED`.
pub(crate) async fn charge_refused(router: &Router, context: &Context) -> Result<(), Rejection> {
    charge(router, context, REFUSED).await.map(|_| ())
}

/// Takes what a token or key that is none costs from the quota of the address it came from: else guessing is free.
///
/// # Errors
/// `RATE_LIMITED`.
pub(crate) async fn charge_stranger(router: &Router, address: Option<IpAddr>) -> Result<(), Rejection> {
    match address.and_then(|address| Subject::at(address, &router.settings().rate_limits)) {
        Some(subject) => take(router, &subject, REFUSED).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Takes `cost` from the client's quota; `None` when nothing limits it.
///
/// # Errors
/// `RATE_LIMITED`.
pub(crate) async fn charge(router: &Router, context: &Context, cost: u64) -> Result<Option<Standing>, Rejection> {
    let Some(subject) = Subject::of(context, &router.settings().rate_limits) else {
        return Ok(None);
    };
    let standing = take(router, &subject, cost).await?;
    if let Some(standing) = standing {
        context.note_standing(standing);
    }
    Ok(standing)
}

async fn take(router: &Router, subject: &Subject, cost: u64) -> Result<Option<Standing>, Rejection> {
    let settings = router.settings();
    let limiter = &router.0.limiter;
    let cost = if subject.by_request { 1 } else { cost.max(1) };
    // What costs more than the whole quota takes all of it.
    let units = cost.min(subject.quota.units);
    let lease = limiter.leases.get_with_by_ref(&subject.key, Arc::default);
    let missing = {
        let mut lease = lock(&lease);
        if let Some(rest) = lease.units.checked_sub(units) {
            lease.units = rest;
            return Ok(Some(subject.standing(&lease)));
        }
        units - std::mem::take(&mut lease.units)
    };
    let now = router.0.ports.clock.now();
    if now.timestamp_millis() < limiter.resting_until.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let wanted = missing..=missing.max(subject.quota.units / PART);
    let drawing = router.0.ports.kv.draw(BUCKET, &subject.key, wanted, subject.quota);
    let patience = Duration::from_millis(settings.rate_limits.kv_timeout_ms);
    match tokio::time::timeout(patience, drawing).await {
        Ok(Ok(drawn)) => settle(subject, &lease, (cost, units - missing), drawn, missing, now),
        Ok(Err(error)) => Ok(limiter.rest(now, &error.to_string())),
        Err(_) => Ok(limiter.rest(now, "no answer in time")),
    }
}

/// Puts what was drawn into the lease, or what was taken out of it back.
fn settle(
    subject: &Subject,
    lease: &Mutex<Lease>,
    (cost, taken): (u64, u64),
    drawn: Drawn,
    missing: u64,
    now: Instant,
) -> Result<Option<Standing>, Rejection> {
    let mut lease = lock(lease);
    lease.left = drawn.left;
    if drawn.taken >= missing {
        lease.units = lease.units.saturating_add(drawn.taken - missing);
        lease.waits = None;
        return Ok(Some(subject.standing(&lease)));
    }
    lease.units = lease.units.saturating_add(taken);
    lease.waits = Some((now + drawn.wait.min(UNREAD), now + drawn.wait));
    Err(subject.refusal(Some(cost), drawn.wait, subject.standing(&lease).left))
}

fn lock(lease: &Mutex<Lease>) -> std::sync::MutexGuard<'_, Lease> {
    lease.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limiter {
    /// Lets everybody through for a while: a quota is worth less than an answer.
    fn rest(&self, now: Instant, error: &str) -> Option<Standing> {
        let until = (now + REST).timestamp_millis();
        if self.resting_until.swap(until, Ordering::Relaxed) < now.timestamp_millis() {
            tracing::warn!(error, "rate limits were not checked");
        }
        metrics::counter!("router_rate_limit_failures_total").increment(1);
        None
    }
}

impl Subject {
    /// The client's quota; `None` for a client that has none, or a request that came by no socket.
    fn of(context: &Context, settings: &RateLimits) -> Option<Self> {
        let (kind, key, units) = if let Some(key) = &context.identity.key {
            let own = key.limits.requests_per_minute;
            if let Some(requests) = own {
                return Some(Self {
                    kind: "key",
                    key: format!("key:{}", key.id),
                    quota: Quota {
                        units: u64::from(requests.max(1)),
                        per: Duration::from_mins(1),
                    },
                    by_request: true,
                });
            }
            ("key", format!("key:{}", key.id), settings.key)
        } else if let Some(viewer) = &context.identity.viewer {
            ("account", format!("account:{}", viewer.account), settings.account)
        } else {
            return Self::at(context.address?, settings);
        };
        Self::by_cost(kind, key, units, settings)
    }

    /// The quota of an address.
    fn at(address: IpAddr, settings: &RateLimits) -> Option<Self> {
        Self::by_cost("ip", format!("ip:{}", network(address)), settings.ip, settings)
    }

    fn by_cost(kind: &'static str, key: String, units: u64, settings: &RateLimits) -> Option<Self> {
        let per = Duration::from_secs(settings.window_seconds.max(1));
        (units > 0).then_some(Self {
            kind,
            key,
            quota: Quota { units, per },
            by_request: false,
        })
    }

    fn standing(&self, lease: &Lease) -> Standing {
        Standing {
            kind: self.kind,
            quota: self.quota,
            left: lease.units.saturating_add(lease.left).min(self.quota.units),
        }
    }

    fn refusal(&self, cost: Option<u64>, wait: Duration, left: u64) -> Rejection {
        metrics::counter!("router_rate_limited_total", "by" => self.kind).increment(1);
        let (units, seconds) = (self.quota.units, self.quota.per.as_secs());
        let what = if self.by_request { "requests" } else { "units of cost" };
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1);
        let whole = wait_ms.div_ceil(1000);
        let message = format!(
            "this {} may use {units} {what} in {seconds} s; ask again in {whole} s",
            self.kind
        );
        let mut refusal = Refusal::new(ErrorCode::RateLimited, message)
            .with("limit", format!("rate_limits.{}", self.kind))
            .with("allowed", units)
            .with("windowSeconds", seconds)
            .with("retryAfterMs", wait_ms);
        if let Some(cost) = cost {
            refusal = refusal.with("sent", cost);
        }
        let mut rejection = Rejection::of(&refusal);
        let standing = Standing {
            kind: self.kind,
            quota: self.quota,
            left,
        };
        rejection.headers = standing.headers();
        rejection.headers.push((RETRY_AFTER, HeaderValue::from(whole)));
        rejection
    }
}

/// One subscriber: an IPv4 address, or the /64 that providers give to one line.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address @ IpAddr::V4(_) => address,
    }
}

impl Standing {
    /// Units that are left.
    pub(crate) const fn left(&self) -> u64 {
        self.left
    }

    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), and the three that came before them.
    pub(crate) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let Quota { units, per } = self.quota;
        let missing = u128::from(units.saturating_sub(self.left));
        let full_in = (missing * per.as_millis()).div_ceil(u128::from(units.max(1)) * 1000);
        let full_in = u64::try_from(full_in).unwrap_or(u64::MAX);
        let policy = format!("\"{}\";q={units};w={}", self.kind, per.as_secs());
        let state = format!("\"{}\";r={};t={full_in}", self.kind, self.left);
        let text = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
        vec![
            (HeaderName::from_static("ratelimit-policy"), text(policy)),
            (HeaderName::from_static("ratelimit"), text(state)),
            (HeaderName::from_static("ratelimit-limit"), units.into()),
            (HeaderName::from_static("ratelimit-remaining"), self.left.into()),
            (HeaderName::from_static("ratelimit-reset"), full_in.into()),
        ]
    }
}
