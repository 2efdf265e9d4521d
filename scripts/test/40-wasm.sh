#!/usr/bin/env bash
# The browser's half compiles for the browser, with no warning
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT"
target=(--locked --target wasm32-unknown-unknown --target-dir "$DAYTWO_TARGET_WASM/front")
if [ "$(wasm_way)" = debian ]; then
    # Debian's compiler comes without clippy, and the other one's cannot read its library: rustc's
    # own warnings must do here, 20-clippy.sh has linted this half for the host.
    on_wasm cargo rustc "${target[@]}" -p app --features hydrate --lib --profile check -- -D warnings
else
    on_wasm cargo clippy "${target[@]}" -p frontend --profile wasm-release -- -D warnings
fi
