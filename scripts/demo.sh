#!/usr/bin/env bash
# Sets up, builds, and starts the portal with the demonstration's shop and history. Arguments go to
# `daytwo demo`.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"
# shellcheck source=scripts/lib/ready.sh
source "$here/lib/ready.sh"
cd "$DAYTWO_ROOT"

ready daytwo daytwo-shop
exec "$DIST/daytwo" demo "$@"
