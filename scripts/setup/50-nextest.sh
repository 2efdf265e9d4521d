#!/usr/bin/env bash
# cargo-nextest, which runs the tests, each in a process of its own.
source "$(dirname "$0")/../lib/step.sh"

# Any version that has run here before will do; the pinned one is built where there is none.
version=0.9.143
cargo nextest --version >/dev/null 2>&1 && exit 0
say "Building cargo-nextest $version (about four minutes, once)"
cargo_tool cargo-nextest "$version" --locked
