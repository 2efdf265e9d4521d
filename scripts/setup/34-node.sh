#!/usr/bin/env bash
# Node.js and npm: they finish the site, and the browser tests run on them.
source "$(dirname "$0")/../lib/step.sh"

want=18
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    begin "Installing Node.js" "a minute"
    apt_install "Node.js $want or newer" nodejs npm
    done_in
fi
now="$(command -v node)"
stamped node "$now" && exit 0
have="$(node --version)"
version_at_least "${have#v}" "$want" ||
    fail "Node.js $have is too old: $want or newer is needed" "Install a newer one ahead of it in PATH."
stamp node "$now"
