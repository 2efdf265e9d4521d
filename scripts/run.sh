#!/usr/bin/env bash
# Sets up, builds, and starts the portal on ./data. DAYTWO_LISTEN changes where it listens, and
# further arguments go to `daytwo serve`.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"
cd "$DAYTWO_ROOT"

scripts/setup.sh build
scripts/build.sh
say "Starting the portal at http://${DAYTWO_LISTEN:-127.0.0.1:3000} (Ctrl-C stops it)"
exec dist/daytwo serve --data-dir ./data "$@"
