//! The tabs of the browser: what is open, what is loading, what came.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::journey::Place;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::{Instant, sleep, timeout};

use super::StepError;
use super::cdp::{Cdp, CdpError, Event};
use super::frame::{Frame, World};
use super::input::Keyboard;

/// How often it is looked whether something is there.
pub(super) const POLL_INTERVAL: Duration = Duration::from_millis(60);
/// How long it may take to look at what a tab shows.
const LOOK: Duration = Duration::from_secs(2);
/// How long after an act it is waited for a navigation to begin.
const NAVIGATION_GRACE: Duration = Duration::from_millis(250);
/// How long a page that came because of an act, and of which nothing is asserted, may go on loading
/// before the next step: a picture that never ends is no reason to fail.
const SETTLE: Duration = Duration::from_secs(3);

/// The open tabs.
pub(crate) struct Tabs<'b> {
    cdp: &'b Cdp,
    events: Receiver<Arc<Event>>,
    /// The first tab, which recordings call `main`, and those opened since.
    all: Vec<Tab>,
    /// The one that is in front.
    front: usize,
    pub(super) keyboard: Keyboard,
}

/// A tab.
struct Tab {
    target: String,
    session: String,
    /// Its own document.
    main: String,
    loading: Loading,
    /// How many times each of its frames has come to another place.
    navigations: HashMap<String, u64>,
    closed: bool,
    crashed: bool,
}

/// Which of a tab's frames are loading.
#[derive(Default)]
struct Loading {
    frames: HashSet<String>,
    /// The document that is there is the one from before.
    outdated: bool,
}

/// How often frames had come to another place.
#[derive(Clone, Default)]
pub(crate) struct Navigations(Vec<HashMap<String, u64>>);

/// The document a tab shows.
pub(crate) struct Shown {
    pub(crate) address: String,
    /// The status its server answered; 0 where none is known.
    pub(crate) status: u16,
}

impl<'b> Tabs<'b> {
    pub(super) async fn open(cdp: &'b Cdp) -> Result<Self, CdpError> {
        let events = cdp.events();
        let keyboard = Keyboard::default();
        let mut tabs = Self { cdp, events, all: Vec::new(), front: 0, keyboard };
        let first = json!({ "url": "about:blank" });
        let first = cdp.send(None, "Target.createTarget", first).await?;
        let first = first["targetId"].as_str().unwrap_or_default().to_owned();
        // The window the browser itself opened is no tab of the journey.
        let known = cdp.send(None, "Target.getTargets", json!({})).await?;
        let before = known["targetInfos"].as_array().into_iter().flatten();
        let before = before.filter_map(|one| one["targetId"].as_str()).filter(|id| *id != first);
        let before: HashSet<String> = before.map(ToOwned::to_owned).collect();
        tabs.attach(first).await?;
        tabs.emulate(
            0,
            &json!({ "width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": false }),
            false,
        )
        .await?;
        cdp.send(None, "Target.setDiscoverTargets", json!({ "discover": true })).await?;
        // Discovery begins with all there is.
        while let Ok(event) = tabs.events.try_recv() {
            if event.method == "Target.targetCreated"
                && !before
                    .contains(event.params["targetInfo"]["targetId"].as_str().unwrap_or_default())
            {
                tabs.handle(&event).await?;
            }
        }
        Ok(tabs)
    }

    /// Takes a tab in.
    async fn attach(&mut self, target: String) -> Result<(), CdpError> {
        let attach = json!({ "targetId": target, "flatten": true });
        let attached = self.cdp.send(None, "Target.attachToTarget", attach).await?;
        let session = attached["sessionId"].as_str().unwrap_or_default().to_owned();
        let send =
            async |method: &str, params: Value| self.cdp.send(Some(&session), method, params).await;
        for domain in ["Page.enable", "DOM.enable", "Accessibility.enable"] {
            send(domain, json!({})).await?;
        }
        // Dialogs to choose a file would hold a journey up.
        send("Page.setInterceptFileChooserDialog", json!({ "enabled": true })).await?;
        let tree = send("Page.getFrameTree", json!({})).await?;
        let main = tree["frameTree"]["frame"]["id"].as_str().unwrap_or_default().to_owned();
        let asked = json!({ "expression": "document.readyState", "returnByValue": true });
        let state = send("Runtime.evaluate", asked).await?;
        let mut loading = Loading::default();
        if state["result"]["value"] != "complete" {
            loading.frames.insert(main.clone());
        }
        self.all.push(Tab {
            target,
            session,
            main,
            loading,
            navigations: HashMap::new(),
            closed: false,
            crashed: false,
        });
        Ok(())
    }

    fn command<'a>(
        &'a self,
        tab: usize,
        method: &'a str,
        params: Value,
    ) -> impl Future<Output = Result<Value, CdpError>> + 'a {
        self.cdp.send(Some(&self.all[tab].session), method, params)
    }

    /// Handles the events since the last call: notes what is loading, takes in new tabs.
    pub(super) async fn handle_events(&mut self) -> Result<(), CdpError> {
        loop {
            match self.events.try_recv() {
                Ok(event) => self.handle(&event).await?,
                // What was missed is made up for by what is there now.
                Err(TryRecvError::Lagged(_)) => {
                    self.all.iter_mut().for_each(|tab| tab.loading = Loading::default());
                }
                Err(_) => return Ok(()),
            }
        }
    }

    async fn handle(&mut self, event: &Event) -> Result<(), CdpError> {
        let params = &event.params;
        match event.method.as_str() {
            "Target.targetCreated" => {
                let info = &params["targetInfo"];
                let id = info["targetId"].as_str().unwrap_or_default();
                let known = self.all.iter().any(|tab| tab.target == id);
                if info["type"] == "page" && !known {
                    match self.attach(id.to_owned()).await {
                        // It closed as fast as it opened.
                        Err(CdpError::Refused { .. }) => {}
                        other => other?,
                    }
                }
                return Ok(());
            }
            "Target.targetDestroyed" => {
                let id = params["targetId"].as_str().unwrap_or_default();
                self.all
                    .iter_mut()
                    .filter(|tab| tab.target == id)
                    .for_each(|tab| tab.closed = true);
                return Ok(());
            }
            _ => {}
        }
        let of = |tab: &Tab| Some(&tab.session) == event.session.as_ref();
        let Some(n) = self.all.iter().position(of) else { return Ok(()) };
        let frame = params["frameId"].as_str().unwrap_or_default();
        let tab = &mut self.all[n];
        match event.method.as_str() {
            "Page.frameStartedLoading" | "Page.frameStartedNavigating" => {
                let again = params["navigationType"] == "sameDocument"
                    || params["navigationType"] == "historySameDocument";
                if !again && tab.loading.frames.insert(frame.to_owned()) && frame == tab.main {
                    tab.loading.outdated = true;
                }
            }
            "Page.frameStoppedLoading" => {
                tab.loading.frames.remove(frame);
                tab.loading.outdated &= frame != tab.main;
            }
            "Page.frameNavigated" => {
                let frame = params["frame"]["id"].as_str().unwrap_or_default();
                if params["frame"].get("parentId").is_none() {
                    frame.clone_into(&mut tab.main);
                    tab.loading.outdated = false;
                }
                *tab.navigations.entry(frame.to_owned()).or_default() += 1;
            }
            "Page.navigatedWithinDocument" => {
                *tab.navigations.entry(frame.to_owned()).or_default() += 1;
            }
            "Page.frameDetached" => {
                tab.loading.frames.remove(frame);
            }
            "Inspector.targetCrashed" => tab.crashed = true,
            _ => {}
        }
        Ok(())
    }

    /// The tab of a place, waited for, brought to the front.
    pub(super) async fn tab(&mut self, place: &Place, until: Instant) -> Result<usize, StepError> {
        loop {
            self.handle_events().await?;
            let found = match place.elsewhere() {
                None => Some(0),
                Some(address) => self.tab_at(address).await?,
            };
            if let Some(n) = found {
                let tab = &self.all[n];
                if tab.closed || tab.crashed {
                    let how = if tab.crashed { "crashed" } else { "is closed" };
                    return Err(StepError::page(format!("the tab {how}")));
                }
                if self.front != n {
                    // A tab in the background draws nothing.
                    self.command(n, "Page.bringToFront", json!({})).await?;
                    self.front = n;
                }
                return Ok(n);
            }
            if Instant::now() >= until {
                let address = place.elsewhere().unwrap_or_default();
                return Err(StepError::page(format!("there is no tab or frame at {address}")));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// The tab that is at an address, or in which a frame is.
    async fn tab_at(&self, address: &str) -> Result<Option<usize>, CdpError> {
        let mut with_frame = None;
        for n in 0..self.all.len() {
            if self.all[n].closed || self.all[n].crashed {
                continue;
            }
            let tree = match self.command(n, "Page.getFrameTree", json!({})).await {
                Err(CdpError::Refused { .. }) => continue,
                other => other?,
            };
            if address_of(&tree["frameTree"]["frame"]) == address {
                return Ok(Some(n));
            }
            if with_frame.is_none() && frame_at(&tree["frameTree"], address).is_some() {
                with_frame = Some(n);
            }
        }
        Ok(with_frame)
    }

    /// The document of a place, where it is there now.
    pub(super) async fn frame(
        &self,
        tab: usize,
        place: &Place,
    ) -> Result<Option<Frame<'b>>, CdpError> {
        let tree = self.command(tab, "Page.getFrameTree", json!({})).await?;
        let top = &tree["frameTree"];
        let mut path = match place.elsewhere() {
            Some(address) if address_of(&top["frame"]) != address => {
                frame_at(top, address).unwrap_or_default()
            }
            _ => vec![top],
        };
        for n in &place.frame {
            let Some(inner) = path.last().map(|frame| &frame["childFrames"][*n]) else { break };
            if inner.is_null() {
                return Ok(None);
            }
            path.push(inner);
        }
        let mut ids = path.iter().map(|frame| frame["frame"]["id"].as_str().unwrap_or_default());
        let Some(id) = ids.next_back() else { return Ok(None) };
        Ok(Some(Frame {
            cdp: self.cdp,
            session: self.all[tab].session.clone(),
            id: id.to_owned(),
            within: ids.map(ToOwned::to_owned).collect(),
        }))
    }

    /// Whether the document that a tab shows is about to be replaced.
    pub(super) fn is_outdated(&self, tab: usize) -> bool {
        self.all[tab].loading.outdated
    }

    /// The window of a tab.
    async fn emulate(&self, tab: usize, metrics: &Value, touch: bool) -> Result<(), CdpError> {
        self.command(tab, "Emulation.setDeviceMetricsOverride", metrics.clone()).await?;
        let touch = json!({ "enabled": touch });
        self.command(tab, "Emulation.setTouchEmulationEnabled", touch).await.map(drop)
    }

    /// Sets the window of the tab of a place, in the browser's own terms.
    pub(crate) async fn set_viewport(
        &mut self,
        place: &Place,
        metrics: &Value,
        touch: bool,
        until: Instant,
    ) -> Result<(), StepError> {
        let tab = self.tab(place, until).await?;
        Ok(self.emulate(tab, metrics, touch).await?)
    }

    /// Slows the network: bytes a second and milliseconds; nothing to either side is no network.
    pub(crate) async fn slow_network(
        &self,
        down: f64,
        up: f64,
        latency_ms: f64,
    ) -> Result<(), CdpError> {
        let none = down <= 0.0 && up <= 0.0;
        let slowed = json!({
            "offline": none, "latency": latency_ms, "downloadThroughput": down, "uploadThroughput": up,
        });
        self.command(0, "Network.emulateNetworkConditions", slowed).await.map(drop)
    }

    /// Closes the tab of a place.
    pub(crate) async fn close(&mut self, place: &Place, until: Instant) -> Result<(), StepError> {
        let tab = self.tab(place, until).await?;
        let target = json!({ "targetId": self.all[tab].target });
        self.cdp.send(None, "Target.closeTarget", target).await?;
        self.all[tab].closed = true;
        Ok(())
    }

    /// Opens an address and waits until it is loaded.
    pub(crate) async fn navigate(
        &mut self,
        place: &Place,
        url: &str,
        wait: Duration,
    ) -> Result<(), StepError> {
        let until = Instant::now() + wait;
        let tab = self.tab(place, until).await?;
        // Answered when the server has answered.
        let session = self.all[tab].session.clone();
        let shown = crate::redact::address(url);
        let asked = json!({ "url": url });
        let answer = self.cdp.send_for(Some(&session), "Page.navigate", asked, wait).await;
        let answer = match answer {
            Err(CdpError::Silent(_)) => {
                let why = format!("{shown} did not finish loading within {} s", wait.as_secs_f64());
                return Err(StepError::Page(why));
            }
            other => other?,
        };
        if let Some(problem) = answer["errorText"].as_str() {
            return Err(StepError::Page(format!("{shown} could not be opened: {problem}")));
        }
        // Another place in the same document is not loaded.
        if answer.get("loaderId").is_some() {
            let main = self.all[tab].main.clone();
            self.all[tab].loading.frames.insert(main);
        }
        self.wait_until_loaded(tab, until).await
    }

    fn is_loading(&self, tab: usize) -> bool {
        let tab = &self.all[tab];
        !tab.closed && !tab.crashed && tab.loading.frames.contains(&tab.main)
    }

    async fn wait_until_loaded(&mut self, tab: usize, until: Instant) -> Result<(), StepError> {
        loop {
            self.handle_events().await?;
            if !self.is_loading(tab) {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(StepError::page("the page did not finish loading in time"));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until what an act has begun is over: a navigation, where one begins.
    pub(super) async fn settle(&mut self, tab: usize, until: Instant) -> Result<(), StepError> {
        let begins = Instant::now() + NAVIGATION_GRACE;
        while Instant::now() < begins && !self.is_loading(tab) {
            sleep(POLL_INTERVAL).await;
            self.handle_events().await?;
        }
        self.settle_began(tab, until).await
    }

    /// As [`settle`](Self::settle), for what has begun already.
    pub(crate) async fn settle_began(
        &mut self,
        tab: usize,
        until: Instant,
    ) -> Result<(), StepError> {
        let settled = until.min(Instant::now() + SETTLE);
        loop {
            self.handle_events().await?;
            // A page that came may go on loading; one that did not come has not answered.
            if !self.is_loading(tab) || (!self.is_outdated(tab) && Instant::now() >= settled) {
                return Ok(());
            }
            if self.is_outdated(tab) && Instant::now() >= until {
                return Err(StepError::page("the page did not finish loading in time"));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// How often frames have come to another place so far.
    pub(crate) async fn navigations(&mut self) -> Result<Navigations, CdpError> {
        self.handle_events().await?;
        Ok(Navigations(self.all.iter().map(|tab| tab.navigations.clone()).collect()))
    }

    /// Waits until the document of a place, or the page it lies in, has come to another place since
    /// `before`, and is loaded.
    pub(crate) async fn wait_for_navigation(
        &mut self,
        place: &Place,
        before: &Navigations,
        wait: Duration,
    ) -> Result<(), StepError> {
        let until = Instant::now() + wait;
        // The address of another tab may change with this very navigation.
        let tab = if place.elsewhere().is_some() { self.front } else { 0 };
        loop {
            self.handle_events().await?;
            let main = self.all[tab].main.clone();
            let inner = match place.frame.is_empty() {
                true => None,
                false => self.frame(tab, place).await.ok().flatten().map(|frame| frame.id),
            };
            let came = [Some(main), inner].into_iter().flatten().any(|frame| {
                let then = before.0.get(tab).and_then(|then| then.get(&frame)).unwrap_or(&0);
                self.all[tab].navigations.get(&frame).unwrap_or(&0) > then
            });
            if came {
                return self.wait_until_loaded(tab, until).await;
            }
            if Instant::now() >= until {
                return Err(StepError::page(format!(
                    "no page came of it within {} s, and the recording asserts that one does",
                    wait.as_secs_f64()
                )));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// What each open tab shows.
    pub(crate) async fn shown(&mut self) -> Result<Vec<Shown>, CdpError> {
        self.handle_events().await?;
        let mut shown = Vec::new();
        for tab in 0..self.all.len() {
            if self.all[tab].closed || self.all[tab].crashed {
                continue;
            }
            // A tab that is just changing, or that is busy with itself, shows nothing.
            match timeout(LOOK, self.shows(tab)).await {
                Ok(Ok(one)) => shown.extend(one),
                Ok(Err(StepError::Browser(CdpError::Gone))) => return Err(CdpError::Gone),
                Ok(Err(_)) | Err(_) => {}
            }
        }
        Ok(shown)
    }

    async fn shows(&self, tab: usize) -> Result<Option<Shown>, StepError> {
        const ASK: &str = "function () { return [location.href, \
            performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0]; }";
        let Some(frame) = self.frame(tab, &Place::default()).await? else { return Ok(None) };
        let document = frame.document(World::Own).await?;
        let said = frame.call(&document, ASK, &[]).await?;
        let status = said[1].as_u64().and_then(|status| u16::try_from(status).ok());
        let address = said[0].as_str().unwrap_or_default().to_owned();
        Ok(Some(Shown { address, status: status.unwrap_or(0) }))
    }

    /// Waits for pages that are on their way, at the end of a journey.
    pub(crate) async fn wait_for_the_last(&mut self, wait: Duration) -> Result<(), StepError> {
        let until = Instant::now() + wait;
        for tab in 0..self.all.len() {
            self.settle_began(tab, until).await?;
        }
        Ok(())
    }

    /// What the tab in front shows, as JPEG.
    /// The window is as wide and high as given, in CSS pixels, of so many of the screen's each.
    pub(crate) async fn picture(
        &self,
        (width, height, factor): (u32, u32, f64),
    ) -> Result<Vec<u8>, CdpError> {
        let scale = 0.5 / factor;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": scale });
        let asked = json!({
            "format": "jpeg", "quality": 60, "clip": clip, "optimizeForSpeed": true,
        });
        let answer = self.command(self.front, "Page.captureScreenshot", asked).await?;
        let data = answer["data"].as_str().unwrap_or_default();
        STANDARD.decode(data).map_err(|error| CdpError::Refused {
            method: "Page.captureScreenshot".into(),
            message: error.to_string(),
        })
    }
}

fn address_of(frame: &Value) -> String {
    let of = |name: &str| frame[name].as_str().unwrap_or_default();
    format!("{}{}", of("url"), of("urlFragment"))
}

/// The way from a frame to the one below it that is at an address.
fn frame_at<'v>(top: &'v Value, address: &str) -> Option<Vec<&'v Value>> {
    if address_of(&top["frame"]) == address {
        return Some(vec![top]);
    }
    top["childFrames"].as_array().into_iter().flatten().find_map(|child| {
        let mut below = frame_at(child, address)?;
        below.insert(0, top);
        Some(below)
    })
}
