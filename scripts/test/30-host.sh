#!/usr/bin/env bash
# Unit and integration tests, on SQLite and on a throw-away PostgreSQL
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT"

log="$(mktemp)"
doc_log="$(mktemp)"
trap 'rm -f "$log" "$doc_log"' EXIT
status=0
# PostgreSQL is there, so a test that finds none has a defect.
export DAYTWO_REQUIRE_POSTGRES=1
# Without the frontend, for the reason given in 20-clippy.sh; it has no tests.
scripts/with-postgres.sh cargo nextest run --locked --workspace --exclude frontend --no-fail-fast \
    --failure-output immediate-final --color=always 2>&1 | tee "$log" || status=$?
# nextest does not run the examples in the documentation.
if ! cargo test --locked --workspace --exclude frontend --doc >"$doc_log" 2>&1; then
    cat "$doc_log" >&2
    [ "$status" != 0 ] || status=1
fi

# The summary lines: "Summary [ 1.2s] 12 tests run: 11 passed (1 slow), 1 failed, 0 skipped", and one
# "test result: ok. 3 passed; 0 failed; …" for each crate's examples.
sum() { awk '{n += $1} END {print n + 0}'; }
{
    sed 's/\x1b\[[0-9;]*m//g' "$log" | grep -E '^ *Summary ' | tail -n1
    grep '^test result: ' "$doc_log"
} >"$log.counts" || true
good="$(grep -oE '[0-9]+ passed' "$log.counts" | sum)"
bad="$(grep -oE '[0-9]+ (failed|timed out|exec failed)' "$log.counts" | sum)"
rm -f "$log.counts"
[ -z "${DAYTWO_COUNTS:-}" ] || echo "$good $bad" >"$DAYTWO_COUNTS"
if [ "$status" != 0 ] && [ -n "${DAYTWO_FAILURES:-}" ]; then
    { sed 's/\x1b\[[0-9;]*m//g' "$log" | sed -n '/^ *Summary /,$p' | head -n 120; } >>"$DAYTWO_FAILURES"
fi
exit "$status"
