#!/usr/bin/env bash
# Schemathesis against the release, on the database that DATABASE_URL names or a SQLite file.
set -euo pipefail
source "$(dirname "$0")/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$DAYTWO_ROOT/scripts/lib/say.sh"
# shellcheck source=scripts/lib/portal.sh
source "$DAYTWO_ROOT/scripts/lib/portal.sh"

trap stop_portal EXIT
PORTAL_DATA="$(mktemp -d)"
daytwo="$DAYTWO_ROOT/dist/daytwo"
token="$("$daytwo" token create --data-dir "$PORTAL_DATA" --name schemathesis --scope admin)"
start_portal

call() {
    curl -fsS -X "$1" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
        "$PORTAL_URL$2" ${3:+-d "$3"}
}
# Something to find behind each path, so that calls get past "there is no such thing".
call PUT /api/v1/services/shop '{"name":"Shop","environments":[{"slug":"production"}]}' >/dev/null
call PUT /api/v1/services/shop/checks/home \
    '{"environment":"production","kind":"http","interval_s":60,"url":"https://shop.invalid"}' >/dev/null
id="$(call POST /api/v1/deployments \
    '{"service":"shop","environment":"production","version":"1.0.0"}' |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["id"])')"
cat >"$PORTAL_DATA/schemathesis.toml" <<TOML
[parameters]
"path.slug" = "shop"
"path.id" = "$id"

# A body that is too large is refused as well as one that breaks a rule.
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
TOML
# One worker: CPython before 3.13 cannot parse Python in two threads at once ("AST constructor
# recursion depth mismatch"), which Hypothesis does.
# Schema-valid requests may be refused: that a service exists, a version is plausible or a watch is
# open is not said by a schema.
schemathesis --config-file "$PORTAL_DATA/schemathesis.toml" run \
    "$PORTAL_URL/api/v1/openapi.json" --header "Authorization: Bearer $token" \
    --exclude-checks positive_data_acceptance --max-examples 60 --workers 1 --no-color
