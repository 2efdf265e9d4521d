//! Writes the JavaScript that stands between the browser and the islands, from the compiled wasm:
//! `glue WASM NAME FOLDER` leaves `NAME.js` and `NAME_bg.wasm` in the folder.
//!
//! It is what the command `wasm-bindgen` does, without the test runner and its web server that come
//! with it. As one of the workspace's crates it is always of the version the islands are compiled
//! with: cargo admits only one of both.

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wasm, name, folder] = arguments.as_slice() else {
        bail!("usage: glue WASM NAME FOLDER");
    };
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .generate(folder)
        .with_context(|| format!("no JavaScript could be written for {wasm}"))
}
