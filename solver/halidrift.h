/* The C API of halidrift: read an input file, look at it, run it.
 *
 *   struct hd_run *run = NULL;
 *   if (hd_run_create(&run, "neuron.cfg", NULL) == HD_OK)
 *     hd_run_execute(run, "runs/neuron");
 *   if (hd_run_status(run) != HD_OK)
 *     fprintf(stderr, "%s", hd_run_error(run));
 *   hd_run_free(&run);
 *
 * Results are the files of the run folder (docs/reference.md). Strings that a run hands out belong
 * to it and live as long as it does. Several runs may exist in one process, one thread at a time.
 */
#ifndef HALIDRIFT_H
#define HALIDRIFT_H

#include <stddef.h>
#include <stdio.h>
#include "solver/base/status.h"
#include "solver/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A validated input and what became of it. Opaque. */
struct hd_run;

/** How much hd_run_execute prints. */
enum hd_level { HD_QUIET, HD_NORMAL, HD_VERBOSE };

/** Version of the library, to compare with HALIDRIFT_VERSION of the header. */
const char *hd_version(void);

/** "done", "wrong input", ...: a status in words. */
const char *hd_status_text(enum hd_status status);

/* ---- a run ---- */

/**
 * Read and validate an input file. `sets` ("key=value", NULL-terminated, or NULL) overrides keys.
 * *run is made also when the input is wrong, to hold the sentences; NULL only without memory.
 */
enum hd_status hd_run_create(struct hd_run **run, const char *path, const char *const *sets);

/** Free a run and null the pointer; NULL is accepted. */
void hd_run_free(struct hd_run **run);

/** Print progress to `stream` (borrowed; NULL: nowhere, as at the start). */
void hd_run_set_output(struct hd_run *run, FILE *stream, enum hd_level level);

/** Run all experiments into the folder `dir`; may be called again. */
enum hd_status hd_run_execute(struct hd_run *run, const char *dir);

/** Go on from the checkpoint that an interrupted execution of the same input left in `dir`. */
enum hd_status hd_run_resume(struct hd_run *run, const char *dir);

/** Ask the run that is being executed to finish its step and stop with HD_INTERRUPTED. May be
 * called from a signal handler or another thread. */
void hd_interrupt(void);

/** Status of the last call that could fail; HD_MEMORY for NULL. */
enum hd_status hd_run_status(const struct hd_run *run);

/** What that call had to say, one sentence a line; "" when all is well. */
const char *hd_run_error(const struct hd_run *run);

/* ---- what the input holds; valid after hd_run_create returned HD_OK ---- */

const char *hd_run_title(const struct hd_run *run);
/** Hash of the complete input: equal hashes, equal runs. */
const char *hd_run_hash(const struct hd_run *run);
double hd_run_temperature(const struct hd_run *run); /* K */

size_t hd_run_experiments(const struct hd_run *run);
/** Name of an experiment; NULL beyond the last one (so for the other names). */
const char *hd_run_experiment(const struct hd_run *run, size_t experiment);

size_t hd_run_devices(const struct hd_run *run);
const char *hd_run_device(const struct hd_run *run, size_t device);
size_t hd_run_terminals(const struct hd_run *run, size_t device);
const char *hd_run_terminal(const struct hd_run *run, size_t device, size_t terminal);
/** Mesh nodes of a device: builds its mesh to count them; 0 when that fails. */
size_t hd_run_nodes(struct hd_run *run, size_t device);

/** Write the complete input after includes, defaults and overrides. */
enum hd_status hd_run_write_resolved(struct hd_run *run, FILE *stream);

/* ---- the tables ---- */

/** Explain a key of the input, as `halidrift explain` does. */
enum hd_status hd_explain(FILE *stream, const char *key);
/** List materials, contacts, ..., as `halidrift list` does. */
enum hd_status hd_list(FILE *stream, const char *what);
/** Print the reference of all keys and outputs in Markdown. */
enum hd_status hd_reference(FILE *stream);

#ifdef __cplusplus
}
#endif

#endif
