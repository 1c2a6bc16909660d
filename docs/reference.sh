#!/bin/sh
# Write docs/reference.md anew from the program's tables:  sh docs/reference.sh [PROGRAM]
set -eu
cd "$(dirname "$0")/.."
program=${1:-build/release/halidrift}
{
  cat <<'HEAD'
# Reference

Every key of the input, every law, every file, column and key of the output. Made by `halidrift reference` from the
tables of the program (`sh docs/reference.sh`); do not edit. How to use it: [guide.md](guide.md).

HEAD
  "$program" reference
} >docs/reference.md
