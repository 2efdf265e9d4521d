#!/usr/bin/env bash
# Every source file is formatted
set -euo pipefail
source "$(dirname "$0")/../env.sh"
cd "$DAYTWO_ROOT"
cargo fmt --all --check
