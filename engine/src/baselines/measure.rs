//! What the indicators of a deployment come to in a window that begins with it.

use chrono::Duration;
use domain::{
    baseline::{BUCKET_S, IndicatorSummary, summarize, to_pass, window_from},
    deployment::Deployment,
    indicator::{Cell, Indicator, Source},
};
use store::{
    Connection, StoreError, indicators,
    series::{self, minute_of},
};

/// Each indicator of the service, over so long after the deployment.
pub(super) async fn measure(
    link: &mut Connection,
    deployment: &Deployment,
    length: Duration,
) -> Result<Vec<IndicatorSummary>, StoreError> {
    let from = window_from(deployment.watched_since());
    let until = from + length;
    let mut measured = Vec::new();
    for indicator in indicators::of_service(link, deployment.service_id).await? {
        let series = series::find(link, indicator.id, &deployment.environment).await?;
        let cells = match series {
            Some(series) => {
                series::minutes(link, series, minute_of(from), minute_of(until)).await?
            }
            None => Vec::new(),
        };
        let stretches = stretches(cells, minute_of(from), length);
        measured.push(IndicatorSummary {
            summary: summarize(indicator.family, &indicator.unit, &stretches),
            window_from: from,
            window_until: until,
            source: source(&indicator),
            pass: to_pass(
                &indicator.key,
                indicator.family,
                &indicator.unit,
                &indicator.thresholds.pass,
            ),
            indicator: indicator.key,
            label: indicator.label,
            family: indicator.family,
            unit: indicator.unit,
            direction: indicator.direction,
        });
    }
    Ok(measured)
}

/// Minutes put together to the stretches of a window of that length.
fn stretches(cells: Vec<(i64, Cell)>, first: i64, length: Duration) -> Vec<Cell> {
    let count = usize::try_from(length.num_seconds() / BUCKET_S).unwrap_or(0);
    let mut stretches = vec![Cell::default(); count];
    for (minute, cell) in cells {
        let at = usize::try_from((minute - first) / (BUCKET_S / 60)).unwrap_or(usize::MAX);
        if let Some(stretch) = stretches.get_mut(at) {
            stretch.merge(&cell);
        }
    }
    stretches
}

/// What an indicator is measured by, in words; the query where there is one.
fn source(indicator: &Indicator) -> String {
    match indicator.source {
        Source::Probe => "probes of the response targets".into(),
        Source::Pushed => "pushed points".into(),
        Source::Prometheus => indicator.query.clone().unwrap_or_default(),
    }
}
