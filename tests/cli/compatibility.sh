#!/bin/sh
# ctest: timeout=900
# Every pair of features of COMPATIBILITY.md does what the table says.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"
expect 0 "" python3 "$HALIDRIFT_ROOT/tests/support/compatibility.py" "$HALIDRIFT" \
  "$HALIDRIFT_ROOT/COMPATIBILITY.md"
finish
