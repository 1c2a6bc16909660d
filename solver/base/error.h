/* Errors: one sentence that says where, what is wrong, and what is allowed. */
#ifndef HALIDRIFT_BASE_ERROR_H
#define HALIDRIFT_BASE_ERROR_H

#include <stddef.h>
#include "solver/base/status.h"

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

/** Length of the first line of a text, to say it with "%.*s"; 0 of NULL. */
int hd_first_line(const char *text);

/** "PLACE: " before the first sentence. */
void hd_error_place(struct hd_error *err, const char *place);

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
