# shellcheck shell=bash
# One checkout at a time in the shared target directories. Needs env.sh and say.sh.
#
# They live outside the checkout so that a fresh clone finds the dependencies compiled. But cargo
# tells the workspace's own crates apart by their path inside the workspace, and their age by the
# files' times: a second checkout, newer or older, would be handed the first one's code. So whoever
# comes from elsewhere discards those crates first, and others wait meanwhile.

claim_targets() {
    [ "${DAYTWO_CLAIMED:-}" = "$DAYTWO_TARGET_HOST" ] && return 0
    mkdir -p "$DAYTWO_TARGET_HOST" "$DAYTWO_TARGET_WASM"
    exec 9>"$DAYTWO_TARGET_HOST/.daytwo-lock"
    if ! flock -n 9; then
        say "Waiting for another build to finish"
        flock 9
    fi
    export DAYTWO_CLAIMED="$DAYTWO_TARGET_HOST"
    local mark="$DAYTWO_TARGET_HOST/.daytwo-checkout"
    if [ -f "$mark" ] && [ "$(<"$mark")" != "$DAYTWO_ROOT" ]; then
        say "Another checkout built here last: compiling the workspace's own crates anew"
        discard_members
    fi
    printf '%s' "$DAYTWO_ROOT" >"$mark"
}

# Removes what was compiled from the workspace itself and keeps the dependencies.
discard_members() {
    local members=() dir name
    for dir in "$DAYTWO_ROOT"/*/Cargo.toml; do
        name="$(sed -n 's/^name = "\(.*\)"/\1/p' "$dir" | head -n1)"
        members+=("$name")
    done
    local target
    for target in "$DAYTWO_TARGET_HOST" "$DAYTWO_TARGET_WASM/front"; do
        [ -d "$target" ] || continue
        for name in "${members[@]}"; do
            # Without its fingerprint cargo takes a crate for never compiled.
            find "$target" -maxdepth 4 -type d -path "*/.fingerprint/$name-*" -prune -exec rm -rf {} +
        done
    done
    rm -f "$DAYTWO_TARGET_WASM/made/.sources"
}
