#!/usr/bin/env bash
# The portal: what a first visit transfers, start and memory, results a second, the page's cost
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT"
cargo build --locked --release -p bench
# On the disk the checkout is on, not in memory: commits are what is measured.
mkdir -p "$DAYTWO_CACHE/bench"
cd "$DAYTWO_CACHE/bench"
DAYTWO_DIST="$DAYTWO_ROOT/dist" "$DAYTWO_ROOT/scripts/with-postgres.sh" \
    "$CARGO_TARGET_DIR/release/daytwo-bench"
