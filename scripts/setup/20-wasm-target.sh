#!/usr/bin/env bash
# The standard library for WebAssembly, which the islands are compiled against.
#
# The usual way is rustup. Where rustup can download nothing, Debian serves a compiler (rustc-web)
# and the library's source (rust-web-src): the library is built once and laid where that compiler
# looks. DAYTWO_FORCE_DEBIAN_WASM=1 takes the second way at once.
source "$(dirname "$0")/../lib/step.sh"

target=wasm32-unknown-unknown
debian_lib="/usr/lib/rustlib/$target/lib"

# Whether the library is where the compiler looks for it.
rustup_has() { compgen -G "$(rustc --print sysroot)/lib/rustlib/$target/lib/libstd-*.rlib" >/dev/null; }
debian_has() { [ -x /usr/bin/rustc ] && compgen -G "$debian_lib/libstd-*.rlib" >/dev/null; }
debian_version() { /usr/bin/rustc --version; }

already() {
    if [ -z "${DAYTWO_FORCE_DEBIAN_WASM:-}" ] && rustup_has; then
        stamped wasm-target "rustup $(rustc --version)" || stamp wasm-target "rustup $(rustc --version)"
        return 0
    fi
    debian_has && stamped wasm-target "debian $(debian_version)"
}

by_rustup() {
    [ -z "${DAYTWO_FORCE_DEBIAN_WASM:-}" ] && command -v rustup >/dev/null || return 1
    note "rustup target add $target (at most a minute)"
    # It may hang rather than fail where its server cannot be reached.
    timeout 60 rustup target add "$target" >/dev/null 2>&1 && rustup_has
}

# Builds the library from Debian's source into the folder named.
build_std() {
    local out="$1" work
    work="$(mktemp -d)"
    mkdir -p "$work/src"
    : >"$work/src/lib.rs"
    cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "nothing"
version = "0.0.0"
edition = "2021"

[workspace]
TOML
    # From the empty crate's folder: this project's own cargo settings are none of its business.
    (cd "$work" && RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$work/target" \
        cargo build --release -Zbuild-std=std,panic_abort --target "$target") ||
        fail "the standard library for $target could not be built" \
            "The compiler's message is above." \
            "Where rustup works, 'rustup target add $target' spares this step."
    mkdir -p "$out.new"
    find "$work/target/$target/release/deps" -name '*.rlib' ! -name 'libnothing-*' -exec cp {} "$out.new/" \;
    rm -rf "$out" "$work"
    mv "$out.new" "$out"
}

by_debian() {
    if ! [ -x /usr/bin/rustc ] || ! [ -d /usr/lib/rustlib/src/rust/library/std ]; then
        apt_install "a Rust compiler with the target $target" rustc-web rust-web-src
    fi
    local kept
    kept="$DAYTWO_CACHE/wasm-std/$(debian_version | tr -c 'a-zA-Z0-9.\n' '-')"
    if ! compgen -G "$kept/libstd-*.rlib" >/dev/null; then
        note "building the standard library from Debian's source (about two minutes, once)"
        mkdir -p "$(dirname "$kept")"
        build_std "$kept"
    fi
    if ! diff -rq "$kept" "$debian_lib" >/dev/null 2>&1; then
        as_root rm -rf "$debian_lib.new" "$debian_lib"
        as_root mkdir -p "$debian_lib.new"
        as_root cp "$kept"/*.rlib "$debian_lib.new/"
        as_root mv "$debian_lib.new" "$debian_lib"
        # What was compiled against another build of the library does not link with this one.
        rm -rf "$DAYTWO_TARGET_WASM/front/$target" "$DAYTWO_TARGET_WASM/made/.sources"
    fi
    compgen -G "$(rustc --print sysroot)/lib/rustlib/*/bin/rust-lld" >/dev/null ||
        fail "the toolchain has no rust-lld, which links the wasm" "Use a toolchain from rustup."
}

already && exit 0
begin "Getting the WebAssembly target" "20 seconds; without rustup 4 minutes, once"
if by_rustup; then
    stamp wasm-target "rustup $(rustc --version)"
else
    note "not from rustup: taking Debian's compiler"
    by_debian
    stamp wasm-target "debian $(debian_version)"
fi
note "from $(wasm_way)"
done_in
