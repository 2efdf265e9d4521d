#!/usr/bin/env bash
# Clippy finds nothing, in the server's half and in the browser's
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT"
# Apart: built together, the interface would get both halves' features at once.
cargo clippy --locked --workspace --exclude frontend --all-targets -- -D warnings
# Where clippy can be run for the browser itself, 40-wasm.sh does.
if [ "$(wasm_way)" = debian ]; then
    cargo clippy --locked -p frontend -- -D warnings
fi
