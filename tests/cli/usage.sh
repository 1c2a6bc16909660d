#!/bin/sh
# The command line itself: help, version, and one clear sentence with exit status 2 for mistakes.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"

version=$(sed -n 's/.*HALIDRIFT_VERSION "\(.*\)".*/\1/p' "$HALIDRIFT_ROOT/solver/version.h")
expect 0 "^halidrift $version\$" "$HALIDRIFT" --version
expect 0 "^usage: halidrift COMMAND" "$HALIDRIFT" --help
expect 0 "^usage: halidrift run FILE" "$HALIDRIFT" run --help
expect 0 "--set KEY=VALUE" "$HALIDRIFT" check -h
expect 0 "--count N  .*number of trajectories" "$HALIDRIFT" ensemble --help
expect 0 "^MPI: " "$HALIDRIFT" --version
for file in docs/man/halidrift.1 CITATION.cff; do
  expect 0 "" grep -q "$version" "$HALIDRIFT_ROOT/$file"
done

# wrong PATTERN COMMAND...: status 2, one line on standard error, nothing on standard output.
wrong() {
  pattern=$1
  shift
  expect 2 "$pattern" "$HALIDRIFT" "$@"
  require "$(wc -l <err.txt)" -eq 1
  require ! -s out.txt
}
wrong "needs a command"
wrong "unknown command 'rum'; did you mean run" rum
wrong "unknown command 'explian'; did you mean explain" explian thickness
wrong "unknown option '--verison'" --verison
wrong "unknown command 'frobnicate'.*--help" frobnicate
wrong "run: needs a FILE" run
wrong "run: unknown option '--ouput'; did you mean --output" run cell.cfg --ouput=x
wrong "run: '-o' needs a value: DIR" run cell.cfg -o
wrong "run: --set got an empty value" run cell.cfg --set=
wrong "run: takes one FILE, got 'a.cfg' and 'b.cfg'" run a.cfg b.cfg
wrong "run: --quiet takes no value" run a.cfg --quiet=1
wrong "ensemble: needs a FILE" ensemble -n 3
wrong "ensemble: unknown option '--trace'; did you mean --traces" ensemble a.cfg -n 3 --trace
wrong "sweep: needs a FILE" sweep --vary temperature=1K,2K
wrong "sweep: unknown option '--vari'; did you mean --vary" sweep a.cfg --vari=x
wrong "ensemble: --resume takes no value" ensemble a.cfg -n 3 --resume=runs/a
wrong "check: unknown option '-o'" check a.cfg -o x
wrong "reference: takes no operand" reference x
wrong "list: needs a WHAT" list
wrong "explain: needs a KEY" explain

# What the man page and the completion say can be listed is what can be listed.
"$HALIDRIFT" list nonsense 2>&1 | sed 's/.*one of //; s/[,;] */\n/g' | grep -E '^[a-z]+$' | sort >lists.txt
require "$(wc -l <lists.txt)" -ge 5
sed -n '/list:/s/.*-W "\([^"]*\)".*/\1/p' "$HALIDRIFT_ROOT/.cmake/halidrift.bash" | tr ' ' '\n' |
  sort >completed.txt
expect 0 "" diff lists.txt completed.txt
while read -r list; do
  expect 0 "^[A-Za-z]" "$HALIDRIFT" list "$list"
  expect 0 "" grep -qw "$list" "$HALIDRIFT_ROOT/docs/man/halidrift.1"
done <lists.txt

# Files that are not there, and behind "--" a name that looks like an option.
expect 5 "missing.cfg" "$HALIDRIFT" run missing.cfg
require ! -e runs
expect 5 "[-]x.cfg" "$HALIDRIFT" run -- -x.cfg

# A full disk under standard output.
if [ -c /dev/full ]; then
  # shellcheck disable=SC2016 # expanded by the inner shell
  expect 5 "standard output" sh -c '"$HALIDRIFT" --help >/dev/full'
fi
# What a cold device that is not found is told: no finer mesh helps against kT/q.
expect 4 "not found at 100 K, where densities and rates change by the factor e within 8.62 mV: .* or a higher temperature" \
  "$HALIDRIFT" run "$HALIDRIFT_ROOT/inputs/tutorial/02_diode.cfg" -q -o cold --set temperature=100.0 --set solver.newton_max=3
finish
