//! What recordings ask for, and what is right.

use serde_json::{Value, json};

/// A recording on the shop.
pub struct Case {
    pub name: &'static str,
    pub steps: Value,
    /// Whether it goes through.
    pub right: bool,
    /// What the reference says, where it is something else, and why ours is right.
    pub reference: Option<(bool, &'static str)>,
    /// A word of the sentence.
    pub says: &'static str,
}

/// The steps after `path` was opened.
fn on(base: &str, path: &str, steps: &[Value]) -> Value {
    let mut all = vec![json!({"type": "navigate", "url": format!("{base}{path}")})];
    all.extend_from_slice(steps);
    json!(all)
}

fn out(text: &str) -> Value {
    let expression = format!("document.querySelector('#out').textContent === {}", json!(text));
    json!({"type": "waitForExpression", "expression": expression})
}

fn there(selectors: Value, more: &Value) -> Value {
    let mut step = json!({"type": "waitForElement", "selectors": selectors});
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step
}

fn click(selectors: Value) -> Value {
    json!({"type": "click", "selectors": selectors, "offsetX": 5, "offsetY": 5})
}

fn leads(step: Value, url: &str) -> Value {
    let mut step = step;
    step["assertedEvents"] = json!([{"type": "navigation", "url": url, "title": "Whatever"}]);
    step
}

fn with(step: Value, more: &Value) -> Value {
    let mut step = step;
    step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step
}

fn key(kind: &str, key: &str) -> Value {
    json!({"type": kind, "key": key})
}

/// Presses keys and lets them go, the last held first.
fn keys(all: &[&str]) -> Vec<Value> {
    let down = all.iter().map(|one| key("keyDown", one));
    down.chain(all.iter().rev().map(|one| key("keyUp", one))).collect()
}

/// All of them, on the shop at `base`.
pub fn all(base: &str) -> Vec<Case> {
    let nothing = json!({});
    let good =
        |name, steps| Case { name, steps, right: true, reference: None, says: "went through" };
    let bad = |name, steps, says| Case { name, steps, right: false, reference: None, says };
    let shop = |steps: &[Value]| on(base, "/", steps);
    let but = |case: Case, goes: bool, why| Case { reference: Some((goes, why)), ..case };
    let value_is = |selector: &str, value: &str| {
        let expression =
            format!("document.querySelector({}).value === {}", json!(selector), json!(value));
        json!({"type": "waitForExpression", "expression": expression})
    };
    let typed = |selector: &str, value: &str| json!({"type": "change", "selectors": [selector], "value": value});
    let select_all = [keys(&["Control", "a"]), keys(&["Delete"])].concat();
    vec![
        // What must come of a step.
        bad(
            "an asserted navigation that does not come",
            shop(&[leads(click(json!([["aria/Order"], ["#broken"]])), "/thanks")]),
            "no page came of it",
        ),
        good(
            "an asserted navigation that comes",
            shop(&[leads(click(json!([["#works"]])), "/thanks")]),
        ),
        good(
            "one that comes late",
            shop(&[
                leads(click(json!(["#later"])), "/thanks"),
                there(json!(["text/Thanks"]), &nothing),
            ]),
        ),
        good("one within the document", shop(&[leads(click(json!(["#hash"])), "/#placed")])),
        good(
            "one that leads elsewhere than it did",
            shop(&[leads(click(json!(["#works"])), "/another")]),
        ),
        good(
            "an address of which a page is asserted",
            json!([leads(json!({"type": "navigate", "url": format!("{base}/")}), "/")]),
        ),
        good(
            "one in a frame",
            shop(&[leads(with(click(json!(["aria/Next"])), &json!({"frame": [0]})), "/pay2")]),
        ),
        but(
            good(
                "one of the page around the frame",
                shop(&[leads(
                    with(click(json!(["aria/Done"])), &json!({"frame": [0]})),
                    "/thanks",
                )]),
            ),
            false,
            "the Recorder asserts it of the click in the frame, and its replay waits in the frame that is gone",
        ),
        // What is there.
        bad(
            "too few elements",
            shop(&[there(json!([".item"]), &json!({"operator": ">=", "count": 3}))]),
            "2 times, not at least 3",
        ),
        good(
            "as many as wanted",
            shop(&[there(json!([".item"]), &json!({"operator": "==", "count": 2}))]),
        ),
        bad(
            "too many",
            shop(&[there(json!([".item"]), &json!({"operator": "<=", "count": 1}))]),
            "2 times, not at most 1",
        ),
        good(
            "none where at most some",
            shop(&[there(json!([".no-such"]), &json!({"operator": "<=", "count": 1}))]),
        ),
        bad(
            "one where it must be none",
            shop(&[there(json!(["h1"]), &json!({"operator": "==", "count": 0}))]),
            "1 times, not exactly 0",
        ),
        good(
            "the first selector that finds anything counts",
            shop(&[there(
                json!([".no-such", ".item", "button"]),
                &json!({"operator": "==", "count": 2}),
            )]),
        ),
        bad(
            "attributes it does not have",
            shop(&[there(json!(["#name"]), &json!({"attributes": {"aria-label": "Surname"}}))]),
            "without the properties",
        ),
        bad(
            "properties it does not have",
            shop(&[there(json!(["#name"]), &json!({"properties": {"value": "Ada"}}))]),
            "without the properties",
        ),
        good(
            "properties and attributes it has",
            shop(&[there(
                json!(["#name"]),
                &json!({"properties": {"value": "Old name", "ownerDocument": {"title": "Shop"}}, "attributes": {"aria-label": "Name"}}),
            )]),
        ),
        good(
            "properties the page added",
            shop(&[there(
                json!([".item:first-child"]),
                &json!({"properties": {"stock": {"left": 3}}}),
            )]),
        ),
        bad(
            "not each of them has it",
            shop(&[there(json!([".item"]), &json!({"attributes": {"data-state": "new"}}))]),
            "without the properties",
        ),
        bad(
            "gone, but it is there",
            shop(&[there(json!(["h1"]), &json!({"visible": false}))]),
            "is still there",
        ),
        good(
            "gone, and it is",
            shop(&[there(json!(["#no-such-spinner"]), &json!({"visible": false}))]),
        ),
        good(
            "not as many, and they are not",
            shop(&[there(json!([".item"]), &json!({"visible": false, "count": 3}))]),
        ),
        good(
            "without an attribute it does not have",
            shop(&[there(
                json!(["#name"]),
                &json!({"visible": false, "attributes": {"disabled": ""}}),
            )]),
        ),
        but(
            bad(
                "seen, but it is hidden",
                shop(&[there(json!(["#spinner"]), &json!({"visible": true}))]),
                "cannot be seen",
            ),
            true,
            "it looks whether it is there, which is not what `visible` says",
        ),
        // Expressions.
        bad(
            "a promise of false",
            shop(&[
                json!({"type": "waitForExpression", "expression": "fetch('/down').then(answer => answer.ok)"}),
            ]),
            "did not become true",
        ),
        good(
            "a promise of true",
            shop(&[
                json!({"type": "waitForExpression", "expression": "fetch('/thanks').then(answer => answer.ok)"}),
            ]),
        ),
        bad(
            "a promise that is never kept",
            shop(&[json!({"type": "waitForExpression", "expression": "new Promise(() => {})"})]),
            "not kept in time",
        ),
        bad(
            "a promise that is broken",
            shop(&[
                json!({"type": "waitForExpression", "expression": "Promise.reject(new Error('no stock'))"}),
            ]),
            "no stock",
        ),
        bad(
            "no program",
            shop(&[json!({"type": "waitForExpression", "expression": "1 +"})]),
            "SyntaxError",
        ),
        good(
            "under a policy that forbids eval",
            on(
                base,
                "/policy",
                &[
                    json!({"type": "waitForExpression", "expression": "document.title === 'Strict'"}),
                ],
            ),
        ),
        good(
            "an expression in a frame",
            shop(&[
                json!({"type": "waitForExpression", "frame": [0], "expression": "document.querySelector('#paynow') !== null"}),
            ]),
        ),
        // What pages answer.
        but(
            bad("a page that answers 500", on(base, "/down", &[]), "answered 500"),
            true,
            "a release whose page answers 5xx is not well",
        ),
        but(
            bad("one that a click leads to", shop(&[click(json!(["#fails"]))]), "answered 500"),
            true,
            "as before",
        ),
        but(
            bad(
                "one that opens in another tab",
                shop(&[click(json!(["#opens-down"])), there(json!(["h1"]), &nothing)]),
                "answered 500",
            ),
            true,
            "as before",
        ),
        good("a page that answers 404", on(base, "/gone", &[])),
        good(
            "a picture of a page that answers 500",
            on(base, "/down-picture", &[there(json!(["text/There"]), &nothing)]),
        ),
        good(
            "a picture that never ends, after a click",
            on(
                base,
                "/to-endless-picture",
                &[click(json!(["aria/Go"])), click(json!(["aria/Go on", "button"]))],
            ),
        ),
        // Where.
        good(
            "in a frame",
            shop(&[
                with(click(json!([["aria/Pay now"], ["#paynow"]])), &json!({"frame": [0]})),
                with(there(json!(["text/paid"]), &nothing), &json!({"frame": [0]})),
            ]),
        ),
        good(
            "in a frame of a frame",
            shop(&[
                with(click(json!([["aria/Confirm"]])), &json!({"frame": [0, 0]})),
                with(there(json!(["text/confirmed"]), &nothing), &json!({"frame": [0, 0]})),
            ]),
        ),
        good(
            "in a frame of another site",
            on(
                base,
                "/elsewhere",
                &[
                    with(click(json!([["aria/Pay now"]])), &json!({"frame": [0]})),
                    with(there(json!(["text/paid"]), &nothing), &json!({"frame": [0]})),
                ],
            ),
        ),
        bad(
            "in a frame there is not",
            shop(&[with(click(json!(["#paynow"])), &json!({"frame": [4]}))]),
            "the frame [4]",
        ),
        bad(
            "of a frame, but it is in the page",
            shop(&[with(there(json!(["#name"]), &nothing), &json!({"frame": [0]}))]),
            "is not on the page",
        ),
        good(
            "in another tab",
            shop(&[
                click(json!([["aria/Terms"], ["#pop"]])),
                with(click(json!([["aria/Agree"]])), &json!({"target": format!("{base}/terms")})),
                with(
                    there(json!(["text/agreed"]), &nothing),
                    &json!({"target": format!("{base}/terms")}),
                ),
            ]),
        ),
        good(
            "in another tab and back",
            shop(&[
                click(json!(["#pop"])),
                with(click(json!(["#agree"])), &json!({"target": format!("{base}/terms")})),
                json!({"type": "close", "target": format!("{base}/terms")}),
                with(click(json!(["#works"])), &json!({"target": "main"})),
                there(json!(["text/Thanks"]), &nothing),
            ]),
        ),
        bad(
            "in a tab there is not",
            shop(&[with(click(json!(["#agree"])), &json!({"target": format!("{base}/nowhere")}))]),
            "no tab or frame",
        ),
        // The mouse.
        good(
            "another button",
            shop(&[with(click(json!(["#ctx"])), &json!({"button": "secondary"})), out("menu")]),
        ),
        good(
            "the wheel",
            shop(&[
                with(click(json!(["#middle"])), &json!({"button": "auxiliary"})),
                out("middle 1"),
            ]),
        ),
        good(
            "two clicks",
            shop(&[with(click(json!(["#twice"])), &json!({"type": "doubleClick"})), out("twice")]),
        ),
        good("pointing", shop(&[json!({"type": "hover", "selectors": ["#tip"]}), out("tip")])),
        good(
            "where it was clicked",
            shop(&[
                with(click(json!(["#two"])), &json!({"offsetX": 150, "offsetY": 9})),
                out("right"),
            ]),
        ),
        good("far down the page", shop(&[click(json!(["#below"])), out("below")])),
        good("in a part that scrolls", shop(&[click(json!(["#deep"])), out("deep")])),
        good(
            "scrolling in an element",
            shop(&[
                json!({"type": "scroll", "selectors": [["#box"]], "x": 0, "y": 400}),
                json!({"type": "waitForExpression", "expression": "document.querySelector('#box').scrollTop > 300"}),
            ]),
        ),
        good(
            "scrolling the page",
            shop(&[
                json!({"type": "scroll", "x": 0, "y": 700.5}),
                json!({"type": "waitForExpression", "expression": "scrollY > 600"}),
            ]),
        ),
        good(
            "the same name under a dialog that slides in",
            on(
                base,
                "/sign-up",
                &[
                    click(json!([["aria/Sign up"], ["#open"]])),
                    typed("#email", "new@shop.example"),
                    click(json!([["aria/Email me a link"], ["#go"]])),
                    there(json!(["text/Please check"]), &nothing),
                ],
            ),
        ),
        but(
            bad(
                "under a banner",
                on(base, "/covered", &[click(json!([["aria/Buy"], ["#buy"]]))]),
                "div#consent.banner",
            ),
            true,
            "a click that lands on something else is no click",
        ),
        bad(
            "what stays disabled",
            on(
                base,
                "/covered",
                &[
                    json!({"type": "waitForExpression", "expression": "document.querySelector('#consent').remove() ?? (document.querySelector('#buy').disabled = true)"}),
                    click(json!(["#buy"])),
                ],
            ),
            "is disabled",
        ),
        bad("what cannot be seen", shop(&[click(json!(["#spinner"]))]), "cannot be seen"),
        good(
            "what is disabled at first",
            on(
                base,
                "/keys",
                &[click(json!(["aria/Save"])), there(json!(["text/saved"]), &nothing)],
            ),
        ),
        good(
            "a box that is drawn by its label",
            on(
                base,
                "/keys",
                &[
                    click(json!(["#terms"])),
                    json!({"type": "waitForExpression", "expression": "document.querySelector('#terms').checked"}),
                ],
            ),
        ),
        // Selectors.
        good(
            "within a shadow root, by a path",
            shop(&[click(json!([["shop-card", "button"]])), out("inside")]),
        ),
        but(
            good(
                "by name within a path",
                shop(&[click(json!([["shop-card", "aria/Inside"]])), out("inside")]),
            ),
            false,
            "the browser's search by name does not go into the shadow root it begins at",
        ),
        good("by name in a shadow root", shop(&[click(json!([["aria/Inside"]])), out("inside")])),
        good("by text in a shadow root", shop(&[click(json!([["text/Inside"]])), out("inside")])),
        good(
            "piercing",
            shop(&[
                click(json!([["pierce/shop-card button"], ["pierce/p + button"]])),
                out("inside"),
            ]),
        ),
        good(
            "by XPath",
            shop(&[
                click(json!([["xpath///button[@id=\"works\"]"]])),
                there(json!(["text/Thanks"]), &nothing),
            ]),
        ),
        good(
            "a name with quotes and brackets",
            shop(&[click(json!([["aria/Say \"hello\" [now]"]])), out("said")]),
        ),
        good("by role alone", shop(&[there(json!(["aria/[role=\"heading\"]"]), &nothing)])),
        good(
            "one that cannot be read beside one that can",
            shop(&[click(json!(["li[", "#works"])), there(json!(["text/Thanks"]), &nothing)]),
        ),
        bad("only one that cannot be read", shop(&[click(json!(["li["]))]), "not a valid selector"),
        bad(
            "one that cannot be read is not gone",
            shop(&[there(json!(["li["]), &json!({"visible": false}))]),
            "not a valid selector",
        ),
        but(
            good(
                "a page named like its button",
                on(
                    base,
                    "/named-like-its-button",
                    &[click(json!([["aria/Place order"]])), out("placed")],
                ),
            ),
            false,
            "the page itself is no candidate for an accessible name",
        ),
        good(
            "on a page that redefines what all use",
            on(base, "/frozen", &[there(json!(["h1", "text/Frozen"]), &nothing)]),
        ),
        // The keyboard.
        good(
            "keys that are held",
            shop(&[&[click(json!(["#name"]))], &select_all[..], &[value_is("#name", "")]].concat()),
        ),
        good(
            "keys by where they lie",
            on(
                base,
                "/keys",
                &[
                    &[click(json!(["#search"]))],
                    &keys(&["ShiftLeft", "KeyA"])[..],
                    &[value_is("#search", "A")],
                    &keys(&["ArrowLeft"])[..],
                    &[there(json!(["text/ArrowLeft,ArrowLeft,37,false,false"]), &nothing)],
                ]
                .concat(),
            ),
        ),
        good(
            "typing is heard",
            on(
                base,
                "/keys",
                &[typed("aria/Search", "tea"), there(json!(["text/found tea"]), &nothing)],
            ),
        ),
        good(
            "several lines and other letters",
            on(
                base,
                "/keys",
                &[typed("#notes", "één\nzwei ☕"), value_is("#notes", "één\nzwei ☕")],
            ),
        ),
        good("a text that is emptied", shop(&[typed("#name", ""), value_is("#name", "")])),
        good("a text that is replaced", shop(&[typed("#name", "Ada"), value_is("#name", "Ada")])),
        good(
            "a field that is none",
            on(
                base,
                "/keys",
                &[
                    typed("#rich", "new"),
                    json!({"type": "waitForExpression", "expression": "document.querySelector('#rich').textContent === 'new'"}),
                ],
            ),
        ),
        good(
            "a day",
            on(base, "/keys", &[typed("#day", "2026-03-01"), value_is("#day", "2026-03-01")]),
        ),
        good("a choice", on(base, "/keys", &[typed("#plan", "b"), value_is("#plan", "b")])),
        // The window.
        good(
            "a telephone",
            json!([{"type": "setViewport", "width": 390, "height": 844, "deviceScaleFactor": 3, "isMobile": true, "hasTouch": true, "isLandscape": false}, {"type": "navigate", "url": format!("{base}/")}, {"type": "waitForExpression", "expression": "devicePixelRatio === 3 && 'ontouchstart' in window && matchMedia('(orientation: portrait)').matches"}]),
        ),
    ]
}
