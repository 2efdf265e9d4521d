#!/usr/bin/env bash
# Builds the release and lays it in dist/, which holds everything it needs:
#
#   dist/daytwo        the portal
#   dist/daytwo-shop   the demonstration's shop
#   dist/site/         style sheet, islands, icons; hashed names, compressed beforehand
#   dist/hash.txt      the hashes in those names; the portal reads it beside itself
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"
# shellcheck source=scripts/lib/lock.sh
source "$here/lib/lock.sh"
cd "$DAYTWO_ROOT"

claim_targets
"$here/build/front.sh"

say "Building the server (several minutes the first time)"
cargo build --release --locked -p server -p shop --bins

say "Laying out dist/"
mkdir -p dist
# Each into place in one move: a portal running from here keeps the file it has open.
for program in daytwo daytwo-shop; do
    cp "$DAYTWO_TARGET_HOST/release/$program" "dist/.$program.new"
    mv -f "dist/.$program.new" "dist/$program"
done
rm -rf dist/.site.new dist/.site.old
cp -R "$DAYTWO_TARGET_WASM/site" dist/.site.new
# Type declarations, of use to nobody here.
find dist/.site.new/pkg -name '*.d.*ts*' -delete
[ ! -d dist/site ] || mv dist/site dist/.site.old
mv dist/.site.new dist/site
cp "$DAYTWO_TARGET_WASM/release/hash.txt" dist/.hash.new
mv -f dist/.hash.new dist/hash.txt
rm -rf dist/.site.old
note "dist/daytwo is $(du -h dist/daytwo | cut -f1), the islands $(du -h dist/site/pkg/*.wasm.br | cut -f1) compressed"
