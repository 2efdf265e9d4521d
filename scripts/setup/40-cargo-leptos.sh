#!/usr/bin/env bash
# cargo-leptos, which builds the islands, bundles the style sheet, hashes and compresses the site.
source "$(dirname "$0")/../lib/step.sh"

# 0.3.11 needs a newer compiler than the workspace does.
version=0.3.10
[ -x "$DAYTWO_TOOLS/bin/cargo-leptos" ] && stamped cargo-leptos "$version" && exit 0
say "Building cargo-leptos $version (five to ten minutes, once)"
cargo_tool cargo-leptos "$version" --locked
stamp cargo-leptos "$version"
