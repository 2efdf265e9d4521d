#!/usr/bin/env bash
# cargo-fuzz and the nightly compiler it needs; only for `make fuzz`.
source "$(dirname "$0")/../lib/step.sh"

version=0.13.2
if ! rustup toolchain list 2>/dev/null | grep -q '^nightly'; then
    command -v rustup >/dev/null ||
        fail "fuzzing needs a nightly compiler, and there is no rustup here" "Install rustup (https://rustup.rs), then start again."
    say "Installing the nightly compiler (about a minute, once)"
    rustup toolchain install nightly --profile minimal ||
        fail "rustup could not install the nightly compiler" "Its message is above; it needs the network."
fi
cargo fuzz --version >/dev/null 2>&1 && exit 0
say "Building cargo-fuzz $version (about two minutes, once)"
cargo_tool cargo-fuzz "$version" --locked
