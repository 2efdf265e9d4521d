//! Asking a metric server for an indicator, and keeping the point.

use std::{collections::BTreeMap, time::Duration};

use domain::{
    deployment::Deployment,
    event::Event,
    indicator::{Cell, Indicator, Reading, impossible},
    query_template::{self, Asked},
};
use probes::prometheus::{Question, Said};
use store::{
    indicators,
    series::{self, minute_of},
};

use super::Indicators;
use crate::Error;

/// The longest an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

impl Indicators<'_> {
    /// Asks the server of an indicator once, about a deployment, and keeps the point where there
    /// is one. Where there is none, a gap stays, and what the server said is noted.
    ///
    /// # Errors
    /// Trouble with the database.
    pub async fn ask_server(
        self,
        indicator: &Indicator,
        deployment: &Deployment,
    ) -> Result<(), Error> {
        let (Some(server_url), Some(text)) = (&indicator.server_url, &indicator.query) else {
            return Ok(());
        };
        let now = self.0.now();
        let asked = Asked {
            service: &deployment.service,
            environment: &deployment.environment,
            version: &deployment.version,
            deployed_at: deployment.deployed_at,
            now,
            interval_s: indicator.interval_s,
        };
        let text = query_template::fill(text, &asked);
        let heartbeat =
            indicator.heartbeat_query.as_ref().map(|text| query_template::fill(text, &asked));
        let question = Question {
            server_url,
            query: &text,
            heartbeat_query: heartbeat.as_deref(),
            headers: &indicator.headers,
            at: now,
            timeout: PATIENCE,
        };
        let answered = self.0.prober().ask_prometheus(&question).await;
        let (value, mut said) = match answered.said {
            Said::Value(value) => (Some(value), Vec::new()),
            Said::Zero => (Some(0.0), Vec::new()),
            Said::Missing(why) | Said::Partial(why) | Said::Trouble(why) => (None, vec![why]),
        };
        // As of points that are pushed: what cannot be is none.
        let why = value.and_then(|value| {
            let why = impossible(indicator.family, &indicator.unit, value)?;
            Some(format!("it says {value}, which {why}"))
        });
        let value = value.filter(|_| why.is_none());
        said.extend(why);
        said.extend(answered.warnings.into_iter().map(|warning| format!("warning: {warning}")));
        let said: String = said.join("; ").chars().take(1_000).collect();
        let (id, key, service) = (indicator.id, indicator.key.clone(), indicator.service_id);
        let (as_asked, environment) = (indicator.updated_at, deployment.environment.clone());
        let about = deployment.id;
        self.0
            .write::<(), _>(move |tx| {
                Box::pin(async move {
                    // What was asked may have changed meanwhile: then it is another's point.
                    let known = indicators::by_key(tx, service, &key).await?;
                    let same = known.is_some_and(|known| {
                        known.retired_at.is_none() && known.updated_at == as_asked
                    });
                    if !same {
                        return Ok(());
                    }
                    let series = series::find_or_make(tx, id, &environment).await?;
                    series::note(tx, series, said, now).await?;
                    if let Some(value) = value {
                        let mut cell = Cell::default();
                        cell.add(Reading::Value(value));
                        let cells = BTreeMap::from([(minute_of(now), cell)]);
                        series::add(tx, series, cells).await?;
                    }
                    tx.publish(Event::readings(about, service));
                    Ok(())
                })
            })
            .await
    }
}
