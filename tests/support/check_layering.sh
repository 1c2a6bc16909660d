#!/bin/sh
# Which folder may include which, which files may touch a library directly, and which folders there are.
#   solver/base <- geometry, physics <- solver <- solver/config <- solver/ensemble <- solver/study <-
#   solver/app
set -u
cd "${HALIDRIFT_ROOT:-.}" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# "folder file header" of every include of the program and the library.
find geometry physics solver -name '*.[ch]' -exec grep -HoE '^ *# *include *[<"][^>"]+' {} + |
  sed -E 's/^(.*)\/([^/:]+):.*[<"](.*)$/\1 \1\/\2 \3/' >"$work/includes"
[ -s "$work/includes" ] || { echo "no includes found in $PWD"; exit 1; }

# layer FOLDER PATTERN: our own headers that FOLDER includes must stand in folders of PATTERN.
layer() {
  awk -v folder="$1" -v allowed="^($2)/[^/]*$" '
    $1 == folder && $3 ~ /^(geometry|physics|solver|tests|validation)\// && $3 !~ allowed {
      print $2 " must not include " $3
    }' "$work/includes"
}

# library NAME PATTERN FILE...: only FILEs may include headers that match PATTERN.
library() {
  name=$1 pattern=$2
  shift 2
  awk -v name="$name" -v pattern="^($pattern)" -v files=" $* " '
    $3 ~ pattern && index(files, " " $2 " ") == 0 {
      print $2 " must not include " $3 " (" name " belongs to:" files ")"
    }' "$work/includes"
}

{
  layer solver/base 'solver/base'
  layer geometry 'solver/base|geometry'
  layer physics 'solver/base|physics'
  layer solver 'solver/base|geometry|physics|solver'
  layer solver/config 'solver/base|geometry|physics|solver|solver/config'
  layer solver/ensemble 'solver/base|geometry|physics|solver|solver/config|solver/ensemble'
  layer solver/fit 'solver/base|geometry|physics|solver|solver/config|solver/fit'
  layer solver/study 'solver/base|geometry|physics|solver|solver/config|solver/ensemble|solver/study'
  layer solver/mpi 'solver/base|solver/ensemble'
  layer solver/app \
    'solver/base|geometry|physics|solver|solver/config|solver/ensemble|solver/study|solver/fit|solver/app'

  # A header of our own is named from the root, so that the rules above can see it.
  while read -r folder file header; do
    [ -f "$folder/$header" ] && [ ! -f "$header" ] && echo "$file includes $header without folder"
  done <"$work/includes"

  library SUNDIALS '(idas?|kinsol|sundials|nvector|sunmatrix|sunlinsol|sunnonlinsol)/' \
    solver/transient.c solver/transient_sensitivity.c solver/transient_forces.c solver/transient_create.c solver/transient_checkpoint.c solver/transient_parts.h solver/sunlinear.c solver/sunlinear.h solver/vector.c \
    solver/vector.h solver/linear_krylov.c
  library SuiteSparse '(suitesparse/)?(klu|umfpack|amd|ldl|btf|colamd|camd|cholmod)[^/]*[.]h' \
    solver/linear_klu.h solver/linear_umfpack.c solver/linear_order.c \
    solver/linear_complex_umfpack.c
  library METIS 'metis' solver/linear_order.c
  library ARPACK 'arpack/' solver/stability.c
  library netCDF 'netcdf' solver/sink_fields.c solver/sink_fields_define.c solver/store.c \
    solver/ensemble/output_netcdf.c solver/ensemble/variables.c solver/study/study_netcdf.c \
    solver/study/study_curves.c
  library Jansson 'jansson' solver/sink.h solver/sink_json.c solver/protocol.h solver/summary.h \
    solver/ensemble/record.h solver/ensemble/journal.h
  library MPI 'mpi' solver/mpi/team_mpi.c
  library libconfig 'libconfig' solver/config/parse.c
  library udunits2 'udunits2' solver/config/units.c
  library GSL 'gsl/' solver/base/random.h solver/hopping_walk.c solver/langevin.c solver/lattice_state.c \
    solver/lattice_circuit.c \
    solver/ensemble/estimate.c solver/protocol_find.c solver/study/design.c solver/fit/fit.c
  library Random123 'Random123/' physics/waveform_points.c solver/base/random.c

  # Where the sources are a git tree: its folders are these and those with a dot. Runs are none of them.
  if git ls-files >"$work/tracked" 2>/dev/null && [ -s "$work/tracked" ]; then
    sed -nE 's/^"?([^./][^/]*)\/.*/\1/p' "$work/tracked" | sort -u |
      grep -vxE 'docs|geometry|inputs|physics|solver|tests|validation' |
      sed 's/$/: no folder of the sources, must not be committed/'
  fi
} >"$work/bad"

[ -s "$work/bad" ] || exit 0
sort -u "$work/bad"
exit 1
