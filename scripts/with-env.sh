#!/usr/bin/env bash
# with-env.sh COMMAND…: runs it with this project's tools and target directories, when no other
# checkout uses them.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"
# shellcheck source=scripts/lib/lock.sh
source "$here/lib/lock.sh"
[ $# -gt 0 ] || fail "no command given" "Usage: scripts/with-env.sh COMMAND…"
claim_targets
exec "$@"
