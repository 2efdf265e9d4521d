#!/usr/bin/env bash
# Builds the release and runs the measurements in scripts/bench/, all or those named.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"

"$here/setup.sh" build
"$here/build.sh"
for bench in "$here"/bench/[0-9]*.sh; do
    name="$(basename "$bench" .sh)"
    if [ $# -gt 0 ] && [[ " $* " != *" ${name#*-} "* ]]; then continue; fi
    say "${name#*-}: $(sed -n '2s/^# *//p' "$bench")"
    "$bench"
done
