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

# begin WHAT USUALLY: the heading of something that takes a while, and how long it usually takes on two
# cores. done_in: what it took.
begin() {
    say "$1 (usually $2)"
    DAYTWO_BEGAN=$SECONDS
}
done_in() { note "took $(lasted $((SECONDS - DAYTWO_BEGAN)))"; }

# lasted SECONDS: in words.
lasted() {
    if [ "$1" -lt 60 ]; then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi
}
