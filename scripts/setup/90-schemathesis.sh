#!/usr/bin/env bash
# schemathesis, which tries the HTTP API against its own description; in a Python environment of its own.
source "$(dirname "$0")/../lib/step.sh"

version=4.32.5
home="$DAYTWO_TOOLS/schemathesis"
[ -x "$home/bin/schemathesis" ] && stamped schemathesis "$version" && exit 0
say "Installing schemathesis $version (under a minute)"
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    apt_install "Python 3.10 or newer with venv" python3 python3-venv
fi
rm -rf "$home"
python3 -m venv "$home" || fail "Python could not make an environment in $home" "Its message is above."
"$home/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" >&2 ||
    fail "pip could not install schemathesis $version" "Its message is above; it needs PyPI."
"$home/bin/schemathesis" --version >/dev/null || fail "schemathesis does not run here" "Remove $home and start again."
ln -sfn "$home/bin/schemathesis" "$DAYTWO_TOOLS/bin/schemathesis"
stamp schemathesis "$version"
