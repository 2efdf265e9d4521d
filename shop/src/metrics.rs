//! The shop's own numbers, in the Prometheus text format.

use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

/// Upper bounds of the duration buckets, in seconds.
const BUCKETS_S: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Everything the shop counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Answers, by method, route and status.
    pub requests: IntCounterVec,
    /// How long answers took in seconds, by route.
    pub duration_seconds: HistogramVec,
    /// Orders, by outcome: `paid`, `declined`, `gateway_error`.
    pub orders: IntCounterVec,
    /// What paid orders brought, in cents.
    pub revenue_cents: IntCounter,
    /// Accounts opened.
    pub registrations: IntCounter,
    /// Log-ins, by outcome: `ok`, `refused`.
    pub logins: IntCounterVec,
    /// Jobs waiting for the worker.
    pub queue_depth: IntGauge,
    /// Jobs the worker is through with, by kind and outcome: `done`, `retried`, `failed`.
    pub jobs: IntCounterVec,
    info: IntGaugeVec,
}

impl Metrics {
    /// Registers everything, at zero.
    ///
    /// # Errors
    /// Never in practice: only if two of the names below were the same.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| {
            let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counters.clone()))?;
            Ok::<_, prometheus::Error>(counters)
        };
        let requests = counters(
            "shop_http_requests_total",
            "Answers, by method, route and status.",
            &["method", "route", "status"],
        )?;
        let orders = counters("shop_orders_total", "Orders, by outcome.", &["outcome"])?;
        for outcome in ["paid", "declined", "gateway_error"] {
            orders.with_label_values(&[outcome]).inc_by(0);
        }
        let logins = counters("shop_logins_total", "Log-ins, by outcome.", &["outcome"])?;
        for outcome in ["ok", "refused"] {
            logins.with_label_values(&[outcome]).inc_by(0);
        }
        let jobs = counters(
            "shop_jobs_total",
            "Jobs the worker is through with, by kind and outcome.",
            &["kind", "outcome"],
        )?;
        let duration_seconds = HistogramVec::new(
            HistogramOpts::new("shop_http_request_duration_seconds", "Duration of answers.")
                .buckets(BUCKETS_S.to_vec()),
            &["route"],
        )?;
        let revenue_cents =
            IntCounter::new("shop_revenue_cents_total", "What paid orders brought, in cents.")?;
        let registrations = IntCounter::new("shop_registrations_total", "Accounts opened.")?;
        let queue_depth = IntGauge::new("shop_queue_depth", "Jobs waiting for the worker.")?;
        let info = IntGaugeVec::new(Opts::new("shop_info", "The running release."), &["version"])?;
        registry.register(Box::new(duration_seconds.clone()))?;
        registry.register(Box::new(revenue_cents.clone()))?;
        registry.register(Box::new(registrations.clone()))?;
        registry.register(Box::new(queue_depth.clone()))?;
        registry.register(Box::new(info.clone()))?;
        Ok(Self {
            registry,
            requests,
            duration_seconds,
            orders,
            revenue_cents,
            registrations,
            logins,
            queue_depth,
            jobs,
            info,
        })
    }

    /// Says which release runs, instead of the one before.
    pub fn set_release(&self, version: &str) {
        self.info.reset();
        self.info.with_label_values(&[version]).set(1);
    }

    /// All of it as text.
    ///
    /// # Errors
    /// If a metric cannot be written down.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}
