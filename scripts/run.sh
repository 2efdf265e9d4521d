#!/usr/bin/env bash
# Sets up, builds, and starts the portal on ./data. DAYTWO_LISTEN changes where it listens, and
# further arguments go to `daytwo serve`.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"
# shellcheck source=scripts/lib/ready.sh
source "$here/lib/ready.sh"
cd "$DAYTWO_ROOT"

ready daytwo
say "Starting the portal at http://${DAYTWO_LISTEN:-127.0.0.1:3000} (Ctrl-C stops it)"
exec "$DIST/daytwo" serve --data-dir ./data "$@"
