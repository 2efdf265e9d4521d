#!/usr/bin/env bash
# The release builds, and dist/ holds all of it
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT"
scripts/build.sh
for file in daytwo daytwo-shop hash.txt; do
    [ -s "dist/$file" ] || { echo "dist/$file is missing" >&2; exit 1; }
done
# Each name the server will compose must be a file, with both its compressed forms beside it.
while IFS=': ' read -r kind hash; do
    for ending in '' .br .gz; do
        file="dist/site/pkg/daytwo.$hash.$kind$ending"
        [ -s "$file" ] || { echo "$file is missing" >&2; exit 1; }
    done
done < <(grep . dist/hash.txt)
