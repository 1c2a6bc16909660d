#!/bin/sh
# Links of the documentation lead somewhere, and what it says about the code is there.
python3 "$HALIDRIFT_ROOT/tests/support/check_docs.py" "$HALIDRIFT_ROOT"
