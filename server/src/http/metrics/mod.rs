//! `/metrics`: the process, the verdicts, and how the scheduler, the database's writer and the
//! background tasks do, for Prometheus.

mod background;
mod connections;
mod deliveries;
mod scheduler;
mod text;
mod writer;

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, header};
use prometheus::{
    Encoder as _, Gauge, HistogramOpts, HistogramVec, IntGaugeVec, Opts, Registry, TextEncoder,
};

use super::{ApiState, connections::Places, problem::Problem};

/// What is measured of the process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    deployments: IntGaugeVec,
    memory: Gauge,
    cpu: Gauge,
    uptime: Gauge,
    places: Arc<Places>,
    started: Instant,
}

impl Metrics {
    /// Registers everything.
    ///
    /// # Errors
    /// Where two metrics share a name, which is a defect.
    pub fn new(places: Arc<Places>) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = HistogramVec::new(
            HistogramOpts::new(
                "daytwo_http_request_duration_seconds",
                "Seconds a request took, by kind of address and class of status",
            )
            .buckets(vec![0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 60.0]),
            &["area", "status"],
        )?;
        let deployments = IntGaugeVec::new(
            Opts::new("daytwo_deployments", "Deployments by state and verdict"),
            &["state", "verdict"],
        )?;
        let gauge = |name: &str, help: &str| Gauge::new(name, help);
        let memory = gauge("process_resident_memory_bytes", "Resident memory in bytes")?;
        let cpu = gauge("process_cpu_seconds_total", "Seconds of CPU, user and system")?;
        let uptime = gauge("daytwo_uptime_seconds", "Seconds since the start")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(deployments.clone()))?;
        for gauge in [&memory, &cpu, &uptime] {
            registry.register(Box::new(gauge.clone()))?;
        }
        let started = Instant::now();
        Ok(Self { registry, requests, deployments, memory, cpu, uptime, places, started })
    }

    fn process(&self) {
        self.uptime.set(self.started.elapsed().as_secs_f64());
        // Linux only; elsewhere both stay 0.
        if let Ok(statm) = std::fs::read_to_string("/proc/self/statm")
            && let Some(pages) = statm.split(' ').nth(1).and_then(|n| n.parse::<f64>().ok())
        {
            self.memory.set(pages * 4096.0);
        }
        if let Ok(stat) = std::fs::read_to_string("/proc/self/stat")
            && let Some((_, rest)) = stat.rsplit_once(") ")
        {
            let field = |n: usize| rest.split(' ').nth(n).and_then(|n| n.parse::<f64>().ok());
            // Clock ticks are hundredths of a second on every Linux there is.
            self.cpu.set((field(11).unwrap_or(0.0) + field(12).unwrap_or(0.0)) / 100.0);
        }
    }
}

/// Measures each request. Event streams are left out: they last as long as a page is open.
pub async fn measure(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let area = match path {
        path if path.starts_with("/api/") => "api",
        path if path.starts_with("/act/") => "act",
        path if path.starts_with("/pkg/") => "asset",
        "/events" => return next.run(request).await,
        _ => "page",
    };
    let began = Instant::now();
    let response = next.run(request).await;
    let class = ["1xx", "2xx", "3xx", "4xx", "5xx"]
        [usize::from(response.status().as_u16() / 100).clamp(1, 5) - 1];
    state.metrics.requests.with_label_values(&[area, class]).observe(began.elapsed().as_secs_f64());
    response
}

/// The metrics in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "the portal", security(()),
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ))]
pub async fn metrics(State(state): State<ApiState>) -> Result<Response, Problem> {
    let metrics = &state.metrics;
    metrics.process();
    metrics.deployments.reset();
    for (deployment, verdict, count) in state.engine.readiness().deployments_by_state().await? {
        metrics.deployments.with_label_values(&[&deployment, &verdict]).set(count);
    }
    let mut text = Vec::new();
    if let Err(error) = TextEncoder::new().encode(&metrics.registry.gather(), &mut text) {
        tracing::error!(%error, "the metrics could not be written");
    }
    let mut lines = text::Lines::default();
    scheduler::lines(&mut lines, &state.engine.scheduler_stats());
    writer::lines(&mut lines, &state.engine.writer_stats());
    connections::lines(&mut lines, metrics.places.counts());
    background::lines(&mut lines, &state.engine.background_tasks());
    deliveries::lines(&mut lines, &state.engine.readiness().deliveries_by_state().await?);
    text.extend(lines.into_text().bytes());
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
