#!/usr/bin/env bash
# Prints the folder with initdb and postgres (the newest there is), or nothing. Debian keeps them out of PATH.
set -euo pipefail

if command -v initdb >/dev/null && command -v postgres >/dev/null; then
    dirname "$(readlink -f "$(command -v initdb)")"
    exit 0
fi
for found in $(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -Vr) /usr/pgsql-*/bin/initdb; do
    if [ -x "$found" ]; then
        dirname "$found"
        exit 0
    fi
done
