/* Inputs of the configuration tests: a small right one, and reading it from files. */
#ifndef HALIDRIFT_TESTS_CONFIG_INPUT_H
#define HALIDRIFT_TESTS_CONFIG_INPUT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include "solver/config/config.h"
#include "tests/support/suite.h"

/* A small input that is right; tests change one thing. */
static const char device_text[] =
    "device = {\n"
    "  layers = ({ material = \"silicon\"; thickness = \"40 nm\"; });\n"
    "  contacts = (\n"
    "    { name = \"left\"; at = \"x_min\"; ohmic = true; },\n"
    "    { name = \"right\"; at = \"x_max\"; ohmic = true; }\n"
    "  );\n"
    "};\n";
static const char experiment_text[] =
    "experiments = ({ name = \"rest\"; type = \"equilibrium\"; });\n";

static inline void write_file(const char *name, const char *a, const char *b) {
  FILE *file = fopen(name, "w");
  ck_assert_ptr_nonnull(file);
  fputs(a, file);
  fputs(b, file);
  fclose(file);
}

/** What one reading gave. */
struct reading {
  struct config *config;
  struct run_spec spec;
  struct hd_error err;
  enum hd_status status;
};

static inline void reading_free(struct reading *reading) {
  run_spec_free(&reading->spec);
  config_free(&reading->config);
}

static inline struct reading read_file(const char *name, const char *const *sets) {
  struct reading reading = {.config = NULL};
  reading.status = config_read(&reading.config, &reading.spec, name, sets, &reading.err);
  return reading;
}

static inline struct reading read_text(const char *a, const char *b, const char *const *sets) {
  write_file("input.cfg", a, b);
  return read_file("input.cfg", sets);
}

static inline struct reading read_good(const char *name, const char *const *sets) {
  struct reading reading = read_file(name, sets);
  ck_assert_msg(reading.status == HD_OK, "%s", reading.err.text);
  return reading;
}

static inline char *resolved_text(const struct reading *reading) {
  char *text = NULL;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(config_write_resolved(reading->config, file, NULL), HD_OK);
  fclose(file);
  return text;
}

#endif
