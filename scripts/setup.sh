#!/usr/bin/env bash
# Brings a fresh machine to where it can build (setup.sh build), run every test (setup.sh) or fuzz
# (setup.sh fuzz).
# Safe to repeat: what is there is left alone.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"

case "${1:-all}" in
    build) steps=("$here"/setup/[1-4]*.sh) ;;
    fuzz) steps=("$here"/setup/1*.sh "$here"/setup/fuzz.sh) ;;
    all) steps=("$here"/setup/[0-9]*.sh) ;;
    *) fail "unknown set-up '$1'" "Usage: scripts/setup.sh [build | fuzz]" ;;
esac

mkdir -p "$DAYTWO_CACHE"
# Two set-ups at once would trample on each other's downloads.
exec 8>"$DAYTWO_CACHE/.setup-lock"
if ! flock -n 8; then
    say "Waiting for another set-up to finish"
    flock 8
fi
for step in "${steps[@]}"; do
    "$step" 8>&-
done
