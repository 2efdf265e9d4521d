#!/usr/bin/env bash
# The pages in a browser, against the release in dist/
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT/end2end"

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
status=0
# DAYTWO_CHROMIUM, from env.sh, tells playwright.config.ts which browser to start.
npx --no-install playwright test --reporter=list 2>&1 | tee "$log" || status=$?

# The closing lines: "  12 passed (3.4s)", "  1 failed", "  1 flaky". A flaky test counts as failed.
plain="$(sed 's/\x1b\[[0-9;]*m//g' "$log")"
count() { grep -oE "^ +[0-9]+ ($1)" <<<"$plain" | awk '{n += $1} END {print n + 0}'; }
good="$(count passed || true)"
bad="$(count 'failed|flaky|interrupted|did not run' || true)"
[ "$bad" = 0 ] || [ "$status" != 0 ] || status=1
[ -z "${DAYTWO_COUNTS:-}" ] || echo "$good $bad" >"$DAYTWO_COUNTS"
if [ "$status" != 0 ] && [ -n "${DAYTWO_FAILURES:-}" ]; then
    { sed -n '/^  1) /,$p' <<<"$plain" | head -n 120; } >>"$DAYTWO_FAILURES"
fi
exit "$status"
