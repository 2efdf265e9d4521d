# shellcheck shell=bash
# Where things are, for every script here: source it, it starts nothing and prints nothing.
#
# Two compilers may be at work (see setup/20-wasm-target.sh), so the host and the wasm builds have
# target directories of their own, and on_wasm switches to the second.

DAYTWO_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
DAYTWO_CACHE="${DAYTWO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/daytwo}"
DAYTWO_TOOLS="$DAYTWO_CACHE/tools"
DAYTWO_STAMPS="$DAYTWO_CACHE/stamps"
# A CARGO_TARGET_DIR from outside is kept, with the wasm half beside it.
DAYTWO_TARGET_HOST="${DAYTWO_TARGET_HOST:-${CARGO_TARGET_DIR:-$DAYTWO_CACHE/target-host}}"
DAYTWO_TARGET_WASM="${DAYTWO_TARGET_WASM:-${CARGO_TARGET_DIR:+$CARGO_TARGET_DIR-wasm}}"
DAYTWO_TARGET_WASM="${DAYTWO_TARGET_WASM:-$DAYTWO_CACHE/target-wasm}"
export DAYTWO_ROOT DAYTWO_CACHE DAYTWO_TOOLS DAYTWO_STAMPS DAYTWO_TARGET_HOST DAYTWO_TARGET_WASM
export CARGO_TARGET_DIR="$DAYTWO_TARGET_HOST"
# Cargo tells checkouts apart by their path, so what it keeps for incremental builds serves no other
# checkout and only fills the disk.
export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-0}"

# Tools installed here come first: their versions are the ones the build needs.
case ":$PATH:" in
    *":$DAYTWO_TOOLS/bin:"*) ;;
    *) export PATH="$DAYTWO_TOOLS/bin:$PATH" ;;
esac
if [ -d "${CARGO_HOME:-$HOME/.cargo}/bin" ]; then
    case ":$PATH:" in
        *":${CARGO_HOME:-$HOME/.cargo}/bin:"*) ;;
        *) export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin" ;;
    esac
fi

# The Playwright package must not fetch a browser of its own: the system's is used.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
DAYTWO_CHROMIUM="${DAYTWO_CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
export DAYTWO_CHROMIUM

# Prints how the wasm target was provided: rustup or debian; nothing before the set-up.
wasm_way() {
    local stamp="$DAYTWO_STAMPS/wasm-target"
    [ ! -f "$stamp" ] || cut -d' ' -f1 "$stamp"
}

# Runs a command with the compiler, the linker and the target directory of the wasm half.
on_wasm() (
    export CARGO_TARGET_DIR="$DAYTWO_TARGET_WASM"
    if [ "$(wasm_way)" = debian ]; then
        local host
        host="$(rustc --print sysroot)"
        export RUSTC=/usr/bin/rustc
        export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$(compgen -G "$host/lib/rustlib/*/bin/rust-lld" | head -n1)"
    fi
    "$@"
)
