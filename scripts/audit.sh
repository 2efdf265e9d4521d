#!/usr/bin/env bash
# Runs cargo-deny by deny.toml. Apart from `make test`, because the advisories come over the network.
set -euo pipefail
source "$(dirname "$0")/lib/step.sh"
cd "$DAYTWO_ROOT"

version=0.20.2
if ! cargo deny --version >/dev/null 2>&1; then
    say "Building cargo-deny $version (about five minutes, once)"
    cargo_tool cargo-deny "$version" --locked
fi
# Advisories last: the rest can be judged without a network.
cargo deny check bans licenses sources
cargo deny check advisories
