# shellcheck shell=bash
# Something to start, without more waiting than need be. Needs env.sh and say.sh.
# shellcheck source=scripts/lib/sources.sh
source "$DAYTWO_ROOT/scripts/lib/sources.sh"

# ready PROGRAM…: sees to it that these programs are there, of the files as they are, and sets DIST to
# their folder: the release in dist/ if it is of today's files, else a quick build in dist-quick/.
ready() {
    if whole dist "$@"; then
        say "The release in dist/ is up to date"
        DIST=dist
        return
    fi
    DIST=dist-quick
    if whole dist-quick "$@"; then
        say "The quick build in dist-quick/ is up to date"
    else
        say "Setting up and building: usually 12 minutes on two cores the first time, then seconds"
        local began=$SECONDS
        "$DAYTWO_ROOT/scripts/setup.sh" build
        "$DAYTWO_ROOT/scripts/build.sh" quick "$@"
        say "Built in $(lasted $((SECONDS - began)))"
    fi
    note "$DIST/ is for a look: pages and probes are several times slower than the release's ('make build', 30 minutes)."
}
