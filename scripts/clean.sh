#!/usr/bin/env bash
# Removes what was built. With --cache, also the tools and the compiled dependencies.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"
# shellcheck source=scripts/lib/lock.sh
source "$here/lib/lock.sh"
cd "$DAYTWO_ROOT"

rm -rf dist dist-quick end2end/test-results end2end/playwright-report
if [ "${1:-}" = --cache ]; then
    say "Removing $DAYTWO_CACHE"
    rm -rf "${DAYTWO_CACHE:?}"
elif [ -d "$DAYTWO_TARGET_HOST" ]; then
    claim_targets
    discard_members
fi
note "data/ is untouched."
