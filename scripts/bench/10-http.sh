#!/usr/bin/env bash
# Requests a second and their times at loopback, for the health check and the first page
#
# DAYTWO_BENCH_SECONDS (10) and DAYTWO_BENCH_CONNECTIONS (32) change the load. The generator shares
# the machine with the portal, so the figures compare two builds on one machine, and say little else.
source "$(dirname "$0")/../lib/step.sh"
# shellcheck source=scripts/lib/portal.sh
source "$DAYTWO_ROOT/scripts/lib/portal.sh"

command -v wrk >/dev/null || apt_install "wrk, a load generator" wrk
trap stop_portal EXIT
start_portal
for path in /healthz /; do
    note "$path"
    wrk --latency -t 2 -c "${DAYTWO_BENCH_CONNECTIONS:-32}" -d "${DAYTWO_BENCH_SECONDS:-10}s" "$PORTAL_URL$path" |
        grep -E 'Requests/sec|50%|90%|99%|Non-2xx|Socket errors' >&2
done
