#!/usr/bin/env bash
# Builds the browser's half: islands to wasm, the style sheet in one file, everything hashed and
# compressed. Left alone when nothing it is made of has changed.
set -euo pipefail
source "$(dirname "$0")/../env.sh"
# shellcheck source=scripts/lib/say.sh
source "$DAYTWO_ROOT/scripts/lib/say.sh"
# shellcheck source=scripts/lib/lock.sh
source "$DAYTWO_ROOT/scripts/lib/lock.sh"
cd "$DAYTWO_ROOT"
claim_targets
[ -f "$DAYTWO_STAMPS/cargo-leptos" ] || fail "the build's tools are not installed" "Run: scripts/setup.sh build"

# Everything the site is made from, by content, with the tools that make it.
sources() {
    find Cargo.toml Cargo.lock .cargo domain app frontend style public -type f -print0 2>/dev/null |
        LC_ALL=C sort -z | xargs -0 sha256sum
    cat "$DAYTWO_STAMPS"/{wasm-target,wasm-bindgen,wasm-opt,cargo-leptos}
    sha256sum <scripts/build/front.sh
}

stamp="$DAYTWO_TARGET_WASM/.daytwo-front"
now="$(sources | sha256sum | cut -d' ' -f1)"
if [ -f "$stamp" ] && [ "$(<"$stamp")" = "$now" ] && [ -f "$DAYTWO_TARGET_WASM/release/hash.txt" ]; then
    say "The site is up to date"
    exit 0
fi

say "Building the site (a few minutes the first time)"
rm -f "$stamp"
export LEPTOS_SITE_ROOT="$DAYTWO_TARGET_WASM/site"
on_wasm cargo leptos build --release --precompress --frontend-only --cargo-locked
[ -f "$DAYTWO_TARGET_WASM/release/hash.txt" ] || fail "cargo-leptos left no hash.txt" "See its output above."
printf '%s' "$now" >"$stamp"
