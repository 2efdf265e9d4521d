//! A chart's drawing. It has no clock and no script: hovering is the style sheet's.

use chrono::Duration;
use domain::indicator::{Direction, shown};
use engine::indicators::{Chart, ChartPoint};
use leptos::prelude::*;

/// The drawing's height in its own units; its width is one unit a point.
const HEIGHT: f64 = 100.0;
/// How far from the greatest value a threshold may lie to be drawn: one further off would flatten
/// the line, and stands in the text below.
const FAR: f64 = 4.0;

/// The drawing, with what is said where one points at it.
pub fn chart_plot(chart: &Chart) -> AnyView {
    let scale = Scale::of(chart);
    let width = chart.points.len().max(1);
    let limits = chart
        .limits
        .iter()
        .filter(|limit| scale.holds(limit.value))
        .map(|limit| {
            let y = scale.y(limit.value);
            let class = if limit.rollback { "chart-limit" } else { "chart-limit warn" };
            view! { <line class=class x1="0" x2=width.to_string() y1=y.clone() y2=y></line> }
        })
        .collect_view();
    let gaps = gaps(chart)
        .into_iter()
        .map(|(from, length)| {
            view! { <rect class="chart-gap" x=from.to_string() y="0" width=length.to_string() height="100"></rect> }
        })
        .collect_view();
    let (high, low) = (shown(scale.high), shown(scale.low));
    view! {
        <div class="chart-area">
            <svg class="chart-plot" role="img" aria-label=label(chart) viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none">
                {gaps}
                <path class="chart-band" d=band(chart, &scale)></path>
                <line class="chart-axis" x1="0" x2=width.to_string() y1="100" y2="100"></line>
                {limits}
                <path class="chart-line" d=line(chart, &scale)></path>
            </svg>
            <div class="chart-scale" aria-hidden="true"><span>{high}</span><span>{low}</span></div>
            <div class="chart-hits" aria-hidden="true">{hits(chart)}</div>
        </div>
    }
    .into_any()
}

/// A point in words: its value, and how many events or samples it is made of.
pub fn spoken(chart: &Chart, point: Option<ChartPoint>) -> (String, String) {
    point.map_or_else(
        || ("no data".to_owned(), "0".to_owned()),
        |point| (format!("{} {}", shown(point.value), chart.unit), point.count.to_string()),
    )
}

/// What values the drawing spans.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(chart: &Chart) -> Self {
        let values = chart.points.iter().flatten().map(|point| point.value);
        let band = chart.band.iter().flatten().flat_map(|(low, high)| [*low, *high]);
        let seen: Vec<f64> = values.chain(band).collect();
        let most = seen.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let least = seen.iter().copied().fold(f64::INFINITY, f64::min);
        let limits = chart.limits.iter().map(|limit| limit.value);
        if seen.is_empty() {
            let high = limits.fold(0.0, f64::max);
            return Self { low: 0.0, high: if high > 0.0 { high * 1.1 } else { 1.0 } };
        }
        let near = limits.filter(|limit| *limit <= most.max(f64::EPSILON) * FAR);
        let (mut low, mut high) =
            near.fold((least, most), |(low, high), limit| (low.min(limit), high.max(limit)));
        let whole = domain::indicator::whole_of(&chart.unit);
        match (chart.direction, whole) {
            // A share that ought to be whole is looked at from the whole downwards.
            (Direction::HigherIsBetter, Some(whole)) => {
                high = whole;
                low -= (whole - low).max(whole * 0.0005) * 0.15;
            }
            _ => {
                low = low.min(0.0);
                high += (high - low) * 0.08;
            }
        }
        if high <= low {
            high = low + 1.0;
        }
        Self { low, high }
    }

    fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    fn y(&self, value: f64) -> String {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        format!("{:.1}", HEIGHT * (1.0 - share))
    }
}

/// The middle of a point.
fn x(at: usize) -> String {
    format!("{at}.5")
}

fn line(chart: &Chart, scale: &Scale) -> String {
    let mut path = String::new();
    let drawn = |at: usize| chart.points.get(at).copied().flatten();
    for (at, point) in chart.points.iter().enumerate() {
        let Some(point) = point else { continue };
        let y = scale.y(point.value);
        let before = at.checked_sub(1).and_then(drawn);
        if before.is_some() {
            path.push_str(&format!("L{} {y}", x(at)));
        } else if drawn(at + 1).is_some() {
            path.push_str(&format!("M{} {y}", x(at)));
        } else {
            // One alone is a dash, or it could not be seen.
            path.push_str(&format!("M{at} {y}h1"));
        }
    }
    path
}

/// The band, one closed shape for each stretch that has one.
fn band(chart: &Chart, scale: &Scale) -> String {
    let mut path = String::new();
    let mut at = 0;
    while at < chart.band.len() {
        let run: Vec<_> = chart.band[at..].iter().map_while(|range| *range).collect();
        if run.is_empty() {
            at += 1;
            continue;
        }
        path.push_str(&format!("M{at} {}", scale.y(run[0].1)));
        for (step, (_, high)) in run.iter().enumerate() {
            path.push_str(&format!("L{} {}", x(at + step), scale.y(*high)));
        }
        let end = at + run.len();
        path.push_str(&format!("L{end} {}", scale.y(run[run.len() - 1].1)));
        path.push_str(&format!("L{end} {}", scale.y(run[run.len() - 1].0)));
        for (step, (low, _)) in run.iter().enumerate().rev() {
            path.push_str(&format!("L{} {}", x(at + step), scale.y(*low)));
        }
        path.push_str(&format!("L{at} {}Z", scale.y(run[0].0)));
        at = end;
    }
    path
}

/// Where nothing was measured, of what has passed: the first point and how many. The last point
/// may still be filled.
fn gaps(chart: &Chart) -> Vec<(usize, usize)> {
    let mut gaps: Vec<(usize, usize)> = Vec::new();
    for at in 0..chart.passed.saturating_sub(1) {
        if chart.points[at].is_some() {
            continue;
        }
        match gaps.last_mut().filter(|(from, length)| from + length == at) {
            Some((_, length)) => *length += 1,
            None => gaps.push((at, 1)),
        }
    }
    gaps
}

/// What is said where one points at the drawing.
fn hits(chart: &Chart) -> Vec<AnyView> {
    (0..chart.points.len())
        .map(|at| {
            if at >= chart.passed {
                return view! { <i></i> }.into_any();
            }
            let past = Duration::seconds(chart.every_s * i64::try_from(at).unwrap_or(0));
            let (value, count) = spoken(chart, chart.points[at]);
            let when = (chart.from + past).format("%-d %b %H:%M UTC");
            let said = match chart.points[at] {
                None => format!("{when} · {value}"),
                Some(_) => format!("{when} · {value} · {count} points"),
            };
            view! { <i data-say=said></i> }.into_any()
        })
        .collect()
}

fn label(chart: &Chart) -> String {
    let measured = chart.points.iter().take(chart.passed).flatten().count();
    let now = chart.now().map_or_else(
        || "no value now".to_owned(),
        |now| format!("now {} {}", shown(now.value), chart.unit),
    );
    format!("{}: {now}; {measured} of {} points have data", chart.label, chart.passed)
}
