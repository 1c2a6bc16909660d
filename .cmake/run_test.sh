#!/bin/sh
# run_test.sh FOLDER COMMAND...: run a test in an empty folder of its own.
set -eu
rm -rf "$1"
mkdir -p "$1"
cd "$1"
shift
exec "$@"
