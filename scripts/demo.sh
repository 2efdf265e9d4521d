#!/usr/bin/env bash
# Sets up, builds, and starts the portal with the demonstration's shop and history. Arguments go to
# `daytwo demo`.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
"$here/setup.sh" build
"$here/build.sh"
cd "$here/.."
exec dist/daytwo demo "$@"
