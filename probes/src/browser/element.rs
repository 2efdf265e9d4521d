//! Elements of a page: waited for until they can be acted on, and acted on.
//!
//! Alternative selectors are tried side by side; each stands for the first element it finds. A click
//! goes only to an element that is in view, at rest, enabled, and that the click really hits.

use std::time::Duration;

use domain::journey::{Click, Expected, Place};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use super::cdp::CdpError;
use super::frame::{Frame, Object, World};
use super::input::Hands;
use super::tabs::{POLL_INTERVAL, Tabs};
use super::{StepError, Wanted};

/// Whether an element can be acted on, and where it is in its document's window.
const ACTIONABLE: &str = include_str!("actionable.js");
/// Where a point of a frame is in the document around it, and whether the frame is what is there.
const OWNER: &str = include_str!("owner.js");
const FILL: &str = include_str!("fill.js");
const MATCHES: &str = include_str!("matches.js");
/// Whether any of some elements can be seen.
const ANY_SEEN: &str = r"function () {
  return this.some((one) => {
    const { width, height } = one.getBoundingClientRect();
    return width > 0 && height > 0 && getComputedStyle(one).visibility === 'visible';
  });
}";

/// How long after a key the page has to act on it.
const KEY_PAUSE: Duration = Duration::from_millis(100);

/// What must hold before an act.
#[derive(Clone, Copy)]
struct Need {
    enabled: bool,
    hit: bool,
}

/// Why an element cannot be acted on yet; what comes later is nearer to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Waits {
    NotThere,
    Invalid(String),
    Hidden,
    Outside,
    Disabled,
    Moving,
    Covered(String),
}

impl Waits {
    fn read(answer: &Value) -> Option<Self> {
        Some(match answer["waits"].as_str()? {
            "hidden" => Self::Hidden,
            "outside" => Self::Outside,
            "disabled" => Self::Disabled,
            "moving" => Self::Moving,
            "covered" => Self::Covered(answer["by"].as_str().unwrap_or("something").to_owned()),
            _ => Self::NotThere,
        })
    }

    fn words(&self) -> String {
        match self {
            Self::NotThere => "is not on the page".into(),
            Self::Invalid(said) => format!("cannot be looked for: {said}"),
            Self::Hidden => "is there but cannot be seen".into(),
            Self::Outside => "is there but cannot be brought into view".into(),
            Self::Disabled => "is disabled".into(),
            Self::Moving => "does not come to rest".into(),
            Self::Covered(by) => format!("cannot be hit: `{by}` lies over it"),
        }
    }
}

/// An element that can be acted on.
struct Ready<'b> {
    tab: usize,
    frame: Frame<'b>,
    element: Object,
    /// In the window of its tab, in CSS pixels.
    at: (f64, f64),
}

impl<'b> Tabs<'b> {
    fn hands(&self, frame: &Frame<'b>) -> Hands<'b> {
        Hands { cdp: frame.cdp, session: frame.session.clone() }
    }

    /// The element of the first selector whose element can be acted on, waited for.
    async fn ready(
        &mut self,
        wanted: Wanted<'_>,
        need: Need,
        offset: Option<(f64, f64)>,
    ) -> Result<Ready<'b>, StepError> {
        loop {
            let tab = self.tab(wanted.place, wanted.until).await?;
            let mut waits = Waits::NotThere;
            let frame =
                if self.is_outdated(tab) { None } else { self.frame(tab, wanted.place).await? };
            let outdated = self.is_outdated(tab);
            let frame_is_there = frame.is_some() || outdated;
            if let Some(frame) = frame {
                for selector in wanted.selectors {
                    let looked = look(&frame, selector, need, offset).await;
                    match looked {
                        Ok(Ok((element, at))) => return Ok(Ready { tab, frame, element, at }),
                        Ok(Err(why)) => waits = waits.max(why),
                        // The page may be changing under the search.
                        Err(StepError::Browser(CdpError::Refused { .. })) => {}
                        Err(StepError::Page(said)) => waits = waits.max(Waits::Invalid(said)),
                        Err(other) => return Err(other),
                    }
                }
            }
            if Instant::now() >= wanted.until {
                let why = if outdated {
                    "is waited for, but the next page did not come in time".to_owned()
                } else if frame_is_there {
                    waits.words()
                } else {
                    format!("is in the frame {:?}, which is not on the page", wanted.place.frame)
                };
                return Err(StepError::Page(why));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Clicks an element, `times` times in quick succession.
    pub(crate) async fn click(
        &mut self,
        wanted: Wanted<'_>,
        click: &Click,
        times: u32,
    ) -> Result<(), StepError> {
        let need = Need { enabled: true, hit: true };
        let number =
            |n: &Option<serde_json::Number>| n.as_ref().and_then(serde_json::Number::as_f64);
        let offset = number(&click.offset_x).zip(number(&click.offset_y));
        loop {
            let ready = self.ready(wanted, need, offset).await?;
            let hands = self.hands(&ready.frame);
            hands.point(&self.keyboard, ready.at).await?;
            // What opens under the pointer may lie over it.
            let still = place(&ready.frame, &ready.element, need, offset, true).await;
            let at = match still {
                Ok(Ok(at)) => at,
                _ if Instant::now() < wanted.until => {
                    sleep(POLL_INTERVAL).await;
                    continue;
                }
                Ok(Err(why)) => return Err(StepError::Page(why.words())),
                Err(error) => return Err(error),
            };
            let held = Duration::from_millis(click.duration.unwrap_or(0));
            hands.press(&self.keyboard, at, click.button, times, held).await?;
            return self.settle(ready.tab, wanted.until).await;
        }
    }

    /// Points at an element.
    pub(crate) async fn hover(&mut self, wanted: Wanted<'_>) -> Result<(), StepError> {
        let ready = self.ready(wanted, Need { enabled: false, hit: true }, None).await?;
        Ok(self.hands(&ready.frame).point(&self.keyboard, ready.at).await?)
    }

    /// Puts a value into a field.
    pub(crate) async fn change(
        &mut self,
        wanted: Wanted<'_>,
        value: &str,
    ) -> Result<(), StepError> {
        let ready = self.ready(wanted, Need { enabled: true, hit: false }, None).await?;
        let typed = ready.frame.call(&ready.element, FILL, &[json!(value)]).await?;
        if typed == true {
            let hands = self.hands(&ready.frame);
            if value.is_empty() {
                hands.key(&mut self.keyboard, "Delete", true).await?;
                hands.key(&mut self.keyboard, "Delete", false).await?;
            } else {
                hands.type_text(&mut self.keyboard, value).await?;
            }
        }
        Ok(())
    }

    /// Presses a key, or lets it go.
    pub(crate) async fn key(
        &mut self,
        place: &Place,
        name: &str,
        down: bool,
        until: Instant,
    ) -> Result<(), StepError> {
        let tab = self.tab(place, until).await?;
        let top = self.frame(tab, &Place::default()).await?;
        let Some(frame) = top else { return Ok(()) };
        self.hands(&frame).key(&mut self.keyboard, name, down).await?;
        if down && matches!(name, "Enter" | "NumpadEnter" | "\r" | "\n" | " " | "Space") {
            // Keys that send a form.
            return self.settle(tab, until).await;
        }
        sleep(KEY_PAUSE).await;
        Ok(self.handle_events().await?)
    }

    /// Scrolls the page, or an element in it, to a place in CSS pixels.
    pub(crate) async fn scroll(
        &mut self,
        wanted: Wanted<'_>,
        x: f64,
        y: f64,
    ) -> Result<(), StepError> {
        if wanted.selectors.is_empty() {
            let (frame, document) = self.document(wanted.place, World::Own, wanted.until).await?;
            let scroll =
                "function (x, y) { window.scroll({ left: x, top: y, behavior: 'instant' }); }";
            return frame.call(&document, scroll, &[json!(x), json!(y)]).await.map(drop);
        }
        let ready = self.ready(wanted, Need { enabled: false, hit: false }, None).await?;
        let scroll = "function (x, y) { this.scrollTo({ left: x, top: y, behavior: 'instant' }); }";
        ready.frame.call(&ready.element, scroll, &[json!(x), json!(y)]).await.map(drop)
    }

    /// The document of a place, waited for.
    async fn document(
        &mut self,
        place: &Place,
        world: World,
        until: Instant,
    ) -> Result<(Frame<'b>, Object), StepError> {
        loop {
            let tab = self.tab(place, until).await?;
            if !self.is_outdated(tab)
                && let Some(frame) = self.frame(tab, place).await?
            {
                match frame.document(world).await {
                    Ok(document) => return Ok((frame, document)),
                    // It is being replaced.
                    Err(CdpError::Refused { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            if Instant::now() >= until {
                let said = format!("the frame {:?} is not on the page", place.frame);
                return Err(StepError::Page(said));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until so many elements are there, and as they must be; or until they are not.
    pub(crate) async fn wait_for(
        &mut self,
        wanted: Wanted<'_>,
        expected: &Expected,
    ) -> Result<(), StepError> {
        loop {
            let tab = self.tab(wanted.place, wanted.until).await?;
            let mut seen = Err(Waits::NotThere.words());
            if !self.is_outdated(tab)
                && let Some(frame) = self.frame(tab, wanted.place).await?
            {
                seen = match holds(&frame, wanted, expected).await {
                    Ok(seen) => seen,
                    Err(StepError::Browser(CdpError::Refused { .. })) => Err("is changing".into()),
                    Err(StepError::Page(said)) => Err(format!("cannot be looked for: {said}")),
                    Err(other) => return Err(other),
                };
                // Where the opposite must hold, the page itself must have been seen.
                if expected.visible == Some(false) {
                    seen = match seen {
                        Ok(()) => Err("is still there".into()),
                        Err(said) if said.starts_with("cannot") || said == "is changing" => {
                            Err(said)
                        }
                        Err(_) => Ok(()),
                    };
                }
            }
            let Err(why) = seen else { return Ok(()) };
            if Instant::now() >= wanted.until {
                return Err(StepError::Page(why));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until an expression of the page is true; a promise is awaited.
    pub(crate) async fn wait_until(
        &mut self,
        place: &Place,
        expression: &str,
        until: Instant,
    ) -> Result<(), StepError> {
        // A declaration is compiled whatever the page's policy says of `eval`.
        let function = format!("async function () {{ return !!(await ({expression})); }}");
        let mut why = None;
        loop {
            let (frame, document) = self.document(place, World::Page, until).await?;
            let asked = frame.call(&document, &function, &[]);
            match timeout_at(until + POLL_INTERVAL, asked).await {
                Ok(Ok(value)) if value == true => return Ok(()),
                Ok(Ok(_)) => why = Some("the expression did not become true".to_owned()),
                Ok(Err(StepError::Page(said))) => {
                    let said =
                        format!("the expression did not become true; at last it threw: {said}");
                    why = Some(said);
                }
                Ok(Err(StepError::Browser(CdpError::Silent(_)))) => {}
                Ok(Err(error)) => return Err(error),
                Err(_) => {}
            }
            if Instant::now() >= until {
                let never = || "the expression's promise was not kept in time".to_owned();
                return Err(StepError::Page(why.unwrap_or_else(never)));
            }
            sleep(POLL_INTERVAL).await;
            self.handle_events().await?;
        }
    }
}

/// Looks for the first element of a selector once, and whether it can be acted on.
async fn look(
    frame: &Frame<'_>,
    selector: &domain::journey::Selector,
    need: Need,
    offset: Option<(f64, f64)>,
) -> Result<Result<(Object, (f64, f64)), Waits>, StepError> {
    let (found, count) = frame.select(selector, World::Own).await?;
    if count == 0 {
        return Ok(Err(Waits::NotThere));
    }
    let element = frame.nth(&found, 0).await?;
    let at = place(frame, &element, need, offset, false).await?;
    Ok(at.map(|at| (element, at)))
}

/// Where an element is in the window of its tab, where it can be acted on.
async fn place(
    frame: &Frame<'_>,
    element: &Object,
    need: Need,
    offset: Option<(f64, f64)>,
    still: bool,
) -> Result<Result<(f64, f64), Waits>, StepError> {
    let needs = json!({ "enabled": need.enabled, "hit": need.hit });
    let asked = [needs, json!(offset), json!(still)];
    let mut answer = frame.call(element, ACTIONABLE, &asked).await?;
    let (mut inner, mut outer) = (frame.clone(), frame.parent());
    while let Some(around) = outer {
        if let Some(waits) = Waits::read(&answer) {
            return Ok(Err(waits));
        }
        let owner = around.owner_of(&inner.id).await?;
        let at = [answer["x"].clone(), answer["y"].clone()];
        answer = around.call(&owner, OWNER, &at).await?;
        outer = around.parent();
        inner = around;
    }
    if let Some(waits) = Waits::read(&answer) {
        return Ok(Err(waits));
    }
    Ok(answer["x"].as_f64().zip(answer["y"].as_f64()).ok_or(Waits::NotThere))
}

/// Whether what is expected is there now; otherwise in words what is instead.
async fn holds(
    frame: &Frame<'_>,
    wanted: Wanted<'_>,
    expected: &Expected,
) -> Result<Result<(), String>, StepError> {
    let checked = !expected.properties.is_empty() || !expected.attributes.is_empty();
    // What the page added to its elements is seen in its own world only.
    let world = if checked { World::Page } else { World::Own };
    let (mut found, mut invalid) = (None, None);
    for selector in wanted.selectors {
        match frame.select(selector, world).await {
            Ok((_, 0)) => {}
            Ok(some) => {
                found = Some(some);
                break;
            }
            // Another one may do; that there is nothing cannot be said.
            Err(error @ (StepError::Page(_) | StepError::Browser(CdpError::Refused { .. }))) => {
                invalid = Some(error);
            }
            Err(error) => return Err(error),
        }
    }
    if let (None, Some(invalid)) = (&found, invalid) {
        return Err(invalid);
    }
    let (operator, wanted) = (expected.operator.unwrap_or_default(), expected.count.unwrap_or(1));
    let count = found.as_ref().map_or(0, |(_, count)| *count);
    if !operator.holds(count, wanted) {
        let counted = expected.operator.is_some() || expected.count.is_some();
        return Ok(Err(match counted {
            false => Waits::NotThere.words(),
            true => format!("is on the page {count} times, not {} {wanted}", operator.words()),
        }));
    }
    let Some((all, _)) = found else { return Ok(Ok(())) };
    if checked {
        let values = [json!(expected.properties), json!(expected.attributes)];
        if frame.call(&all, MATCHES, &values).await? != true {
            let said = "is there, but without the properties and attributes it must have";
            return Ok(Err(said.into()));
        }
    }
    if expected.visible == Some(true) && frame.call(&all, ANY_SEEN, &[]).await? != true {
        return Ok(Err(Waits::Hidden.words()));
    }
    Ok(Ok(()))
}
