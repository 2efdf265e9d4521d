#!/usr/bin/env bash
# The browser tests' packages, as end2end/package-lock.json pins them. The browser is not among them.
source "$(dirname "$0")/../lib/step.sh"

cd "$DAYTWO_ROOT/end2end" 2>/dev/null || exit 0
[ -f package-lock.json ] || exit 0
want="$(sha256sum package-lock.json | cut -d' ' -f1)"
[ -f node_modules/.daytwo-lock ] && [ "$(<node_modules/.daytwo-lock)" = "$want" ] && exit 0
say "Installing the browser tests' packages (under a minute)"
npm ci --no-audit --no-fund --loglevel=error >&2 ||
    fail "npm could not install end2end's packages" "Its message is above; it needs npm's registry."
printf '%s' "$want" >node_modules/.daytwo-lock
