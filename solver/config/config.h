/* Input text to a validated run_spec, and back to resolved.cfg. */
#ifndef HALIDRIFT_SOLVER_CONFIG_H
#define HALIDRIFT_SOLVER_CONFIG_H

#include <stdio.h>
#include "solver/config/study.h"
#include "solver/spec.h"

/* libconfig exports a config_read of its own; ours gets another name for the linker. */
#define config_read hd_config_read

/** One input: the parsed text with its overrides, kept to write resolved.cfg. Opaque. */
struct config;

/**
 * Read an input file, apply `sets` ("key=value", NULL-terminated or NULL), validate everything.
 * All errors are collected in err, each "file:line: path: got ..., must be ...".
 * *spec is filled on success (the caller frees it with run_spec_free), *config kept for the rest.
 * Errors  HD_INPUT, HD_IO (unreadable), HD_MEMORY
 */
enum hd_status config_read(struct config **config, struct run_spec *spec, const char *path,
                           const char *const *sets, struct hd_error *err);

/** What reading meets at the key of one override. */
struct config_key {
  const char *set; /* borrowed: the override, among the `sets` */
  bool read;       /* a table has the key and its value can be read */
  bool refused;    /* it has a sentence of its own among the errors */
  enum param_kind kind;
  char unit[HD_NAME]; /* "" none */
  const char *doc;    /* NULL: it is one of several quantities */
  double value;       /* SI, of quantities, numbers and integers */
};
/** Read an input only to look at one override. Errors: as config_read, which may not be the key's
 */
enum hd_status config_probe(const char *path, const char *const *sets, struct config_key *key,
                            struct hd_error *err);

/** The block `study`; without one it varies nothing. */
const struct study_spec *config_study(const struct config *config);

/** Write the complete input after includes, defaults and overrides; reading it gives the same spec.
 */
enum hd_status config_write_resolved(const struct config *config, FILE *file, struct hd_error *err);

/** That text, borrowed. */
const char *config_resolved(const struct config *config);

/** Hash (hex, 16 digits or more) of the resolved input: two equal runs have equal hashes. */
const char *config_hash(const struct config *config);

void config_free(struct config **config);

/** `halidrift explain KEY`, `halidrift list WHAT`, and the body of docs/reference.md. */
enum hd_status config_explain(FILE *file, const char *key, struct hd_error *err);
enum hd_status config_list(FILE *file, const char *what, struct hd_error *err);
enum hd_status config_reference(FILE *file, struct hd_error *err);

#endif
