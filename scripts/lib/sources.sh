# shellcheck shell=bash
# Whether what was built is of the files as they are. Needs env.sh.

# Prints one hash over everything the portal, the shop and the site are made from, by content. The
# crates are not listed: one forgotten here would leave an old build standing.
sources() {
    (
        cd "$DAYTWO_ROOT"
        crates=(*/Cargo.toml)
        find Cargo.toml Cargo.lock .cargo "${crates[@]%/Cargo.toml}" \
            migrations runbooks style public scripts/build scripts/build.sh \
            -type f ! -path '*/tests/*' -print0 |
            LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
    )
}

# whole FOLDER PROGRAM…: whether the folder holds these programs and the site, all of today's files.
whole() {
    local folder="$DAYTWO_ROOT/$1" program
    shift
    for program in "$@"; do [ -x "$folder/$program" ] || return 1; done
    [ -s "$folder/hash.txt" ] && [ -d "$folder/site/pkg" ] && [ -f "$folder/.sources" ] &&
        [ "$(<"$folder/.sources")" = "$(sources)" ]
}
