#!/bin/sh
# Which folder may include which, and which files may touch a library directly.
#   solver/base <- geometry, physics <- solver <- solver/config <- solver/app
set -u
cd "${HALIDRIFT_ROOT:-.}" || exit 1
bad=$(mktemp) || exit 1
trap 'rm -f "$bad"' EXIT

# includes FOLDER: "file:header" of every include in the .c and .h files right in FOLDER.
includes() {
  for file in "$1"/*.c "$1"/*.h; do
    [ -f "$file" ] || continue
    sed -n 's/^ *# *include *[<"]\([^>"]*\)[>"].*/\1/p' "$file" | sed "s|^|$file:|"
  done
}

# layer FOLDER PATTERN: our own headers that FOLDER includes must match PATTERN.
layer() {
  includes "$1" | grep -E ':(geometry|physics|solver|tests|validation)/' | grep -Ev ":($2)[^/]*\$" |
    sed 's/:/ must not include /' >>"$bad"
}
layer solver/base 'solver/base/'
layer geometry 'solver/base/|geometry/'
layer physics 'solver/base/|physics/'
layer solver 'solver/base/|geometry/|physics/|solver/'
layer solver/config 'solver/base/|geometry/|physics/|solver/|solver/config/'
layer solver/app 'solver/base/|geometry/|physics/|solver/|solver/config/|solver/app/'

# A header of our own is always named from the root.
for folder in geometry physics solver solver/base solver/config solver/app; do
  includes "$folder" | while IFS=: read -r file header; do
    if [ -f "$folder/$header" ] && [ ! -f "$header" ]; then
      echo "$file includes $header without its folder"
    fi
  done
done >>"$bad"

# library NAME PATTERN FILE...: only FILEs (under the source folders) may include these headers.
library() {
  name=$1 pattern=$2
  shift 2
  for folder in geometry physics solver solver/base solver/config solver/app; do
    includes "$folder"
  done | grep -E ":($pattern)" | while IFS=: read -r file header; do
    case " $* " in
      *" $file "*) ;;
      *) echo "$file must not include $header ($name belongs to: $*)" ;;
    esac
  done >>"$bad"
}
library SUNDIALS '(idas|kinsol|sundials|nvector|sunmatrix|sunlinsol|sunnonlinsol|ida|cvodes?)/' \
  solver/transient.c solver/steady.c solver/ida_linear.c
library SuiteSparse '(suitesparse/)?(klu|umfpack|amd|btf|colamd|camd|cholmod)[^/]*\.h' \
  solver/linear.c solver/ordering.c
library METIS 'metis\.h' solver/ordering.c
library netCDF 'netcdf' solver/sink_fields.c
library Jansson 'jansson' solver/sink.h solver/sink_json.c solver/summary.c solver/summary.h
library libconfig 'libconfig' solver/config/parse.c
library udunits2 'udunits2' solver/config/units.c
library GSL 'gsl/' physics/statistics.c
library Random123 'Random123/' physics/waveform_points.c

[ -s "$bad" ] || exit 0
sort -u "$bad"
exit 1
