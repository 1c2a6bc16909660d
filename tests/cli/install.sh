#!/bin/sh
# ctest: timeout=600
# Installs into a folder and builds a small program against it, by pkg-config and by CMake.
. "$HALIDRIFT_ROOT/tests/support/shell.sh"

prefix=$PWD/prefix
rm -rf prefix user
mkdir user
expect 0 "" cmake --install "$HALIDRIFT_BUILD" --prefix "$prefix"
require -x "$prefix/bin/halidrift"
require -f "$prefix/share/halidrift/materials/mapbi3.cfg"
require -f "$prefix/share/man/man1/halidrift.1"
mpi=$("$HALIDRIFT" --version | grep '^MPI: ')
expect 0 "^$mpi\$" "$prefix/bin/halidrift" --version

cat >user/user.c <<'EOF'
#include <halidrift.h>
#include <stdio.h>
#include <string.h>
int main(void) {
  struct hd_run *run = NULL;
  int status = hd_run_create(&run, "missing.cfg", NULL);
  printf("%s %d %s\n", hd_version(), status, hd_run_error(run));
  hd_run_free(&run);
  return strcmp(hd_version(), HALIDRIFT_VERSION) == 0 && status == HD_IO ? 0 : 1;
}
EOF
cat >user/CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(halidrift REQUIRED)
add_executable(user user.c)
target_link_libraries(user PRIVATE halidrift::halidrift)
EOF

[ "${HALIDRIFT_SANITIZED:-0}" = 1 ] && export CFLAGS="-fsanitize=address,undefined"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name halidrift.pc)")
LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH") # for a shared libhalidrift
export PKG_CONFIG_PATH LD_LIBRARY_PATH
# shellcheck disable=SC2046,SC2086 # lists of flags
expect 0 "" cc -Wall -Wextra -Werror -std=c11 $CFLAGS user/user.c -o user/by_pc \
  $(pkg-config --cflags --libs halidrift)
expect 0 "missing.cfg" user/by_pc
expect 0 "" cmake -G Ninja -S user -B user/build -DCMAKE_PREFIX_PATH="$prefix"
expect 0 "" cmake --build user/build
expect 0 "missing.cfg" user/build/user

expect 0 "$prefix/share" env -u LD_LIBRARY_PATH HALIDRIFT_DATA="$prefix/share/halidrift" "$prefix/bin/halidrift" \
  list materials
finish
