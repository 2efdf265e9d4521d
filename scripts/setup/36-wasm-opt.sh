#!/usr/bin/env bash
# wasm-opt, which shrinks the islands. From npm, pinned: Debian's is too old for today's compilers.
source "$(dirname "$0")/../lib/step.sh"

version=132.0.0
[ -x "$DAYTWO_TOOLS/bin/wasm-opt" ] && stamped wasm-opt "$version" && exit 0
say "Installing wasm-opt $version (a few seconds)"
home="$DAYTWO_TOOLS/npm"
mkdir -p "$home"
[ -f "$home/package.json" ] || echo '{"private": true}' >"$home/package.json"
npm install --prefix "$home" --no-audit --no-fund --loglevel=error --save-exact "binaryen@$version" >&2 ||
    fail "npm could not install binaryen $version" "Its message is above; it needs npm's registry."
ln -sfn ../npm/node_modules/.bin/wasm-opt "$DAYTWO_TOOLS/bin/wasm-opt"
"$DAYTWO_TOOLS/bin/wasm-opt" --version >/dev/null || fail "wasm-opt does not run here" "Remove $home and start again."
stamp wasm-opt "$version"
