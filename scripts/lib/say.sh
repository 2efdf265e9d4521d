# shellcheck shell=bash
# How scripts talk: headings, progress, and failures that say what to do.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }

# fail WHAT [ADVICE…]: says what went wrong, then one line of advice each, and ends the script.
fail() {
    printf '\033[31mError:\033[0m %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}
