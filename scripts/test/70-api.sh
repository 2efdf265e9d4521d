#!/usr/bin/env bash
# The API against its own document, on SQLite and on PostgreSQL: no 5xx, no schema violation
set -euo pipefail
here="$(dirname "$0")"
"$here/../test-api.sh"
exec "$here/../with-postgres.sh" bash -c \
    'DATABASE_URL="$DAYTWO_TEST_POSTGRES_URL" "$0"' "$here/../test-api.sh"
