//! Queries with variables to be filled in: `sum(rate(errors{service="{{service}}"}[{{window}}]))`.

use chrono::{DateTime, Utc};

/// The variables a query may name.
pub const VARIABLES: [&str; 5] = ["service", "environment", "version", "window", "since_deploy"];

/// The longest span a server is asked about, in seconds.
const SPAN_MAX_S: i64 = 48 * 3_600;

/// What a query is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The service's slug.
    pub service: &'a str,
    /// The environment's slug.
    pub environment: &'a str,
    /// The version that runs there.
    pub version: &'a str,
    /// When it was deployed.
    pub deployed_at: DateTime<Utc>,
    /// Now.
    pub now: DateTime<Utc>,
    /// Seconds from one question to the next.
    pub interval_s: i64,
}

/// Refuses a variable that does not exist.
///
/// # Errors
/// A sentence that names those there are.
pub fn check(query: &str) -> Result<(), String> {
    let mut rest = query;
    while let Some(at) = rest.find("{{") {
        let inside = &rest[at + 2..];
        let Some(end) = inside.find("}}") else {
            return Err("has a `{{` that is not closed by `}}`".into());
        };
        let name = inside[..end].trim();
        if !VARIABLES.contains(&name) {
            let known = VARIABLES.map(|name| format!("{{{{{name}}}}}")).join(", ");
            let name: String = name.chars().take(40).collect();
            return Err(format!(
                "has `{{{{{name}}}}}`, which nothing is known for; there are {known}"
            ));
        }
        rest = &inside[end + 2..];
    }
    Ok(())
}

/// Fills a query in. Text goes in as it may stand between double quotes; spans as Prometheus
/// writes them: `{{window}}` is the interval, at least a minute; `{{since_deploy}}` what has passed
/// since the deployment, at least a minute and at most 48 hours.
#[must_use]
pub fn fill(query: &str, asked: &Asked<'_>) -> String {
    let since = (asked.now - asked.deployed_at).num_seconds().clamp(60, SPAN_MAX_S);
    let mut out = String::with_capacity(query.len());
    let mut rest = query;
    while let Some((before, inside)) = rest.split_once("{{") {
        let Some((name, after)) = inside.split_once("}}") else { break };
        out.push_str(before);
        match name.trim() {
            "service" => out.push_str(&quoted(asked.service)),
            "environment" => out.push_str(&quoted(asked.environment)),
            "version" => out.push_str(&quoted(asked.version)),
            "window" => out.push_str(&format!("{}s", asked.interval_s.max(60))),
            "since_deploy" => out.push_str(&format!("{since}s")),
            other => out.push_str(&format!("{{{{{other}}}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// As it may stand between double quotes of a query.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, TimeZone as _};

    use super::*;

    #[test]
    fn variables_are_filled_in() {
        let deployed_at = Utc.with_ymd_and_hms(2026, 11, 19, 14, 2, 0).single().unwrap();
        let asked = Asked {
            service: "shop",
            environment: "production",
            version: "1.4.0\"} or vector(0) #",
            deployed_at,
            now: deployed_at + Duration::minutes(10),
            interval_s: 30,
        };
        assert_eq!(
            fill("e{s=\"{{service}}\",v=\"{{ version }}\"}[{{window}}]", &asked),
            "e{s=\"shop\",v=\"1.4.0\\\"} or vector(0) #\"}[60s]"
        );
        assert_eq!(fill("x[{{since_deploy}}]", &asked), "x[600s]");
        let late = Asked { now: deployed_at + Duration::days(9), ..asked };
        assert_eq!(fill("x[{{since_deploy}}]", &late), "x[172800s]");
        assert_eq!(fill("a{b=\"c\"}", &late), "a{b=\"c\"}");
    }

    #[test]
    fn unknown_variables_are_refused() {
        assert_eq!(check("up{job=\"{{service}}\"}"), Ok(()));
        assert!(check("up{job=\"{{srevice}}\"}").unwrap_err().contains("`{{srevice}}`"));
        assert!(check("up{job=\"{{service\"}").unwrap_err().contains("not closed"));
    }
}
