#!/usr/bin/env bash
# run-steps.sh STEP…: runs the test steps in order, each under a heading with its time, and ends
# with one line, "N passed, N failed". A step that counts its tests writes "PASSED FAILED" into
# $DAYTWO_COUNTS; any other counts as one test. A failed step never counts as less than one failure.
# What a step writes into $DAYTWO_FAILURES, the failed tests with what they said, is shown again at
# the end, where it is found.
set -uo pipefail
source "$(dirname "$0")/../env.sh"
# shellcheck source=scripts/lib/say.sh
source "$DAYTWO_ROOT/scripts/lib/say.sh"
# shellcheck source=scripts/lib/lock.sh
source "$DAYTWO_ROOT/scripts/lib/lock.sh"
cd "$DAYTWO_ROOT" || exit
claim_targets

passed=0 failed=0 lines=()
DAYTWO_COUNTS="$(mktemp)"
DAYTWO_FAILURES="$(mktemp)"
export DAYTWO_COUNTS DAYTWO_FAILURES
trap 'rm -f "$DAYTWO_COUNTS" "$DAYTWO_FAILURES"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for step in "$@"; do
    name="$(basename "$step" .sh)"
    title="$(sed -n '2s/^# *//p' "$step")"
    printf '\n'
    say "${name#*-}: $title"
    : >"$DAYTWO_COUNTS"
    began=$SECONDS
    if "$step"; then status=0; else status=$?; fi
    took=$((SECONDS - began))
    read -r good bad <"$DAYTWO_COUNTS" || { good=0 bad=0; }
    if [ -z "${good:-}" ]; then good=0 bad=0; fi
    if [ "$status" = 0 ]; then
        [ $((good + bad)) -gt 0 ] || good=1
        result=passed
    else
        [ "$bad" -gt 0 ] || bad=1
        result="FAILED (exit $status)"
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    lines+=("$(printf '%-12s %6s s   %5s passed  %3s failed   %s' "${name#*-}" "$took" "$good" "$bad" "$result")")
done

if [ -s "$DAYTWO_FAILURES" ]; then
    printf '\n'
    say 'What failed'
    cat "$DAYTWO_FAILURES"
fi
printf '\n'
printf '%s\n' "${lines[@]}"
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
