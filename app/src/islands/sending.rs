//! Whether a form is on its way: a refresh of the page waits for its answer.

use std::cell::Cell;

thread_local! {
    static SENDING: Cell<bool> = const { Cell::new(false) };
}

/// Whether one is.
pub fn is_sending() -> bool {
    SENDING.get()
}

/// Notes that one is; `false` where another is still.
pub fn begin() -> bool {
    !SENDING.replace(true)
}

/// Notes that none is any more.
pub fn end() {
    SENDING.set(false);
}
