//! A document in a tab, and what is found in it.

use std::time::Duration;

use domain::journey::Selector;
use serde_json::{Value, json};

use super::StepError;
use super::cdp::{Cdp, CdpError};

/// Finds what the parts of a selector say, each within what the one before found: `this` are the
/// places to look in.
const SELECT: &str = include_str!("select.js");

/// How long a search by name may take.
const NAMED: Duration = Duration::from_secs(2);

/// Which of some elements are in one of the places. The browser's own search from an element finds
/// nothing in its shadow root.
const WITHIN: &str = r"function (places) {
  const isIn = (one, place) => {
    for (let at = one; at; at = at.parentNode ?? at.host) if (at === place) return true;
    return false;
  };
  return this.filter((one) => places.some((place) => one !== place && isIn(one, place)));
}";

/// Parts of the accessibility tree that are named like an element and are none: its text, and the
/// page as a whole.
const NO_ELEMENTS: [&str; 3] = ["StaticText", "InlineTextBox", "RootWebArea"];

/// In which of its two worlds a script sees a document: that of the page with all it added to its
/// objects, or one of our own, where nothing the page redefined is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum World {
    Page,
    Own,
}

/// An object of a document, known to the browser by this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object(pub(super) String);

/// A document.
#[derive(Clone)]
pub(super) struct Frame<'b> {
    pub(super) cdp: &'b Cdp,
    /// The session of its tab.
    pub(super) session: String,
    pub(super) id: String,
    /// The frames it lies in, the tab's own document first.
    pub(super) within: Vec<String>,
}

impl Frame<'_> {
    pub(super) async fn send(&self, method: &str, params: Value) -> Result<Value, CdpError> {
        self.cdp.send(Some(&self.session), method, params).await
    }

    /// The frame it lies in.
    pub(super) fn parent(&self) -> Option<Self> {
        let (id, within) = self.within.split_last()?;
        Some(Self { id: id.clone(), within: within.to_vec(), ..self.clone() })
    }

    /// The world of our own, by the browser's number for it. The same each time for a document.
    async fn own_world(&self) -> Result<Value, CdpError> {
        let asked = json!({ "frameId": self.id, "worldName": "daytwo" });
        let mut world = self.send("Page.createIsolatedWorld", asked).await?;
        Ok(world["executionContextId"].take())
    }

    /// The document.
    pub(super) async fn document(&self, world: World) -> Result<Object, CdpError> {
        let context = self.own_world().await?;
        let asked = json!({ "contextId": context, "expression": "document" });
        let document = object(&self.send("Runtime.evaluate", asked).await?["result"])?;
        match world {
            World::Own => Ok(document),
            World::Page => {
                let node = json!({ "objectId": document.0 });
                let node = self.send("DOM.describeNode", node).await?;
                self.resolve(&node["node"]["backendNodeId"], None).await
            }
        }
    }

    /// A node of the document as an object, in the page's world where no other is named.
    pub(super) async fn resolve(
        &self,
        node: &Value,
        context: Option<&Value>,
    ) -> Result<Object, CdpError> {
        let mut asked = json!({ "backendNodeId": node });
        if let Some(context) = context {
            asked["executionContextId"] = context.clone();
        }
        object(&self.send("DOM.resolveNode", asked).await?["object"])
    }

    /// The element a frame lies in, in this document.
    pub(super) async fn owner_of(&self, frame: &str) -> Result<Object, CdpError> {
        let owner = self.send("DOM.getFrameOwner", json!({ "frameId": frame })).await?;
        let context = self.own_world().await?;
        self.resolve(&owner["backendNodeId"], Some(&context)).await
    }

    /// Calls a function on an object and answers what it answers.
    pub(super) async fn call(
        &self,
        on: &Object,
        function: &str,
        values: &[Value],
    ) -> Result<Value, StepError> {
        let values = values.iter().map(|value| json!({ "value": value })).collect();
        let mut answer = self.called(on, function, values, true).await?;
        Ok(answer["result"]["value"].take())
    }

    async fn called(
        &self,
        on: &Object,
        function: &str,
        arguments: Vec<Value>,
        by_value: bool,
    ) -> Result<Value, StepError> {
        let call = json!({
            "objectId": on.0, "functionDeclaration": function, "arguments": arguments,
            "returnByValue": by_value, "awaitPromise": true, "userGesture": true,
        });
        let answer = match self.send("Runtime.callFunctionOn", call).await {
            // The page went away under it.
            Err(CdpError::Refused { message, .. }) => return Err(StepError::Page(message)),
            other => other?,
        };
        match thrown(&answer) {
            Some(said) => Err(StepError::Page(said)),
            None => Ok(answer),
        }
    }

    /// All that a selector finds, as an array, with how many they are.
    pub(super) async fn select(
        &self,
        selector: &Selector,
        world: World,
    ) -> Result<(Object, u64), StepError> {
        let document = self.document(world).await?;
        let mut found = self.array(&document, std::slice::from_ref(&document)).await?;
        let mut parts = selector.path();
        while let Some((first, rest)) = parts.split_first() {
            if let Some(aria) = first.strip_prefix("aria/") {
                found = self.by_name(&document, &found, aria, world).await?;
                parts = rest;
                continue;
            }
            let until = parts.iter().position(|part| part.starts_with("aria/"));
            let (here, rest) = parts.split_at(until.unwrap_or(parts.len()));
            let here = vec![json!({ "value": here })];
            let answer = self.called(&found, SELECT, here, false).await?;
            found = object(&answer["result"])?;
            parts = rest;
        }
        let count = self.call(&found, "function () { return this.length; }", &[]).await?;
        Ok((found, count.as_u64().unwrap_or(0)))
    }

    /// One of what was found.
    pub(super) async fn nth(&self, all: &Object, n: u64) -> Result<Object, StepError> {
        let which = vec![json!({ "value": n })];
        let answer = self.called(all, "function (n) { return this[n]; }", which, false).await?;
        Ok(object(&answer["result"])?)
    }

    async fn array(&self, document: &Object, all: &[Object]) -> Result<Object, StepError> {
        let all = all.iter().map(|one| json!({ "objectId": one.0 })).collect();
        let answer = self.called(document, "function (...all) { return all; }", all, false).await?;
        Ok(object(&answer["result"])?)
    }

    /// Finds elements by their accessible name and role, as the browser computes them: `Log in`,
    /// `Log in[role="button"]` or `[role="heading"]`.
    async fn by_name(
        &self,
        document: &Object,
        places: &Object,
        aria: &str,
        world: World,
    ) -> Result<Object, StepError> {
        let (name, role) = accessible(aria);
        let context = if world == World::Own { Some(self.own_world().await?) } else { None };
        let mut query = json!({ "objectId": document.0 });
        if let Some(name) = name {
            query["accessibleName"] = json!(name);
        }
        if let Some(role) = role {
            query["role"] = json!(role);
        }
        let session = Some(self.session.as_str());
        let found = self.cdp.send_for(session, "Accessibility.queryAXTree", query, NAMED).await;
        let found = match found {
            // The browser says nothing of names before a page has loaded: that is no nothing.
            Err(CdpError::Silent(method)) => {
                let message = "the page has not loaded".to_owned();
                return Err(CdpError::Refused { method, message }.into());
            }
            other => other?,
        };
        let mut all = Vec::new();
        for node in found["nodes"].as_array().into_iter().flatten() {
            let role = node["role"]["value"].as_str().unwrap_or_default();
            let node_id = &node["backendDOMNodeId"];
            if node["ignored"] == true || NO_ELEMENTS.contains(&role) || node_id.is_null() {
                continue;
            }
            all.push(self.resolve(node_id, context.as_ref()).await?);
        }
        let all = self.array(document, &all).await?;
        let places = vec![json!({ "objectId": places.0 })];
        Ok(object(&self.called(&all, WITHIN, places, false).await?["result"])?)
    }
}

/// What was thrown instead of an answer.
pub(super) fn thrown(answer: &Value) -> Option<String> {
    let thrown = answer.get("exceptionDetails")?;
    let value = &thrown["exception"]["value"];
    let said = thrown["exception"]["description"].as_str().or_else(|| value.as_str());
    let said = said.or_else(|| thrown["text"].as_str()).unwrap_or("it threw");
    Some(said.lines().next().unwrap_or_default().trim_start_matches("Error: ").to_owned())
}

fn object(answer: &Value) -> Result<Object, CdpError> {
    let known = answer["objectId"].as_str().map(|id| Object(id.to_owned()));
    known.ok_or_else(|| CdpError::Refused {
        method: "to name an object".into(),
        message: "the page went away".into(),
    })
}

/// The name and role in a selector by accessible name: all but `[role="…"]` and `[name="…"]` is the
/// name.
fn accessible(aria: &str) -> (Option<String>, Option<String>) {
    let (mut name, mut role, mut plain) = (None, None, String::new());
    let mut rest = aria;
    while let Some(at) = rest.find('[') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match attribute(rest) {
            Some(("role", value, after)) => {
                role = Some(value);
                rest = after;
            }
            Some(("name", value, after)) => {
                name = Some(value);
                rest = after;
            }
            _ => {
                plain.push('[');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    (name.or((!plain.is_empty()).then_some(plain)), role)
}

/// `[word="value"]` at the beginning of a text, and what follows it.
fn attribute(text: &str) -> Option<(&str, String, &str)> {
    let (word, rest) = text.strip_prefix('[')?.split_once('=')?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (value, after) = rest[1..].split_once(quote)?;
    let after = after.trim_start().strip_prefix(']')?;
    Some((word.trim(), value.to_owned(), after))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Log in", Some("Log in"), None)]
    #[case("Log in[role=\"button\"]", Some("Log in"), Some("button"))]
    #[case("[role='heading']", None, Some("heading"))]
    #[case("[name=\"Pay [now]\"][role=\"link\"]", Some("Pay [now]"), Some("link"))]
    #[case("Say \"hello\" [now]", Some("Say \"hello\" [now]"), None)]
    #[case("Items [3]  and [more", Some("Items [3] and [more"), None)]
    #[case("[level=\"2\"] x", Some("[level=\"2\"] x"), None)]
    fn names_and_roles_are_told_apart(
        #[case] aria: &str,
        #[case] name: Option<&str>,
        #[case] role: Option<&str>,
    ) {
        assert_eq!(accessible(aria), (name.map(Into::into), role.map(Into::into)));
    }
}
