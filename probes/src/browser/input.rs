//! The mouse and the keyboard of a journey.

use std::time::Duration;

use domain::journey::{Button, keyboard};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::StepError;
use super::cdp::{Cdp, CdpError};

/// How much of a value is typed key by key; the rest is put in at once.
const TYPED_MAX: usize = 500;

/// Which keys are held.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    held: u32,
}

/// What a tab is given to feel.
#[derive(Clone)]
pub(super) struct Hands<'b> {
    pub(super) cdp: &'b Cdp,
    pub(super) session: String,
}

impl Hands<'_> {
    async fn send(&self, method: &str, params: Value) -> Result<(), CdpError> {
        self.cdp.send(Some(&self.session), method, params).await.map(drop)
    }

    /// Moves the pointer to a place of the window, in CSS pixels.
    pub(super) async fn point(&self, keys: &Keyboard, (x, y): (f64, f64)) -> Result<(), CdpError> {
        let moved = json!({
            "type": "mouseMoved", "x": x, "y": y, "button": "none", "modifiers": keys.held,
        });
        self.send("Input.dispatchMouseEvent", moved).await
    }

    /// Presses a button there and lets it go, `times` times in quick succession.
    pub(super) async fn press(
        &self,
        keys: &Keyboard,
        (x, y): (f64, f64),
        button: Button,
        times: u32,
        held: Duration,
    ) -> Result<(), CdpError> {
        let (name, bit) = match button {
            Button::Primary => ("left", 1),
            Button::Secondary => ("right", 2),
            Button::Auxiliary => ("middle", 4),
            Button::Back => ("back", 8),
            Button::Forward => ("forward", 16),
        };
        for n in 1..=times {
            for (kind, buttons) in [("mousePressed", bit), ("mouseReleased", 0)] {
                let event = json!({
                    "type": kind, "x": x, "y": y, "button": name, "buttons": buttons,
                    "clickCount": n, "modifiers": keys.held,
                });
                self.send("Input.dispatchMouseEvent", event).await?;
                if kind == "mousePressed" && !held.is_zero() {
                    sleep(held).await;
                }
            }
        }
        Ok(())
    }

    /// Presses a key, or lets it go.
    pub(super) async fn key(
        &self,
        keys: &mut Keyboard,
        name: &str,
        down: bool,
    ) -> Result<(), StepError> {
        let shift = keyboard::Modifier::Shift.bit();
        let known = keyboard::key(name, keys.held & shift != 0);
        let key = known.ok_or_else(|| StepError::page(format!("there is no key `{name}`")))?;
        if let Some(modifier) = keyboard::modifier(&key.key) {
            keys.held = if down { keys.held | modifier.bit() } else { keys.held & !modifier.bit() };
        }
        // With Control and the like a key commands; it does not write.
        let text = key.text.filter(|_| down && keys.held & !shift == 0);
        let kind = match (down, &text) {
            (true, Some(_)) => "keyDown",
            (true, None) => "rawKeyDown",
            (false, _) => "keyUp",
        };
        let mut event = json!({
            "type": kind, "key": key.key, "code": key.code, "windowsVirtualKeyCode": key.key_code,
            "location": key.location, "isKeypad": key.location == 3, "modifiers": keys.held,
        });
        if let Some(text) = text {
            event["text"] = json!(text);
            event["unmodifiedText"] = json!(text);
        }
        Ok(self.send("Input.dispatchKeyEvent", event).await?)
    }

    /// Types a text where the focus is; what no key writes is put in.
    pub(super) async fn type_text(&self, keys: &mut Keyboard, text: &str) -> Result<(), StepError> {
        let text = text.replace("\r\n", "\n");
        let typed: String = text.chars().take(TYPED_MAX).collect();
        for letter in typed.chars() {
            let name = letter.to_string();
            if keyboard::key(&name, false).is_some_and(|key| !key.code.is_empty()) {
                self.key(keys, &name, true).await?;
                self.key(keys, &name, false).await?;
            } else {
                self.send("Input.insertText", json!({ "text": name })).await?;
            }
        }
        let rest = &text[typed.len()..];
        if !rest.is_empty() {
            self.send("Input.insertText", json!({ "text": rest })).await?;
        }
        Ok(())
    }
}
