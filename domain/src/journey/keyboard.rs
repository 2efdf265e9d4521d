//! The keys of a keyboard by the names that recordings have for them: what a key writes (`a`, `Enter`)
//! or where it lies (`KeyA`, `NumpadEnter`), on the US layout.
//!
//! Source: W3C, UI Events `KeyboardEvent` key and code values; the key codes are those browsers send.

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What it writes or does: `KeyboardEvent.key`.
    pub key: String,
    /// Where it lies: `KeyboardEvent.code`; empty where the layout has no such key.
    pub code: String,
    /// `KeyboardEvent.keyCode`; 0 where there is none.
    pub key_code: u32,
    /// The text it puts into a field.
    pub text: Option<String>,
    /// 0, or 1 and 2 for the left and right one of two, 3 for the number pad.
    pub location: u32,
}

/// A key that changes what others do while it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// Alt.
    Alt,
    /// Control.
    Control,
    /// The Windows or command key.
    Meta,
    /// Shift.
    Shift,
}

impl Modifier {
    /// Its bit, as browsers count them.
    #[must_use]
    pub const fn bit(self) -> u32 {
        match self {
            Self::Alt => 1,
            Self::Control => 2,
            Self::Meta => 4,
            Self::Shift => 8,
        }
    }
}

/// Keys that write, with what they write beside Shift.
const WRITING: [(&str, u32, char, char); 22] = [
    ("Digit0", 48, '0', ')'),
    ("Digit1", 49, '1', '!'),
    ("Digit2", 50, '2', '@'),
    ("Digit3", 51, '3', '#'),
    ("Digit4", 52, '4', '$'),
    ("Digit5", 53, '5', '%'),
    ("Digit6", 54, '6', '^'),
    ("Digit7", 55, '7', '&'),
    ("Digit8", 56, '8', '*'),
    ("Digit9", 57, '9', '('),
    ("Semicolon", 186, ';', ':'),
    ("Equal", 187, '=', '+'),
    ("Comma", 188, ',', '<'),
    ("Minus", 189, '-', '_'),
    ("Period", 190, '.', '>'),
    ("Slash", 191, '/', '?'),
    ("Backquote", 192, '`', '~'),
    ("BracketLeft", 219, '[', '{'),
    ("Backslash", 220, '\\', '|'),
    ("BracketRight", 221, ']', '}'),
    ("Quote", 222, '\'', '"'),
    ("Space", 32, ' ', ' '),
];

/// Keys that act: their code, key, key code and location. The first of a key is meant by its name.
const ACTING: [(&str, &str, u32, u32); 62] = [
    ("Enter", "Enter", 13, 0),
    ("Tab", "Tab", 9, 0),
    ("Escape", "Escape", 27, 0),
    ("Backspace", "Backspace", 8, 0),
    ("Delete", "Delete", 46, 0),
    ("Insert", "Insert", 45, 0),
    ("Home", "Home", 36, 0),
    ("End", "End", 35, 0),
    ("PageUp", "PageUp", 33, 0),
    ("PageDown", "PageDown", 34, 0),
    ("ArrowLeft", "ArrowLeft", 37, 0),
    ("ArrowUp", "ArrowUp", 38, 0),
    ("ArrowRight", "ArrowRight", 39, 0),
    ("ArrowDown", "ArrowDown", 40, 0),
    ("ShiftLeft", "Shift", 16, 1),
    ("ShiftRight", "Shift", 16, 2),
    ("ControlLeft", "Control", 17, 1),
    ("ControlRight", "Control", 17, 2),
    ("AltLeft", "Alt", 18, 1),
    ("AltRight", "Alt", 18, 2),
    ("AltGraph", "AltGraph", 225, 0),
    ("MetaLeft", "Meta", 91, 1),
    ("MetaRight", "Meta", 92, 2),
    ("ContextMenu", "ContextMenu", 93, 0),
    ("CapsLock", "CapsLock", 20, 0),
    ("NumLock", "NumLock", 144, 0),
    ("ScrollLock", "ScrollLock", 145, 0),
    ("Pause", "Pause", 19, 0),
    ("PrintScreen", "PrintScreen", 44, 0),
    ("Help", "Help", 6, 0),
    ("Select", "Select", 41, 0),
    ("Open", "Execute", 43, 0),
    ("Cancel", "Cancel", 3, 0),
    ("Clear", "Clear", 12, 0),
    ("Convert", "Convert", 28, 0),
    ("NonConvert", "NonConvert", 29, 0),
    ("Accept", "Accept", 30, 0),
    ("ModeChange", "ModeChange", 31, 0),
    ("Abort", "Cancel", 3, 0),
    ("Power", "Power", 0, 0),
    ("Eject", "Eject", 0, 0),
    ("AudioVolumeMute", "AudioVolumeMute", 173, 0),
    ("AudioVolumeDown", "AudioVolumeDown", 174, 0),
    ("AudioVolumeUp", "AudioVolumeUp", 175, 0),
    ("MediaTrackNext", "MediaTrackNext", 176, 0),
    ("MediaTrackPrevious", "MediaTrackPrevious", 177, 0),
    ("MediaStop", "MediaStop", 178, 0),
    ("MediaPlayPause", "MediaPlayPause", 179, 0),
    ("NumpadEnter", "Enter", 13, 3),
    ("Numpad0", "Insert", 45, 3),
    ("Numpad1", "End", 35, 3),
    ("Numpad2", "ArrowDown", 40, 3),
    ("Numpad3", "PageDown", 34, 3),
    ("Numpad4", "ArrowLeft", 37, 3),
    ("Numpad5", "Clear", 12, 3),
    ("Numpad6", "ArrowRight", 39, 3),
    ("Numpad7", "Home", 36, 3),
    ("Numpad8", "ArrowUp", 38, 3),
    ("Numpad9", "PageUp", 33, 3),
    ("NumpadDecimal", "Delete", 46, 3),
    ("Dead", "Dead", 229, 0),
    ("Process", "Process", 229, 0),
];

/// Keys of the number pad that write.
const PAD: [(&str, u32, char); 5] = [
    ("NumpadMultiply", 106, '*'),
    ("NumpadAdd", 107, '+'),
    ("NumpadSubtract", 109, '-'),
    ("NumpadDivide", 111, '/'),
    ("NumpadEqual", 187, '='),
];

/// The key of a name, while Shift is held or not; `None` where there is none of that name.
#[must_use]
pub fn key(name: &str, shift: bool) -> Option<Key> {
    let name = if matches!(name, "\r" | "\n") { "Enter" } else { name };
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(written), None) => Some(writing(written)),
        _ => by_code(name, shift).or_else(|| acting(name)).or_else(|| function(name)),
    }
}

/// The modifier a key is.
#[must_use]
pub fn modifier(key: &str) -> Option<Modifier> {
    match key {
        "Alt" => Some(Modifier::Alt),
        "Control" => Some(Modifier::Control),
        "Meta" => Some(Modifier::Meta),
        "Shift" => Some(Modifier::Shift),
        _ => None,
    }
}

/// The key that writes a character; one the layout lacks writes it all the same.
fn writing(written: char) -> Key {
    let place = WRITING.iter().find(|(_, _, plain, shifted)| [*plain, *shifted].contains(&written));
    let (code, key_code) = match place {
        _ if written.is_ascii_alphabetic() => letter(written),
        Some((code, key_code, _, _)) => ((*code).to_owned(), *key_code),
        None => (String::new(), 0),
    };
    Key { key: written.into(), code, key_code, text: Some(written.into()), location: 0 }
}

fn letter(letter: char) -> (String, u32) {
    let upper = letter.to_ascii_uppercase();
    (format!("Key{upper}"), u32::from(upper))
}

fn by_code(name: &str, shift: bool) -> Option<Key> {
    if let Some(letter) = name.strip_prefix("Key")
        && let [letter @ b'A'..=b'Z'] = letter.as_bytes()
    {
        let written = char::from(if shift { *letter } else { letter.to_ascii_lowercase() });
        return Some(writing(written));
    }
    if let Some((_, _, plain, shifted)) = WRITING.iter().find(|(code, ..)| *code == name) {
        return Some(writing(if shift { *shifted } else { *plain }));
    }
    let (code, key_code, written) = PAD.iter().find(|(code, ..)| *code == name)?;
    Some(Key {
        key: (*written).into(),
        code: (*code).to_owned(),
        key_code: *key_code,
        text: Some((*written).into()),
        location: 3,
    })
}

fn acting(name: &str) -> Option<Key> {
    let by_code = ACTING.iter().find(|(code, ..)| *code == name);
    let (code, key, key_code, location) =
        by_code.or_else(|| ACTING.iter().find(|(_, key, ..)| *key == name))?;
    Some(Key {
        key: (*key).to_owned(),
        code: (*code).to_owned(),
        key_code: *key_code,
        text: (*key == "Enter").then(|| "\r".to_owned()),
        location: *location,
    })
}

/// F1 to F24.
fn function(name: &str) -> Option<Key> {
    let n: u32 = name.strip_prefix('F')?.parse().ok()?;
    (1..=24).contains(&n).then(|| Key {
        key: name.to_owned(),
        code: name.to_owned(),
        key_code: 111 + n,
        text: None,
        location: 0,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a", false, "a", "KeyA", 65, Some("a"))]
    #[case("A", true, "A", "KeyA", 65, Some("A"))]
    #[case("KeyA", false, "a", "KeyA", 65, Some("a"))]
    #[case("KeyA", true, "A", "KeyA", 65, Some("A"))]
    #[case("!", true, "!", "Digit1", 49, Some("!"))]
    #[case("Digit1", true, "!", "Digit1", 49, Some("!"))]
    #[case(" ", false, " ", "Space", 32, Some(" "))]
    #[case("Space", false, " ", "Space", 32, Some(" "))]
    #[case("\n", false, "Enter", "Enter", 13, Some("\r"))]
    #[case("NumpadEnter", false, "Enter", "NumpadEnter", 13, Some("\r"))]
    #[case("Control", false, "Control", "ControlLeft", 17, None)]
    #[case("ShiftRight", false, "Shift", "ShiftRight", 16, None)]
    #[case("Delete", false, "Delete", "Delete", 46, None)]
    #[case("F12", false, "F12", "F12", 123, None)]
    #[case("é", false, "é", "", 0, Some("é"))]
    fn keys_are_known_by_what_they_write_and_where_they_lie(
        #[case] name: &str,
        #[case] shift: bool,
        #[case] writes: &str,
        #[case] code: &str,
        #[case] key_code: u32,
        #[case] text: Option<&str>,
    ) {
        let found = key(name, shift).unwrap();
        assert_eq!((found.key.as_str(), found.code.as_str()), (writes, code));
        assert_eq!((found.key_code, found.text.as_deref()), (key_code, text));
    }

    #[rstest]
    #[case("")]
    #[case("Ctrl")]
    #[case("F25")]
    #[case("KeyÄ")]
    fn other_names_are_no_keys(#[case] name: &str) {
        assert_eq!(key(name, false), None);
    }
}
