#!/usr/bin/env bash
# Runs the steps in scripts/test/, all of them or those named: scripts/test.sh clippy host
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
steps=()
if [ $# = 0 ]; then
    steps=("$here"/test/[0-9]*.sh)
else
    for name in "$@"; do
        found=("$here"/test/[0-9]*-"$name".sh)
        [ -f "${found[0]}" ] || {
            echo "No step '$name' in scripts/test/" >&2
            exit 2
        }
        steps+=("${found[0]}")
    done
fi
exec "$here/lib/run-steps.sh" "${steps[@]}"
