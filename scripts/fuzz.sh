#!/usr/bin/env bash
# Fuzzes each parser, or those named, for DAYTWO_FUZZ_S seconds each (600 where nobody says), beginning
# with fuzz/seeds and the files that the tests read. What breaks one lies in fuzz/artifacts.
set -euo pipefail
source "$(dirname "$0")/env.sh"
source "$DAYTWO_ROOT/scripts/lib/say.sh"
cd "$DAYTWO_ROOT"

"$DAYTWO_ROOT/scripts/setup.sh" fuzz
targets=("$@")
if [ "${#targets[@]}" = 0 ]; then
    for file in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi
export CARGO_TARGET_DIR="$DAYTWO_CACHE/target-fuzz"
seconds="${DAYTWO_FUZZ_S:-600}"
for target in "${targets[@]}"; do
    seeds=()
    [ ! -d "fuzz/seeds/$target" ] || seeds+=("fuzz/seeds/$target")
    case "$target" in
        reports | junit | playwright | k6) seeds+=(formats/tests/fixtures/reports) ;;
        runbook_yaml) seeds+=(runbooks) ;;
    esac
    say "Fuzzing $target for $seconds s"
    mkdir -p "fuzz/corpus/$target"
    cargo +nightly fuzz run --fuzz-dir fuzz "$target" "fuzz/corpus/$target" "${seeds[@]}" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
done
