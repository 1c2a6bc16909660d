# One executable and one CTest entry per test file. Labels come from the folder:
#   tests/test_*.c               unit
#   tests/invariants/*.c         invariant
#   validation/<case>/test_*.c   validation
#   tests/cli/*.sh               cli
#   inputs/{tutorial,devices,populations,studies}/*.cfg  tutorial: every shipped input is run
# A file with "ctest: long" among its comments also gets the label long (left out under the
# sanitizers in CI); "ctest: timeout=SECONDS" replaces the limit of 300 s; "ctest: serial" keeps
# other tests from running at the same time (for tests that measure time).
# Each test runs in an empty folder of its own, so that tests can run side by side.

find_package(Threads REQUIRED)
pkg_check_modules(check REQUIRED IMPORTED_TARGET "check>=0.15")

file(GLOB support_sources CONFIGURE_DEPENDS tests/support/*.c)
add_library(test_support INTERFACE)
target_compile_definitions(test_support INTERFACE HALIDRIFT_ROOT="${PROJECT_SOURCE_DIR}"
  HALIDRIFT_PROGRAM="${PROJECT_BINARY_DIR}/halidrift")
target_link_libraries(test_support INTERFACE halidrift flags PkgConfig::check Threads::Threads)
if(support_sources)
  add_library(test_support_objects STATIC ${support_sources})
  target_link_libraries(test_support_objects PUBLIC test_support)
  set(test_libraries test_support_objects)
else()
  set(test_libraries test_support)
endif()

set(test_environment
  HALIDRIFT=${PROJECT_BINARY_DIR}/halidrift
  HALIDRIFT_ROOT=${PROJECT_SOURCE_DIR}
  HALIDRIFT_DATA=${PROJECT_SOURCE_DIR}/inputs # not an installed version's
  HALIDRIFT_BUILD=${PROJECT_BINARY_DIR}
  HALIDRIFT_BUILD_TYPE=${CMAKE_BUILD_TYPE}
  HALIDRIFT_SANITIZED=$<BOOL:${HALIDRIFT_SANITIZED}>
  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
  CK_TIMEOUT_MULTIPLIER=10 # Check's 4 s are short on a busy machine; CTest has its own limit
  ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/.cmake/lsan.supp:print_suppressions=0)

# Register `command` as test `name`; `file` is where "ctest:" comments are looked for.
function(register_test name label file)
  add_test(NAME ${name} COMMAND sh ${PROJECT_SOURCE_DIR}/.cmake/run_test.sh
    ${PROJECT_BINARY_DIR}/tests/work/${name} ${ARGN})
  set(labels ${label})
  set(limit 300)
  file(STRINGS ${file} hints REGEX "ctest: ")
  if(hints MATCHES "long")
    list(APPEND labels long)
  endif()
  if(hints MATCHES "timeout=([0-9]+)")
    set(limit ${CMAKE_MATCH_1})
  endif()
  if(HALIDRIFT_SANITIZED)
    math(EXPR limit "4 * ${limit}")
  endif()
  if(hints MATCHES "serial")
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT ${limit}
    ENVIRONMENT "${test_environment}")
endfunction()

function(add_c_tests label prefix)
  foreach(file ${ARGN})
    get_filename_component(stem ${file} NAME_WE)
    set(name ${prefix}${stem})
    add_executable(${name} ${file})
    target_link_libraries(${name} PRIVATE ${test_libraries})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    register_test(${name} ${label} ${file} $<TARGET_FILE:${name}>)
  endforeach()
endfunction()

file(GLOB unit_tests CONFIGURE_DEPENDS tests/test_*.c)
file(GLOB invariant_tests CONFIGURE_DEPENDS tests/invariants/*.c)
file(GLOB validation_tests CONFIGURE_DEPENDS validation/*/test_*.c)
add_c_tests(unit "" ${unit_tests})
add_c_tests(invariant "invariant_" ${invariant_tests})
add_c_tests(validation "validation_" ${validation_tests})

file(GLOB support_checks CONFIGURE_DEPENDS tests/support/check_*.sh)
foreach(file ${support_checks})
  get_filename_component(stem ${file} NAME_WE)
  register_test(${stem} unit ${file} sh ${file})
endforeach()

if(TARGET program)
  file(GLOB cli_tests CONFIGURE_DEPENDS tests/cli/*.sh)
  foreach(file ${cli_tests})
    get_filename_component(stem ${file} NAME_WE)
    register_test(cli_${stem} cli ${file} sh ${file})
  endforeach()
  file(GLOB shipped_inputs CONFIGURE_DEPENDS inputs/tutorial/*.cfg inputs/devices/*.cfg
    inputs/populations/*.cfg inputs/studies/*.cfg)
  foreach(file ${shipped_inputs})
    get_filename_component(stem ${file} NAME_WE)
    register_test(input_${stem} tutorial ${file}
      sh ${PROJECT_SOURCE_DIR}/tests/support/run_deck.sh ${file})
  endforeach()
endif()
