#!/usr/bin/env bash
# The tool that writes the islands' JavaScript (glue/), which has to be of the version Cargo.lock names
# for wasm-bindgen.
source "$(dirname "$0")/../lib/step.sh"
# shellcheck source=scripts/lib/lock.sh
source "$DAYTWO_ROOT/scripts/lib/lock.sh"
cd "$DAYTWO_ROOT"

version="$(sed -n '/^name = "wasm-bindgen-cli-support"$/{n;s/^version = "\(.*\)"/\1/p;}' Cargo.lock)"
want="$version $(find glue -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)"
[ -x "$DAYTWO_TOOLS/bin/glue" ] && stamped glue "$want" && exit 0
begin "Building the tool that writes the islands' JavaScript" "30 seconds, once"
claim_targets
# In the quick build's profile, and with its packages: what both need is compiled once for both, with
# the same features.
cargo build --locked --profile quick -p server -p shop -p glue --bin glue ||
    fail "cargo could not build glue/" "The compiler's message is above. Without a network, fill cargo's registry first."
cp "$DAYTWO_TARGET_HOST/quick/glue" "$DAYTWO_TOOLS/bin/.glue.new"
mv -f "$DAYTWO_TOOLS/bin/.glue.new" "$DAYTWO_TOOLS/bin/glue"
stamp glue "$want"
done_in
