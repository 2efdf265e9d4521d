//! A page of the browser: what a replayed step does to it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use thiserror::Error;
use tokio::sync::broadcast::Receiver;
use tokio::time::{Instant, sleep};

use super::cdp::{Cdp, CdpError, Event};

/// How often it is looked whether something is there.
const POLL_INTERVAL: Duration = Duration::from_millis(60);
/// How long after an act it is waited for a navigation to begin.
const NAVIGATION_GRACE: Duration = Duration::from_millis(250);

/// Why a step did not go through.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum StepError {
    /// The browser, which is ours.
    #[error("{0}")]
    Browser(#[from] CdpError),
    /// The page, which is the service's.
    #[error("{0}")]
    Page(String),
}

/// A page.
pub(crate) struct Page<'b> {
    cdp: &'b Cdp,
    session: String,
    events: Receiver<Arc<Event>>,
    frame: String,
    loading: bool,
}

/// Finds an element by a path of selectors, each within the shadow root of the one before. Selectors
/// by accessible name are looked up by the browser itself and not here.
const FIND: &str = r#"function (path) {
  const deep = (root, css) => {
    const found = root.querySelector(css);
    if (found) return found;
    for (const one of root.querySelectorAll("*")) {
      const inside = one.shadowRoot && deep(one.shadowRoot, css);
      if (inside) return inside;
    }
    return null;
  };
  const byText = (root, text) => {
    const has = (one) => (one.innerText ?? one.textContent ?? one.value ?? "").includes(text);
    let best = null;
    for (const one of root.querySelectorAll("*")) {
      if (["SCRIPT", "STYLE", "HEAD", "TITLE"].includes(one.tagName)) continue;
      if (has(one) && (!best || best.contains(one))) best = one;
    }
    return best;
  };
  let root = document;
  let found = null;
  for (const selector of path) {
    if (found) root = found.shadowRoot ?? found;
    if (selector.startsWith("xpath/")) {
      found = document.evaluate(selector.slice(6), document, null, 9, null).singleNodeValue;
    } else if (selector.startsWith("pierce/")) {
      found = deep(root, selector.slice(7));
    } else if (selector.startsWith("text/")) {
      found = byText(root.body ?? root, selector.slice(5));
    } else {
      found = root.querySelector(selector);
    }
    if (!found) return null;
  }
  return found;
}"#;

/// Whether an element can be seen.
const VISIBLE: &str = r"function () {
  const box = this.getBoundingClientRect();
  const style = getComputedStyle(this);
  return box.width > 0 && box.height > 0 && style.visibility !== 'hidden';
}";

/// Makes a field ready for its value. Answers whether the value is to be typed; other fields have
/// it set.
const FILL: &str = r"function (value) {
  this.focus();
  const tag = this.tagName;
  const typed = tag === 'TEXTAREA' || this.isContentEditable || (tag === 'INPUT' &&
    ['text', 'email', 'password', 'search', 'tel', 'url', 'number', ''].includes(this.type));
  if (typed) {
    if (this.select) this.select(); else getSelection().selectAllChildren(this);
    return true;
  }
  if (tag === 'SELECT') {
    const all = [...this.options];
    const one = all.find((o) => o.value === value) ?? all.find((o) => o.text.trim() === value);
    if (!one) throw new Error('there is no choice ' + value);
    this.value = one.value;
  } else if (this.type === 'checkbox' || this.type === 'radio') {
    const wanted = !['', 'false', 'off'].includes(value);
    if (this.checked !== wanted) this.click();
    return false;
  } else {
    this.value = value;
  }
  this.dispatchEvent(new Event('input', { bubbles: true }));
  this.dispatchEvent(new Event('change', { bubbles: true }));
  return false;
}";

impl<'b> Page<'b> {
    pub(super) async fn open(cdp: &'b Cdp, session: String) -> Result<Self, CdpError> {
        let events = cdp.events();
        let mut page = Self { cdp, session, events, frame: String::new(), loading: false };
        for domain in ["Page.enable", "DOM.enable", "Runtime.enable", "Accessibility.enable"] {
            page.send(domain, json!({})).await?;
        }
        let tree = page.send("Page.getFrameTree", json!({})).await?;
        tree["frameTree"]["frame"]["id"].as_str().unwrap_or_default().clone_into(&mut page.frame);
        // Downloads and dialogs would hold a journey up.
        page.send("Page.setInterceptFileChooserDialog", json!({ "enabled": true })).await?;
        page.resize(1280, 800).await?;
        Ok(page)
    }

    async fn send(&self, method: &str, params: Value) -> Result<Value, CdpError> {
        self.cdp.send(Some(&self.session), method, params).await
    }

    /// Sets the window's size, in CSS pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) -> Result<(), CdpError> {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.send("Emulation.setDeviceMetricsOverride", size).await.map(drop)
    }

    /// Opens an address and waits until it is loaded.
    pub(crate) async fn navigate(&mut self, url: &str, wait: Duration) -> Result<(), StepError> {
        let until = Instant::now() + wait;
        self.handle_events().await?;
        // Answered when the server has answered.
        let asked = json!({ "url": url });
        let answer = self.cdp.send_for(Some(&self.session), "Page.navigate", asked, wait).await;
        let answer = match answer {
            Err(CdpError::Silent(_)) => {
                let why = format!("{url} did not finish loading within {} s", wait.as_secs_f64());
                return Err(StepError::Page(why));
            }
            other => other?,
        };
        if let Some(problem) = answer["errorText"].as_str() {
            return Err(StepError::Page(format!("{url} could not be opened: {problem}")));
        }
        self.loading = true;
        self.wait_until_loaded(until).await
    }

    /// Handles the events since the last call: notes what is loading, accepts dialogs.
    async fn handle_events(&mut self) -> Result<(), CdpError> {
        while let Ok(event) = self.events.try_recv() {
            let frame = event.params["frameId"].as_str().unwrap_or_default();
            match event.method.as_str() {
                "Page.frameStartedLoading" | "Page.frameStartedNavigating"
                    if frame == self.frame =>
                {
                    self.loading = true;
                }
                "Page.frameStoppedLoading" if frame == self.frame => self.loading = false,
                "Page.javascriptDialogOpening" => {
                    let accept = json!({ "accept": true });
                    self.send("Page.handleJavaScriptDialog", accept).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Waits until the page has loaded.
    async fn wait_until_loaded(&mut self, until: Instant) -> Result<(), StepError> {
        loop {
            self.handle_events().await?;
            if !self.loading {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(StepError::Page("the page did not finish loading in time".into()));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until what an act has begun is over: a navigation, where one begins.
    async fn wait_for_navigation(&mut self, until: Instant) -> Result<(), StepError> {
        let begins = Instant::now() + NAVIGATION_GRACE;
        while Instant::now() < begins {
            self.handle_events().await?;
            if self.loading {
                break;
            }
            sleep(POLL_INTERVAL).await;
        }
        self.wait_until_loaded(until).await
    }

    /// The element the first of several selectors finds, waited for.
    async fn find(
        &mut self,
        selectors: &[&[String]],
        must_be_seen: bool,
        until: Instant,
    ) -> Result<String, StepError> {
        let mut hidden = false;
        loop {
            self.handle_events().await?;
            if !self.loading {
                for path in selectors {
                    let found = match self.query(path).await {
                        // The page may be changing under the search.
                        Err(CdpError::Refused { .. }) => None,
                        other => other?,
                    };
                    let Some(object) = found else { continue };
                    if !must_be_seen || self.call(&object, VISIBLE, &[]).await? == json!(true) {
                        return Ok(object);
                    }
                    hidden = true;
                }
            }
            if Instant::now() >= until {
                let why = if hidden { "is there but cannot be seen" } else { "is not on the page" };
                return Err(StepError::Page(why.to_owned()));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Looks for an element once.
    async fn query(&self, path: &[String]) -> Result<Option<String>, CdpError> {
        if let [only] = path
            && let Some(aria) = only.strip_prefix("aria/")
        {
            return self.by_name(aria).await;
        }
        let path = json!(path);
        let expression = format!("({FIND})({path})");
        let answer = self.send("Runtime.evaluate", json!({ "expression": expression })).await?;
        let found = answer["result"]["subtype"] == "node";
        let object = answer["result"]["objectId"].as_str();
        Ok(object.filter(|_| found).map(ToOwned::to_owned))
    }

    /// Looks for an element by its accessible name and role, as the browser computes them:
    /// `Log in` or `Log in[role="button"]`.
    async fn by_name(&self, aria: &str) -> Result<Option<String>, CdpError> {
        let (name, rest) = aria.split_once("[role=").unwrap_or((aria, ""));
        let role = rest.trim_end_matches(']').trim_matches(['"', '\'']);
        let document = self.send("Runtime.evaluate", json!({ "expression": "document" })).await?;
        let mut query = json!({ "objectId": document["result"]["objectId"] });
        if !name.is_empty() {
            query["accessibleName"] = json!(name);
        }
        if !role.is_empty() {
            query["role"] = json!(role);
        }
        let found = self.send("Accessibility.queryAXTree", query).await?;
        for node in found["nodes"].as_array().into_iter().flatten() {
            // Text has the name of its button, but cannot be clicked for it.
            let text =
                node["role"]["value"] == "StaticText" || node["role"]["value"] == "InlineTextBox";
            if node["ignored"] == true || (role.is_empty() && text) {
                continue;
            }
            let Some(id) = node["backendDOMNodeId"].as_i64() else { continue };
            let resolved = self.send("DOM.resolveNode", json!({ "backendNodeId": id })).await?;
            if let Some(object) = resolved["object"]["objectId"].as_str() {
                return Ok(Some(object.to_owned()));
            }
        }
        Ok(None)
    }

    async fn call(
        &self,
        object: &str,
        function: &str,
        values: &[Value],
    ) -> Result<Value, StepError> {
        let arguments: Vec<_> = values.iter().map(|value| json!({ "value": value })).collect();
        let call = json!({
            "objectId": object, "functionDeclaration": function, "arguments": arguments,
            "returnByValue": true, "userGesture": true,
        });
        let mut answer = match self.send("Runtime.callFunctionOn", call).await {
            // The page went away under it.
            Err(CdpError::Refused { message, .. }) => return Err(StepError::Page(message)),
            other => other?,
        };
        if let Some(thrown) = answer.get("exceptionDetails") {
            let said = thrown["exception"]["description"].as_str().unwrap_or("it threw");
            let said = said.lines().next().unwrap_or_default().trim_start_matches("Error: ");
            return Err(StepError::Page(said.to_owned()));
        }
        Ok(answer["result"]["value"].take())
    }

    /// The middle of an element, in CSS pixels, scrolled into view.
    async fn middle(&self, object: &str) -> Result<(f64, f64), StepError> {
        let at = json!({ "objectId": object });
        let gone = |error| match error {
            CdpError::Refused { message, .. } => StepError::Page(message),
            other => StepError::Browser(other),
        };
        self.send("DOM.scrollIntoViewIfNeeded", at.clone()).await.map_err(gone)?;
        let quads = self.send("DOM.getContentQuads", at).await.map_err(gone)?;
        let quad: Vec<f64> =
            quads["quads"][0].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        let [x1, y1, _, _, x2, y2, ..] = quad[..] else {
            return Err(StepError::Page("has no place on the page".into()));
        };
        Ok((f64::midpoint(x1, x2), f64::midpoint(y1, y2)))
    }

    /// Clicks an element, `count` times in quick succession.
    pub(crate) async fn click(
        &mut self,
        selectors: &[&[String]],
        count: u32,
        wait: Duration,
    ) -> Result<(), StepError> {
        let until = Instant::now() + wait;
        let object = self.find(selectors, true, until).await?;
        let (x, y) = self.middle(&object).await?;
        self.mouse("mouseMoved", x, y, 0).await?;
        for n in 1..=count {
            self.mouse("mousePressed", x, y, n).await?;
            self.mouse("mouseReleased", x, y, n).await?;
        }
        self.wait_for_navigation(until).await
    }

    async fn mouse(&self, kind: &str, x: f64, y: f64, count: u32) -> Result<(), CdpError> {
        let button = if count > 0 { "left" } else { "none" };
        let event = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": count });
        self.send("Input.dispatchMouseEvent", event).await.map(drop)
    }

    /// Points at an element.
    pub(crate) async fn hover(
        &mut self,
        selectors: &[&[String]],
        wait: Duration,
    ) -> Result<(), StepError> {
        let object = self.find(selectors, true, Instant::now() + wait).await?;
        let (x, y) = self.middle(&object).await?;
        Ok(self.mouse("mouseMoved", x, y, 0).await?)
    }

    /// Puts a value into a field.
    pub(crate) async fn change(
        &mut self,
        selectors: &[&[String]],
        value: &str,
        wait: Duration,
    ) -> Result<(), StepError> {
        let object = self.find(selectors, true, Instant::now() + wait).await?;
        if self.call(&object, FILL, &[json!(value)]).await? == json!(true) {
            self.send("Input.insertText", json!({ "text": value })).await?;
        }
        Ok(())
    }

    /// Presses a key or lets it go.
    pub(crate) async fn key(
        &mut self,
        key: &str,
        down: bool,
        wait: Duration,
    ) -> Result<(), StepError> {
        let text = match key {
            "Enter" => Some("\r"),
            _ if key.chars().count() == 1 => Some(key),
            _ => None,
        };
        let kind = match (down, text) {
            (true, Some(_)) => "keyDown",
            (true, None) => "rawKeyDown",
            (false, _) => "keyUp",
        };
        let mut event = json!({ "type": kind, "key": key, "code": key });
        if let Some(text) = text.filter(|_| down) {
            event["text"] = json!(text);
        }
        let code = match key {
            "Enter" => 13,
            "Tab" => 9,
            "Escape" => 27,
            "Backspace" => 8,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        event["windowsVirtualKeyCode"] = json!(code);
        self.send("Input.dispatchKeyEvent", event).await?;
        if key == "Enter" && down {
            return self.wait_for_navigation(Instant::now() + wait).await;
        }
        Ok(())
    }

    /// Scrolls the page, in CSS pixels.
    pub(crate) async fn scroll(&self, x: i64, y: i64) -> Result<(), CdpError> {
        let expression = format!("scrollTo({x}, {y})");
        self.send("Runtime.evaluate", json!({ "expression": expression })).await.map(drop)
    }

    /// Waits until an element is there, and seen where it must be.
    pub(crate) async fn wait_for(
        &mut self,
        selectors: &[&[String]],
        visible: bool,
        wait: Duration,
    ) -> Result<(), StepError> {
        self.find(selectors, visible, Instant::now() + wait).await.map(drop)
    }

    /// Waits until an expression of the page is true.
    pub(crate) async fn wait_until(
        &mut self,
        expression: &str,
        wait: Duration,
    ) -> Result<(), StepError> {
        let until = Instant::now() + wait;
        loop {
            self.handle_events().await?;
            let asked = json!({ "expression": format!("!!({expression})"), "returnByValue": true });
            let answer = self.send("Runtime.evaluate", asked).await?;
            if answer["result"]["value"] == true {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(StepError::Page("the expression did not become true".into()));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Where the page is.
    pub(crate) async fn address(&self) -> Result<String, CdpError> {
        let asked = json!({ "expression": "location.href", "returnByValue": true });
        let answer = self.send("Runtime.evaluate", asked).await?;
        Ok(answer["result"]["value"].as_str().unwrap_or_default().to_owned())
    }

    /// What the page shows, as JPEG in base64.
    pub(crate) async fn picture(&self, width: u32, height: u32) -> Result<String, CdpError> {
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 0.5 });
        let asked = json!({
            "format": "jpeg", "quality": 60, "clip": clip, "optimizeForSpeed": true,
        });
        let answer = self.send("Page.captureScreenshot", asked).await?;
        Ok(answer["data"].as_str().unwrap_or_default().to_owned())
    }
}
