#!/bin/sh
# ctest: timeout=600
# What docs/guide.md shows works: its inputs are written, its commands are run in their order.
# Commands that need matplotlib or ngspice, and the Python, are run where those are installed.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"

ln -s "$HALIDRIFT_ROOT/inputs" inputs
ln -s "$HALIDRIFT_ROOT/validation" validation
mkdir bin
ln -s "$HALIDRIFT" bin/halidrift
PATH=$PWD/bin:$PATH
export PATH

# Blocks: "```cfg NAME" and "```c NAME" are files, "```sh" commands, "```python" a script.
awk '/^```/ { if (inside) { inside = 0; next }
              inside = 1; kind = substr($1, 4); n++
              file = $2 != "" ? $2 : sprintf("block%03d.%s", n, kind)
              if (kind == "sh" || kind == "python") print kind, file > "order"
              next }
     inside { print > file }' "$HALIDRIFT_ROOT/docs/guide.md"
require "$(wc -l <order)" -ge 10

has() { python3 -c "import $1" 2>/dev/null; }

while read -r kind file; do
  if [ "$kind" = python ]; then
    if has pandas && has xarray; then expect 0 "" python3 "$file"; fi
    continue
  fi
  while read -r line; do
    case $line in
      *"# needs matplotlib"*) has matplotlib && has netCDF4 || continue ;;
      *"# needs ngspice"*) command -v ngspice >/dev/null || continue ;;
    esac
    expect 0 "" sh -c "${line%%  *#*}"
  done <"$file"
done <order

# The short-circuit current of the lit film.
expect 0 '0[.]0202' grep -m1 ^jv runs/light/terminals.csv
# The two answers of the comparison with SPICE.
for volt in '0[.]06989' '0[.]0909[45]' '0[.]09918'; do
  expect 0 "$volt" cut -d, -f8 runs/rc/terminals.csv
done
# The program of section 16 compiles and runs in cli_install's way; here its syntax is checked.
mkdir include
ln -s "$HALIDRIFT_ROOT/solver/halidrift.h" include/halidrift.h
expect 0 "" cc -Wall -Wextra -Werror -fsyntax-only -Iinclude -I"$HALIDRIFT_ROOT" sweep.c
finish
