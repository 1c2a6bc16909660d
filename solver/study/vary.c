#include "solver/study/vary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "solver/base/memory.h"

enum { MOST_POINTS = 10000000 };

static enum hd_status wrong(const char *text, struct hd_error *err) {
  return hd_fail(err, HD_USAGE,
                 "--vary '%s': must be KEY=FROM:TO, KEY=FROM:TO:N, KEY=FROM:TO:log:N or "
                 "KEY=VALUE,VALUE,...",
                 text);
}

/** What stands before the next `separator`, without blanks at its ends; *at goes behind it. */
static enum hd_status take_word(char **word, const char **at, char separator,
                                struct hd_error *err) {
  const char *begin = *at + strspn(*at, " "), *end = strchr(begin, separator);
  size_t length = end ? (size_t)(end - begin) : strlen(begin);
  *at = begin + length + (end ? 1 : 0);
  while (length > 0 && begin[length - 1] == ' ')
    length--;
  TRY(hd_alloc(word, length + 1, 1, err));
  memcpy(*word, begin, length);
  return HD_OK;
}

/** "log", "linear" or a number behind the range. */
static bool take_option(struct vary_spec *vary, const char *word) {
  for (int i = 0; study_scales[i]; i++)
    if (strcmp(study_scales[i], word) == 0) {
      vary->scale = i;
      return vary->points == 0;
    }
  char *end;
  long points = strtol(word, &end, 10);
  if (end == word || *end != '\0' || points < 1 || points > MOST_POINTS || vary->points > 0)
    return false;
  vary->points = (int)points;
  return true;
}

static enum hd_status read_range(struct vary_spec *vary, const char *at, const char *text,
                                 struct hd_error *err) {
  TRY(take_word(&vary->from, &at, ':', err));
  TRY(take_word(&vary->to, &at, ':', err));
  bool good = vary->from[0] != '\0' && vary->to[0] != '\0';
  while (*at && good) {
    char *word = NULL;
    TRY(take_word(&word, &at, ':', err));
    good = take_option(vary, word);
    hd_free(&word);
  }
  return good && at[-1] != ':' ? HD_OK : wrong(text, err);
}

static enum hd_status read_list(struct vary_spec *vary, const char *at, const char *text,
                                struct hd_error *err) {
  size_t n = 1;
  for (const char *c = at; *c; c++)
    n += *c == ',';
  TRY(hd_alloc(&vary->values, n, sizeof *vary->values, err));
  vary->n_values = n;
  for (size_t i = 0; i < n; i++) {
    TRY(take_word(&vary->values[i], &at, ',', err));
    if (vary->values[i][0] == '\0')
      return wrong(text, err);
  }
  return HD_OK;
}

enum hd_status vary_read(struct vary_spec *vary, const char *text, struct hd_error *err) {
  const char *at = text, *equals = strchr(text, '=');
  char *place = NULL;
  size_t size = strlen(text) + sizeof "--vary ''";
  *vary = (struct vary_spec){.scale = STUDY_LINEAR};
  if (!equals || equals == text || equals[1] == '\0')
    return wrong(text, err);
  TRY(hd_alloc(&place, size, 1, err));
  snprintf(place, size, "--vary '%s'", text);
  vary->place = place;
  TRY(take_word(&vary->key, &at, '=', err));
  return strchr(at, ':') ? read_range(vary, at, text, err) : read_list(vary, at, text, err);
}
