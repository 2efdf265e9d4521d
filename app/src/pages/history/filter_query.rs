//! What the history is asked for.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    deployment::{DeploymentFilter, DeploymentKind},
    ids::{DeploymentId, LessonId},
    watch::WatchState,
};

use crate::query::{Query, href};

/// The fields as they were filled in; empty ones do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub text: String,
    pub service: String,
    pub environment: String,
    pub state: String,
    pub kind: String,
    pub since: String,
    /// Where the page before ended.
    pub cursor: String,
    /// Whether lessons are shown instead of deployments.
    pub lessons: bool,
}

impl Ask {
    /// What a query asks for.
    pub fn of(query: &Query) -> Self {
        Self {
            text: query.text("q"),
            service: query.text("service"),
            environment: query.text("environment"),
            state: query.text("state"),
            kind: query.text("kind"),
            since: query.text("since"),
            cursor: query.text("before"),
            lessons: query.text("show") == "lessons",
        }
    }

    /// Whether anything is left out.
    pub fn narrows(&self) -> bool {
        let fields =
            [&self.text, &self.service, &self.environment, &self.state, &self.kind, &self.since];
        fields.iter().any(|field| !field.is_empty()) || !self.cursor.is_empty()
    }

    /// The filter without its service, and a sentence where a word is none there is.
    pub fn filter(&self) -> (DeploymentFilter, Option<String>) {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let state = WatchState::parse(&self.state);
        let kind = DeploymentKind::parse(&self.kind);
        let date = NaiveDate::parse_from_str(&self.since, "%Y-%m-%d").ok();
        let since = date.and_then(|date| date.and_hms_opt(0, 0, 0)).map(|naive| naive.and_utc());
        let mut unknown = None;
        let mut note = |text: &str, known: bool, what: &str| {
            if !text.is_empty() && !known {
                unknown = Some(format!("There is no {what} “{text}”."));
            }
        };
        note(&self.state, state.is_some(), "state");
        note(&self.kind, kind.is_some(), "kind");
        note(&self.since, since.is_some(), "date");
        let filter = DeploymentFilter {
            environment: filled(&self.environment),
            state,
            kind,
            since,
            text: filled(&self.text),
            ..DeploymentFilter::default()
        };
        (filter, unknown)
    }

    /// The last deployment of the page before.
    pub fn before_deployment(&self) -> Option<(DateTime<Utc>, DeploymentId)> {
        let (micros, id) = self.cursor.split_once('.')?;
        Some((DateTime::from_timestamp_micros(micros.parse().ok()?)?, id.parse().ok()?))
    }

    /// The last lesson of the page before.
    pub fn before_lesson(&self) -> Option<LessonId> {
        self.cursor.parse().ok()
    }

    /// The same, from that cursor on.
    pub fn after(&self, cursor: &str) -> String {
        self.link(self.lessons, cursor)
    }

    /// The same for deployments or for lessons, from the newest on.
    pub fn show(&self, lessons: bool) -> String {
        self.link(lessons, "")
    }

    fn link(&self, lessons: bool, cursor: &str) -> String {
        let fields = [
            ("q", self.text.as_str()),
            ("service", &self.service),
            ("environment", &self.environment),
            ("state", &self.state),
            ("kind", &self.kind),
            ("since", &self.since),
            ("show", if lessons { "lessons" } else { "" }),
            ("before", cursor),
        ];
        href("/history", &fields)
    }
}

/// Where a page of deployments ends.
pub fn cursor(at: DateTime<Utc>, id: DeploymentId) -> String {
    format!("{}.{id}", at.timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_on_from_where_it_was_taken() {
        let at = DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap();
        let id: DeploymentId = "01999999-0000-7000-8000-000000000001".parse().unwrap();
        let ask = Ask { cursor: cursor(at, id), ..Ask::default() };
        assert_eq!(ask.before_deployment(), Some((at, id)));
        for broken in ["", "x", "1.x", "x.01999999-0000-7000-8000-000000000001"] {
            let ask = Ask { cursor: broken.into(), ..Ask::default() };
            assert_eq!(ask.before_deployment(), None, "{broken}");
        }
    }

    #[test]
    fn a_word_that_is_none_is_said_and_not_left_out() {
        let ask = Ask { state: "sleeping".into(), ..Ask::default() };
        assert_eq!(ask.filter().1.as_deref(), Some("There is no state “sleeping”."));
        let ask = Ask { state: "signed_off".into(), since: "2026-11-01".into(), ..Ask::default() };
        let (filter, unknown) = ask.filter();
        assert_eq!(unknown, None);
        assert_eq!(filter.state, Some(WatchState::SignedOff));
        assert!(filter.since.is_some());
    }

    #[test]
    fn filters_stay_from_page_to_page() {
        let ask =
            Ask { text: "a b".into(), kind: "hotfix".into(), lessons: true, ..Ask::default() };
        assert_eq!(ask.after("x"), "/history?q=a%20b&kind=hotfix&show=lessons&before=x");
        assert_eq!(ask.show(false), "/history?q=a%20b&kind=hotfix");
    }
}
