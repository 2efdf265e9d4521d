# shellcheck shell=bash
# A portal of the release for one test step, on a free port and a data directory of its own. Needs
# env.sh and say.sh. Sets PORTAL_URL, PORTAL_DATA and PORTAL_PID; PORTAL_LOG is its output.

free_port() {
    node -e 'const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# answers URL: whether it answers with a success.
answers() {
    node -e 'fetch(process.argv[1], {signal: AbortSignal.timeout(2000)}).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "$1"
}

# start_portal [ARGUMENT…]: starts it and waits until it is healthy. What is set in the environment
# (DATABASE_URL, DAYTWO_PROBE_ALLOW) holds. Call stop_portal in a trap on EXIT.
start_portal() {
    [ -x "$DAYTWO_ROOT/dist/daytwo" ] || fail "there is no release in dist/" "Run: make build"
    PORTAL_DATA="${PORTAL_DATA:-$(mktemp -d)}"
    PORTAL_LOG="$PORTAL_DATA/portal.log"
    local port waited=0
    port="$(free_port)"
    PORTAL_URL="http://127.0.0.1:$port"
    DAYTWO_BASE_URL="$PORTAL_URL" "$DAYTWO_ROOT/dist/daytwo" serve \
        --listen "127.0.0.1:$port" --data-dir "$PORTAL_DATA" "$@" >>"$PORTAL_LOG" 2>&1 8>&- 9>&- &
    PORTAL_PID=$!
    until answers "$PORTAL_URL/healthz"; do
        waited=$((waited + 1))
        if ! kill -0 "$PORTAL_PID" 2>/dev/null || [ "$waited" -gt 120 ]; then
            tail -n 20 "$PORTAL_LOG" >&2
            fail "the portal did not become healthy" "The end of its log is above."
        fi
        sleep 0.25
    done
}

# Ends it the way a service manager would, and removes its data.
stop_portal() {
    if [ -n "${PORTAL_PID:-}" ]; then
        kill -TERM "$PORTAL_PID" 2>/dev/null || true
        wait "$PORTAL_PID" 2>/dev/null || true
        PORTAL_PID=""
    fi
    [ -z "${PORTAL_DATA:-}" ] || rm -rf "$PORTAL_DATA"
}
