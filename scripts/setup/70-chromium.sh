#!/usr/bin/env bash
# The browser of the browser tests: the system's Chromium.
source "$(dirname "$0")/../lib/step.sh"

[ -n "$DAYTWO_CHROMIUM" ] && exit 0
say "Installing Chromium"
apt_install "Chromium (or Chrome; DAYTWO_CHROMIUM may name its path)" chromium
