#!/usr/bin/env bash
# kill -9 of the release under load, a hundred times on SQLite: nothing answered is lost
exec "$(dirname "$0")/../kill.sh"
