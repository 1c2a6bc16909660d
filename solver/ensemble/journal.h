/* The results of a batch as they come: a line of JSON each, in DIR/results.jsonl, or in
 * DIR/results.part-3-of-8.jsonl of a part. The first line says of which input they are. A line that
 * was cut short by a crash is no line. */
#ifndef HALIDRIFT_ENSEMBLE_JOURNAL_H
#define HALIDRIFT_ENSEMBLE_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include "solver/base/error.h"
#include "solver/base/param.h"

/** Name of a file of part `part` of `parts`: "log.txt", or "log.part-3-of-8.txt". */
void journal_file_name(char name[HD_NAME], const char *stem, const char *ending, int part,
                       int parts);

/** How many journals there are in a folder; 0 also when there is no folder. */
size_t journal_count(const char *dir);
/** Is there a file of that name with something in it? */
bool journal_exists(const char *dir, const char *name);

struct journal;
/** Open for writing, made when it is not there; until it is closed no other process can. Errors:
 * HD_USAGE (another process writes it), HD_IO */
enum hd_status journal_open(struct journal **journal, const char *dir, const char *name,
                            struct hd_error *err);
/** What a process has to know of earlier results. */
struct journal_wanted {
  const char *hash; /* of its input */
  const char *many; /* what the results are of: "trajectories" */
  int part, parts;  /* which it is */
  enum hd_status (*take)(void *context, const json_t *line, struct hd_error *err);
  void *context;
};
/** Read every journal of the folder, file by file in the order of their names. Behind journal_open:
 * of two processes that have runs in common one sees the other. Other parts of the same division
 * have none in common with this one and may be written meanwhile: of them the first line is read.
 * Errors: HD_USAGE (another input or version, or being written), HD_IO */
enum hd_status journal_read(const char *dir, const struct journal_wanted *wanted,
                            struct hd_error *err);
/** Begin to append: behind the last whole line, or with the line that says of which input. */
enum hd_status journal_begin(struct journal *journal, const char *hash, struct hd_error *err);
/** Append a line, wholly or not at all. */
enum hd_status journal_append(struct journal *journal, const json_t *line, struct hd_error *err);
/** Sync and close; NULL is accepted. */
enum hd_status journal_close(struct journal **journal, struct hd_error *err);

#endif
