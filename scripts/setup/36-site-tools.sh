#!/usr/bin/env bash
# What finishes the site: wasm-opt, Lightning CSS and esbuild, as scripts/build/site/package-lock.json
# pins them. From npm: Debian's wasm-opt is too old for today's compilers.
source "$(dirname "$0")/../lib/step.sh"

from="$DAYTWO_ROOT/scripts/build/site"
home="$DAYTWO_TOOLS/site"
want="$(sha256sum "$from/package-lock.json" | cut -d' ' -f1)"
[ -d "$home/node_modules" ] && stamped site-tools "$want" && exit 0
begin "Installing what shrinks the site: wasm-opt, Lightning CSS, esbuild" "20 seconds"
mkdir -p "$home"
cp "$from"/package*.json "$home/"
# Their programs come whole: nothing of theirs has to run to install them.
npm ci --prefix "$home" --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
    fail "npm could not install the site's tools" "Its message is above; it needs npm's registry."
"$home/node_modules/.bin/wasm-opt" --version >/dev/null ||
    fail "wasm-opt does not run here" "Remove $home and start again."
stamp site-tools "$want"
done_in
