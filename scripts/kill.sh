#!/usr/bin/env bash
# kill -9 under load, a hundred times on SQLite and 25 on PostgreSQL: nothing answered is lost; and
# 200 times around rollbacks (SQLite, PostgreSQL, two portals): no hook is lost or called twice
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$DAYTWO_ROOT"
DAYTWO_KILLS=100 DAYTWO_DELIVERY_KILLS=67 DAYTWO_PROGRAM="$DAYTWO_ROOT/dist/daytwo" DAYTWO_REQUIRE_POSTGRES=1 \
    scripts/with-postgres.sh cargo nextest run --locked -p server --test api --no-capture kill:: deliveries::
