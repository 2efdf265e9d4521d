#!/usr/bin/env bash
# Builds the release and lays it in dist/, which holds everything it needs:
#
#   dist/daytwo        the portal
#   dist/daytwo-shop   the demonstration's shop
#   dist/site/         style sheet, islands, icons; hashed names, compressed beforehand
#   dist/hash.txt      the hashes in those names; the portal reads it beside itself
#
# build.sh quick PROGRAM… lays the programs named in dist-quick/ instead: the same portal, compiled in a
# third of the time and several times slower, for a look at it.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
# shellcheck source=scripts/env.sh
source "$here/env.sh"
# shellcheck source=scripts/lib/say.sh
source "$here/lib/say.sh"
# shellcheck source=scripts/lib/lock.sh
source "$here/lib/lock.sh"
# shellcheck source=scripts/lib/sources.sh
source "$here/lib/sources.sh"
cd "$DAYTWO_ROOT"

case "${1:-release}" in
    release)
        kind=release dist=dist programs=(daytwo daytwo-shop) usually="25 minutes on two cores the first time"
        packages=(-p server -p shop)
        ;;
    quick)
        kind=quick dist=dist-quick programs=("${@:2}") usually="8 minutes on two cores the first time"
        # The same packages whichever programs are wanted, so that a dependency's features, and with
        # them what is compiled, stay the same from one command to the next.
        packages=(-p server -p shop -p glue)
        ;;
    *) fail "unknown build '$1'" "Usage: scripts/build.sh [quick PROGRAM…]" ;;
esac
[ "${#programs[@]}" -gt 0 ] || fail "no program named" "Usage: scripts/build.sh [quick PROGRAM…]"

claim_targets
now="$(sources)"

# Both halves at once: each has stretches that keep one core busy. The site's output is kept back and
# shown if it fails; then, too, there is no waiting for the other half.
log="$(mktemp)"
server='' site=''
# In process groups of their own, so that ending one ends its compilers as well.
stop() {
    [ -z "$server" ] || kill -TERM -- "-$server" 2>/dev/null || true
    [ -z "$site" ] || kill -TERM -- "-$site" 2>/dev/null || true
    rm -f "$log"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
begin "Building the server, and the site beside it" "$usually"
set -m
"$here/build/site.sh" >"$log" 2>&1 &
site=$!
cargo build --profile "$kind" --locked "${packages[@]}" "${programs[@]/#/--bin=}" &
server=$!
set +m
for _ in server site; do
    status=0
    wait -n -p ended || status=$?
    if [ "$ended" = "$site" ]; then
        site=''
        if [ "$status" != 0 ]; then
            cat "$log" >&2
            fail "the site could not be built" "Its output is above."
        fi
        note "the site took $(lasted $((SECONDS - DAYTWO_BEGAN)))"
    else
        server=''
        [ "$status" = 0 ] || fail "the server could not be built" "The compiler's message is above."
        note "the server took $(lasted $((SECONDS - DAYTWO_BEGAN)))"
    fi
done

mkdir -p "$dist"
# What an earlier build left here and this one did not make is of other files: out with it.
[ "$(cat "$dist/.sources" 2>/dev/null || true)" = "$now" ] || rm -f "$dist"/{daytwo,daytwo-shop,.sources}
# Each into place in one move: a portal running from here keeps the file it has open.
for program in "${programs[@]}"; do
    cp "$DAYTWO_TARGET_HOST/$kind/$program" "$dist/.$program.new"
    mv -f "$dist/.$program.new" "$dist/$program"
done
rm -rf "$dist/.site.new" "$dist/.site.old"
cp -R "$DAYTWO_TARGET_WASM/made/site" "$dist/.site.new"
[ ! -d "$dist/site" ] || mv "$dist/site" "$dist/.site.old"
mv "$dist/.site.new" "$dist/site"
cp "$DAYTWO_TARGET_WASM/made/hash.txt" "$dist/.hash.new"
mv -f "$dist/.hash.new" "$dist/hash.txt"
rm -rf "$dist/.site.old"
printf '%s' "$now" >"$dist/.sources"
note "$dist/daytwo is $(du -h "$dist/daytwo" | cut -f1), the islands $(du -h "$dist"/site/pkg/*.wasm.br | cut -f1) compressed"
