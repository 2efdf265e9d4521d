#!/usr/bin/env bash
# PostgreSQL's programs, for throw-away clusters; no server of the system's is used or touched.
source "$(dirname "$0")/../lib/step.sh"

[ -n "$("$DAYTWO_ROOT/scripts/lib/postgres-bin.sh")" ] && exit 0
say "Installing PostgreSQL"
apt_install "PostgreSQL's server programs (initdb, postgres)" postgresql
