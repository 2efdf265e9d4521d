//! Checks, and what they see.

use std::sync::Arc;

use chrono::Duration;
use domain::{
    answering_version::AnsweredVersions,
    check::Check,
    measurement::{Measurement, Phase},
};
use engine::measurements::Observation;
use serde_json::Value;

use super::Portal;

impl Portal {
    /// Puts a check of the shop on production, of the kind `http` where `more` says no other; answers
    /// it as it is.
    pub async fn put_check(&self, key: &str, more: Value) -> Arc<Check> {
        let mut request = serde_json::json!({
            "environment": "production", "kind": "http", "url": "http://127.0.0.1:9/",
            "interval_s": 60,
        });
        let (Value::Object(all), Value::Object(more)) = (&mut request, more) else {
            panic!("the check is no object")
        };
        all.extend(more);
        let request = serde_json::from_value(request).unwrap();
        self.engine.checks().put(&self.operator(), "shop", key, request).await.unwrap();
        let room = self.engine.services().checks(&self.viewer, "shop").await.unwrap();
        Arc::new(room.checks.into_iter().find(|now| now.check.key == key).unwrap().check)
    }

    /// Half a minute later a check measures: `The worker was failed`.
    pub async fn sees(&self, check: &Arc<Check>, phase: Phase) {
        self.clock.advance(Duration::seconds(30));
        let measurement = Measurement {
            started_at: self.engine.now(),
            duration_ms: 3.0,
            phase,
            value: Some(3.0),
            sentence: format!("The {} was {}", check.key, phase.as_str()),
            short: "3 ms".into(),
            findings: Vec::new(),
            exchanges: Vec::new(),
            pictures: Vec::new(),
        };
        let answered = AnsweredVersions::default();
        let seen =
            Observation { check: check.clone(), measurement, answered, asked: false, slot: None };
        self.engine.measurements().record(Arc::new([seen])).await.unwrap();
    }
}
