#include "solver/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/**
 * Append one sentence to `err` and hand back `status`, so that a caller can write
 * `return hd_fail(err, HD_INPUT, ...)`. Sentences beyond the buffer are counted, not kept.
 */
enum hd_status hd_fail(struct hd_error *err, enum hd_status status, const char *format, ...) {
  if (!err)
    return status;
  if (err->status == HD_OK)
    err->status = status;
  err->count++;
  size_t room = HD_ERROR_TEXT - err->length;
  if (room > 2) {
    va_list args;
    va_start(args, format);
    char *at = err->text + err->length;
    int written = vsnprintf(at, room - 1, format, args);
    va_end(args);
    if (written > 0) {
      err->length += (size_t)written < room - 2 ? (size_t)written : room - 2;
      err->text[err->length++] = '\n';
      err->text[err->length] = '\0';
    }
  }
  return status;
}

/**
 * Characters up to the first line end, for a sentence that holds the first one of another error:
 * `hd_fail(err, status, "rank %d: %.*s", rank, hd_first_line(text), text)`. NULL counts as empty:
 * "%.0s" reads nothing of it.
 */
int hd_first_line(const char *text) {
  return text ? (int)strcspn(text, "\n") : 0;
}

/** Put "PLACE: " before the first sentence, as far as there is room. */
void hd_error_place(struct hd_error *err, const char *place) {
  size_t length = strlen(place) + 2;
  if (!err || err->count == 0 || length + err->length >= HD_ERROR_TEXT)
    return;
  memmove(err->text + length, err->text, err->length + 1);
  memcpy(err->text, place, length - 2);
  memcpy(err->text + length - 2, ": ", 2);
  err->length += length;
}

/** Forget all sentences and the status. */
void hd_error_clear(struct hd_error *err) {
  if (err)
    memset(err, 0, sizeof *err);
}
