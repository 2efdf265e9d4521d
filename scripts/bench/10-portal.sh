#!/usr/bin/env bash
# The portal: transfer, start and memory, results, heartbeats, points, probes and punctuality, pages
# Some of it by name: DAYTWO_BENCH_PARTS="probing pages"; the soak of 1,000 checks: DAYTWO_BENCH_SOAK_S=600.
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT"
cargo build --locked --release -p bench
# On the disk the checkout is on, not in memory: commits are what is measured.
mkdir -p "$DAYTWO_CACHE/bench"
cd "$DAYTWO_CACHE/bench"
# shellcheck disable=SC2086 # a list
DAYTWO_DIST="$DAYTWO_ROOT/dist" "$DAYTWO_ROOT/scripts/with-postgres.sh" \
    "$CARGO_TARGET_DIR/release/daytwo-bench" ${DAYTWO_BENCH_PARTS:-}
