/* What is to be said about an input before its first equation is solved: where a method is not to
 * be trusted. `check`, runs, ensembles and studies say the same. */
#ifndef HALIDRIFT_SOLVER_REMARKS_H
#define HALIDRIFT_SOLVER_REMARKS_H

#include "solver/progress.h"
#include "solver/system.h"

/** Sentences with place, value and what is allowed. */
struct remarks {
  size_t n;
  char **text; /* [n] owned */
};

/** All remarks on a run; remarks_free also after an error. Errors: HD_INPUT: an engine of random
 * ions cannot run it; HD_MEMORY */
enum hd_status remarks_create(struct remarks *remarks, struct system *system, struct hd_error *err);
/** One more sentence. Errors: HD_MEMORY */
enum hd_status remarks_add(struct remarks *remarks, struct hd_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool remarks_have(const struct remarks *remarks, const char *text);
/** To the user, and always to the log: a line each. */
void remarks_tell(const struct remarks *remarks, struct progress *progress);
/** The sentences a line each, for an attribute; the caller frees *text. Errors: HD_MEMORY */
enum hd_status remarks_lines(const struct remarks *remarks, char **text, struct hd_error *err);
void remarks_free(struct remarks *remarks);

#endif
