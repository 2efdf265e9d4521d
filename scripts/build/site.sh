#!/usr/bin/env bash
# Builds the browser's half: islands to wasm, the style sheet in one file, everything hashed and
# compressed. Left alone when nothing it is made of has changed.
#
# The result is in $DAYTWO_TARGET_WASM/made: site/ and hash.txt.
set -euo pipefail
source "$(dirname "$0")/../env.sh"
# shellcheck source=scripts/lib/say.sh
source "$DAYTWO_ROOT/scripts/lib/say.sh"
# shellcheck source=scripts/lib/lock.sh
source "$DAYTWO_ROOT/scripts/lib/lock.sh"
cd "$DAYTWO_ROOT"

claim_targets
[ -f "$DAYTWO_STAMPS/site-tools" ] && [ -f "$DAYTWO_STAMPS/glue" ] ||
     fail "the build's tools are not installed" "Run: scripts/setup.sh build"

# Everything the site is made from, by content, with the tools that make it.
of_the_site() {
    find Cargo.toml Cargo.lock .cargo domain app frontend style public scripts/build \
        -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    cat "$DAYTWO_STAMPS"/{wasm-target,glue,site-tools}
}

made="$DAYTWO_TARGET_WASM/made"
stamp="$made/.sources"
now="$(of_the_site | sha256sum | cut -d' ' -f1)"
if [ -f "$stamp" ] && [ "$(<"$stamp")" = "$now" ] && [ -f "$made/hash.txt" ]; then
    say "The site is up to date"
    exit 0
fi
begin "Building the site" "4 minutes on two cores the first time"
rm -f "$stamp"
front="$DAYTWO_TARGET_WASM/front"
on_wasm cargo build --locked --profile wasm-release --target wasm32-unknown-unknown --target-dir "$front" \
    -p frontend --lib
rm -rf "$DAYTWO_TARGET_WASM/glue"
glue "$front/wasm32-unknown-unknown/wasm-release/frontend.wasm" daytwo "$DAYTWO_TARGET_WASM/glue"
node scripts/build/site/finish.mjs "$DAYTWO_TARGET_WASM/glue" "$made"
printf '%s' "$now" >"$stamp"
done_in
