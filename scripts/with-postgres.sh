#!/usr/bin/env bash
# with-postgres.sh COMMAND…: runs it with a PostgreSQL cluster that lives as long as it does.
#
# DAYTWO_TEST_POSTGRES_URL holds the address of an empty database whose owner may create more. The
# cluster listens on a Unix socket in a directory of its own, so it needs no port and meets no other.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"
[ $# -gt 0 ] || fail "no command given" "Usage: scripts/with-postgres.sh COMMAND…"

bin="$("$here/lib/postgres-bin.sh")"
[ -n "$bin" ] || fail "PostgreSQL's programs are missing" "Run: scripts/setup.sh"

# A short path: the name of a Unix socket may have at most 107 bytes.
dir="$(mktemp -d /tmp/daytwo-pg.XXXXXX)"
owner="$(id -un)"
# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    owner=postgres
    id "$owner" >/dev/null 2>&1 || fail "there is no user '$owner' to run PostgreSQL as" \
        "Create one (useradd --system postgres), or do not run this as root."
    chown "$owner" "$dir"
fi
as_owner() {
    if [ "$(id -un)" = "$owner" ]; then
        "$@"
    elif command -v runuser >/dev/null; then
        runuser -u "$owner" -- "$@"
    else
        su "$owner" -s /bin/sh -c "$(printf '%q ' "$@")"
    fi
}

stop() {
    as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# From the cluster's own folder: its owner may not be allowed to read the caller's.
cd "$dir"
as_owner "$bin/initdb" -D "$dir/data" -U daytwo -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 ||
    fail "initdb failed" "$(tail -n 5 "$dir/log")"
# Nothing here outlives a crash of the machine, so nothing waits for the disk.
cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 300
shared_buffers = 64MB
CONF
# Without the descriptors of the caller: a lock held there would be held by the server too.
as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 start >/dev/null 2>&1 8>&- 9>&- ||
    fail "PostgreSQL did not start" "$(tail -n 5 "$dir/server.log" 2>/dev/null)"
as_owner "$bin/createdb" -h "$dir" -U daytwo daytwo_test
cd "$OLDPWD"

export DAYTWO_TEST_POSTGRES_URL="postgres://daytwo@localhost/daytwo_test?host=$dir"
status=0
"$@" || status=$?
exit "$status"
