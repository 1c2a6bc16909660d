/* What a batch says before and while it runs. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "solver/base/memory.h"
#include "solver/ensemble/parts.h"

const char *batch_noun(const struct batch *batch, long n) {
  return n == 1 ? batch->work->words->one : batch->work->words->many;
}

static int by_number(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}

/** "0 to 6, 9" of numbers in any order; what does not fit is "...". */
static void list_numbers(int *numbers, size_t n, char *text, size_t size) {
  enum { ENTRY = 40 }; /* two numbers and what is between them; and the dots */
  size_t at = 0;
  text[0] = '\0';
  qsort(numbers, n, sizeof *numbers, by_number);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i + 1; end < n && numbers[end] == numbers[end - 1] + 1;)
      end++;
    if (at + ENTRY > size) {
      snprintf(text + at, size - at, ", ...");
      return;
    }
    at += (size_t)snprintf(text + at, size - at, "%s%d", i > 0 ? ", " : "", numbers[i]);
    if (end > i + 1)
      at += (size_t)snprintf(text + at, size - at, "%s%d", end > i + 2 ? " to " : ", ",
                             numbers[end - 1]);
  }
}

/** Results of earlier commands that this one has not asked for. */
static void tell_others(struct batch *batch, int *numbers) {
  const struct records *records = &batch->records;
  char text[512];
  size_t n = records->n - records->n_asked;
  for (size_t i = 0; i < n; i++)
    numbers[i] = records->record[records->n_asked + i].number;
  list_numbers(numbers, n, text, sizeof text);
  if (n > 0)
    progress_note(batch->progress, PROGRESS_NORMAL,
                  "%zu other %s of earlier commands stay in the results: %s", n,
                  batch_noun(batch, (long)n), text);
  if (records->beyond > 0)
    progress_note(
        batch->progress, PROGRESS_NORMAL,
        "results of %zu other %s of earlier commands stay in results*.jsonl, and are in no "
        "other file",
        records->beyond, batch_noun(batch, (long)records->beyond));
}

static bool has_folder(const struct batch *batch, int number) {
  char path[HD_PATH];
  int n = snprintf(path, sizeof path, "%s/%06d/summary.json", batch->work->traces, number);
  return n < HD_PATH && access(path, F_OK) == 0;
}

/** Run folders are asked for, and runs are done that left none. */
static void tell_untraced(struct batch *batch, int *numbers) {
  const struct batch_options *options = batch->options;
  char text[512];
  size_t n = 0;
  int first = batch_first_of_part(options);
  for (int i = first; batch->work->traces && i < options->count; i += options->parts) {
    const struct record *record = &batch->records.record[i];
    if (record->status == RECORD_DONE && !has_folder(batch, record->number))
      numbers[n++] = record->number;
  }
  list_numbers(numbers, n, text, sizeof text);
  if (n > 0)
    progress_note(batch->progress, PROGRESS_NORMAL,
                  "--traces: %zu %s ran without and get no run folder now: %s; %s", n,
                  batch_noun(batch, (long)n), text, batch->work->traced);
}

/** What is begun, in one line, and what there is to say about it. Errors: HD_MEMORY */
enum hd_status batch_announce(struct batch *batch, struct hd_error *err) {
  const struct batch_work *work = batch->work;
  int *numbers = NULL;
  TRY(hd_alloc(&numbers, batch->records.n, sizeof *numbers, err));
  progress_note(batch->progress, PROGRESS_VERBOSE, "input %s, hash %s", batch->options->path,
                work->hash);
  progress_note(batch->progress, PROGRESS_NORMAL,
                "%ld %s %s, %ld there already; %d x %zu process%s", batch->runs.total,
                batch->runs.noun, work->label, batch->runs.before, batch->size,
                batch->options->jobs, batch->size * (int)batch->options->jobs == 1 ? "" : "es");
  remarks_tell(work->remarks, batch->progress);
  tell_others(batch, numbers);
  tell_untraced(batch, numbers);
  hd_free(&numbers);
  return HD_OK;
}

/** What a run says of its own input, beside what was said of the one that all share: to the log. */
void batch_tell_own(struct batch *batch, const json_t *line) {
  const char *one = batch->work->words->one;
  const json_t *list = json_object_get(line, "remarks");
  long number = (long)json_integer_value(json_object_get(line, one));
  bool any = false;
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *text = json_string_value(json_array_get(list, i));
    if (!text || remarks_have(batch->work->remarks, text))
      continue;
    progress_note(batch->progress, PROGRESS_LOG, "%s %ld: %s", one, number, text);
    any = true;
  }
  batch->remarked += any;
}
