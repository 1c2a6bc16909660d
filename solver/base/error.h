/* Errors: one sentence that says where, what is wrong, and what is allowed. */
#ifndef HALIDRIFT_BASE_ERROR_H
#define HALIDRIFT_BASE_ERROR_H

#include <stddef.h>

/** Cause of a failure; its value is the exit code of the program. */
enum hd_status {
  HD_OK = 0,
  HD_INTERNAL = 1,     /* a bug of ours: please report */
  HD_USAGE = 2,        /* wrong command line */
  HD_INPUT = 3,        /* the input file is wrong */
  HD_CONVERGENCE = 4,  /* the equations could not be solved */
  HD_IO = 5,           /* a file could not be read or written */
  HD_MEMORY = 6,       /* out of memory */
  HD_INTERRUPTED = 130 /* Ctrl-C: what was computed is on disk */
};

enum { HD_ERROR_TEXT = 4096 };

/** Collects one or more sentences, one a line. The first status set stays. */
struct hd_error {
  enum hd_status status;
  size_t count; /* number of sentences, also of those that no longer fit in text */
  size_t length;
  char text[HD_ERROR_TEXT];
};

/** Append one sentence (printf style) and return `status`. `err` may be NULL. */
enum hd_status hd_fail(struct hd_error *err, enum hd_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Forget all sentences. */
void hd_error_clear(struct hd_error *err);

/** Leave the enclosing function with its status when `call` fails. */
#define TRY(call)                                                                                  \
  do {                                                                                             \
    enum hd_status try_status_ = (call);                                                           \
    if (try_status_ != HD_OK)                                                                      \
      return try_status_;                                                                          \
  } while (0)

#endif
