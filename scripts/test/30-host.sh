#!/usr/bin/env bash
# Unit and integration tests, on SQLite and on a throw-away PostgreSQL
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT"

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
status=0
# Without the frontend, for the reason given in 20-clippy.sh; it has no tests.
scripts/with-postgres.sh cargo nextest run --locked --workspace --exclude frontend --no-fail-fast \
    --color=always 2> >(tee "$log" >&2) || status=$?
cargo test --locked --workspace --exclude frontend --doc --quiet || status=$?

# The summary line: "Summary [ 1.2s] 12 tests run: 11 passed (1 slow), 1 failed, 0 skipped"
summary="$(sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '^ *Summary ' | tail -n1 || true)"
good="$(grep -oE '[0-9]+ passed' <<<"$summary" | cut -d' ' -f1 || true)"
bad="$(grep -oE '[0-9]+ (failed|timed out|exec failed)' <<<"$summary" | awk '{n += $1} END {print n + 0}')"
[ -z "${DAYTWO_COUNTS:-}" ] || echo "${good:-0} ${bad:-0}" >"$DAYTWO_COUNTS"
exit "$status"
