//! A metric server's answer to a query, held against conditions on `value`.

use std::collections::BTreeMap;

use domain::measurement::Phase;

use crate::conditions::Facts;
use crate::context::{NoData, ProbeContext};
use crate::outcome::{Outcome, overall, sentence};
use crate::prometheus::{Question, Said, ask};

pub(crate) async fn run(
    context: &ProbeContext<'_>,
    url: &str,
    query: &str,
    heartbeat_query: Option<&str>,
    headers: &BTreeMap<String, String>,
) -> Outcome {
    let question = Question {
        server_url: url,
        query,
        heartbeat_query,
        headers,
        at: context.now,
        timeout: context.timeout,
    };
    let answered = ask(context.client, &question).await;
    let warned = match answered.warnings.as_slice() {
        [] => String::new(),
        all => format!(" (the server warns: {})", all.join("; ")),
    };
    let outcome = match (answered.said, context.no_data) {
        (Said::Value(value), _) => of_value(context, value, &warned).await,
        (Said::Zero, _) | (Said::Missing(_), NoData::Zero) => of_value(context, 0.0, &warned).await,
        (Said::Missing(why), NoData::Undecided) => {
            Outcome::new(Phase::Inconclusive, sentence(&format!("{why}{warned}")), "no data")
        }
        (Said::Missing(why), NoData::Fail) => {
            let text = format!("{why}, and no data counts as a failure{warned}");
            Outcome::new(Phase::Failed, sentence(&text), "no data")
        }
        // Whatever no data counts as: there is data, and a part of it was not asked.
        (Said::Partial(why), _) => {
            Outcome::new(Phase::Inconclusive, sentence(&format!("{why}{warned}")), "partial")
        }
        // Trouble with the server that is asked says nothing about the service.
        (Said::Trouble(why), _) => Outcome::new(Phase::Error, sentence(&why), "no answer"),
    };
    outcome.exchanges(answered.exchanges)
}

async fn of_value(context: &ProbeContext<'_>, value: f64, warned: &str) -> Outcome {
    let shown = domain::indicator::shown(value);
    let facts = Facts { value: Some(value), ..Facts::default() };
    if context.conditions.is_empty() {
        let text = format!("the query says {shown}, and no condition says what is good{warned}");
        return Outcome::new(Phase::Inconclusive, sentence(&text), shown).value(value);
    }
    let findings = context.decide(context.conditions, facts).await;
    let phase = overall(&findings);
    let broken = findings.iter().find(|finding| finding.phase == phase);
    let text = match (phase, broken) {
        (Phase::Successful, _) => format!("the query says {shown}; all conditions hold{warned}"),
        (_, Some(broken)) => {
            format!("the query says {shown}, but expected {}{warned}", broken.detail)
        }
        (_, None) => format!("the query says {shown}{warned}"),
    };
    Outcome::new(phase, sentence(&text), shown).value(value).findings(findings)
}
