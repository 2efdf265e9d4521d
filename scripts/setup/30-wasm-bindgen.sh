#!/usr/bin/env bash
# wasm-bindgen's command, of exactly the version Cargo.lock names: it refuses the output of any other.
source "$(dirname "$0")/../lib/step.sh"

version="$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"/\1/p;}' "$DAYTWO_ROOT/Cargo.lock")"
[ -n "$version" ] || fail "Cargo.lock names no wasm-bindgen" "Run: cargo metadata >/dev/null"

[ -x "$DAYTWO_TOOLS/bin/wasm-bindgen" ] && stamped wasm-bindgen "$version" && exit 0
say "Building wasm-bindgen-cli $version (about two minutes, once)"
# Without --locked: its lock file names a version that was withdrawn.
cargo_tool wasm-bindgen-cli "$version"
stamp wasm-bindgen "$version"
