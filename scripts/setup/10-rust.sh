#!/usr/bin/env bash
# The Rust toolchain of the host, and a C compiler.
source "$(dirname "$0")/../lib/step.sh"

want="$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$DAYTWO_ROOT/Cargo.toml")"

if ! command -v rustc >/dev/null || ! command -v cargo >/dev/null; then
    fail "Rust is not installed" "Install rustup (its site is rustup.rs), then start again."
fi
# A toolchain's own description changes only with the toolchain, so its stamp settles the rest.
now="$(rustc --version)"
stamped rust "$now $want" && command -v cc >/dev/null && exit 0

have="$(cut -d' ' -f2 <<<"$now")"
version_at_least "${have%%-*}" "$want" ||
    fail "Rust $have is too old: $want or newer is needed" "Run: rustup update stable"
if ! command -v cc >/dev/null || ! command -v pkg-config >/dev/null; then
    begin "Installing a C compiler (SQLite and the TLS library are built from source)" "a minute"
    apt_install "a C compiler" build-essential pkg-config
    done_in
fi
stamp rust "$now $want"
