#!/usr/bin/env bash
# The formatter and the linter, of the host's toolchain.
source "$(dirname "$0")/../lib/step.sh"

now="$(rustc --version)"
stamped lint "$now" && exit 0
for tool in rustfmt clippy-driver; do
    # rustup leaves a stand-in for a component that is not installed: only running it tells.
    "$tool" --version >/dev/null 2>&1 ||
        fail "$tool is missing" "Run: rustup component add rustfmt clippy"
done
stamp lint "$now"
