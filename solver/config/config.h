/* Input text to a validated run_spec, and back to resolved.cfg. */
#ifndef HALIDRIFT_SOLVER_CONFIG_H
#define HALIDRIFT_SOLVER_CONFIG_H

#include <stdio.h>
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

/** Write the complete input after includes, defaults and overrides; reading it gives the same spec.
 */
enum hd_status config_write_resolved(const struct config *config, FILE *file, struct hd_error *err);

/** Hash (hex, 16 digits or more) of the resolved input: two equal runs have equal hashes. */
const char *config_hash(const struct config *config);

void config_free(struct config **config);

/** `halidrift explain KEY`, `halidrift list WHAT`, and the body of docs/reference.md. */
enum hd_status config_explain(FILE *file, const char *key, struct hd_error *err);
enum hd_status config_list(FILE *file, const char *what, struct hd_error *err);
enum hd_status config_reference(FILE *file, struct hd_error *err);

#endif
