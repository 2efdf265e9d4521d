# shellcheck shell=bash
# What the steps of the set-up share. Sourced by each scripts/setup/NN-*.sh.

set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/../env.sh"
# shellcheck source=scripts/lib/say.sh
source "$DAYTWO_ROOT/scripts/lib/say.sh"
mkdir -p "$DAYTWO_TOOLS/bin" "$DAYTWO_STAMPS"

# stamped NAME VALUE: whether the step was done before with this value.
stamped() { [ -f "$DAYTWO_STAMPS/$1" ] && [ "$(<"$DAYTWO_STAMPS/$1")" = "$2" ]; }

# stamp NAME VALUE: records it, whole or not at all.
stamp() {
    printf '%s' "$2" >"$DAYTWO_STAMPS/.$1.$$"
    mv "$DAYTWO_STAMPS/.$1.$$" "$DAYTWO_STAMPS/$1"
}

# version_at_least HAVE WANT: compares dotted versions.
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n1)" = "$2" ]; }

# as_root CMD…: runs it as root, by sudo if need be.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "'$*' needs root, and there is no sudo here" "Run it as root, then start again."
    fi
}

# apt_install WHAT PACKAGE…: installs Debian packages; WHAT is what a reader without apt must find.
apt_install() {
    local what="$1" log
    shift
    command -v apt-get >/dev/null ||
        fail "$what is missing, and there is no apt here to install it" \
            "Install $what with this system's own package manager, then start again."
    note "apt-get install $* (usually under a minute)"
    log="$(mktemp)"
    if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 ||
        { as_root apt-get update >"$log" 2>&1 &&
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1; }; }; then
        tail -n 15 "$log" >&2
        fail "apt could not install $*" "Its last lines are above; the whole is in $log."
    fi
    rm -f "$log"
}

# cargo_tool CRATE VERSION [ARGUMENT…]: installs a command into the tools folder, built for a short
# build rather than a fast command: these run for seconds, and their own settings take ten minutes.
cargo_tool() {
    local crate="$1" version="$2"
    shift 2
    # From outside the checkout: its cargo settings are meant for its own crates.
    (cd "$DAYTWO_CACHE" &&
        CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
            CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_TARGET_DIR="$DAYTWO_CACHE/target-tools" \
            cargo install "$crate" --version "=$version" --root "$DAYTWO_TOOLS" --force "$@") ||
        fail "cargo could not build $crate $version" \
            "The compiler's message is above. Without a network, fill cargo's registry first."
    rm -rf "$DAYTWO_CACHE/target-tools"
}
