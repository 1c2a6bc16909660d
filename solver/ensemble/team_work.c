/* A batch on several ranks: rank 0 hands out numbers and takes lines; every rank has a pool. */
#include "solver/ensemble/parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "solver/base/clock.h"
#include "solver/base/memory.h"

/** Messages. HELLO: struct hello; GO: int (enum hd_status); ASK: nothing; NUMBER: int, -1 for none;
 * RESULT: the line as text; BYE: nothing. */
enum { HELLO, GO, ASK, NUMBER, RESULT, BYE };

struct hello {
  int status;
  char text[HD_ERROR_TEXT]; /* hash of the input, or what is wrong */
};

enum { WAIT_MS = 100 };
static const struct timespec nap = {.tv_nsec = 200000}; /* 0.2 ms: an answer takes about so long */

static enum hd_status broken(struct hd_error *err) {
  return hd_fail(err, HD_INTERNAL, "a message between the ranks failed");
}

/** Wait for the next message. */
static bool await(const struct team *team, int *rank, int *tag, size_t *n) {
  bool there = false;
  while (team->probe(&there, rank, tag, n)) {
    if (there)
      return true;
    nanosleep(&nap, NULL);
  }
  return false;
}

/* ---- rank 0 ---- */

/** Does a rank have the input of rank 0? */
static enum hd_status check_hello(const struct batch *batch, int rank, const struct hello *hello,
                                  struct hd_error *err) {
  const char *hash = batch->work->hash;
  if (hello->status != HD_OK)
    return hd_fail(err, (enum hd_status)hello->status, "rank %d: %.*s", rank,
                   hd_first_line(hello->text), hello->text);
  if (strcmp(hello->text, hash) != 0)
    return hd_fail(
        err, HD_USAGE,
        "rank %d: reads an input with hash %s, rank 0 one with %s: is it the same file on "
        "both machines?",
        rank, hello->text, hash);
  return HD_OK;
}

enum hd_status team_gather(struct batch *batch, enum hd_status own, struct hd_error *err) {
  const struct team *team = batch->team;
  enum hd_status status = own;
  for (int k = 1; k < batch->size; k++) {
    struct hello hello;
    int rank, tag;
    size_t n;
    if (!await(team, &rank, &tag, &n) || tag != HELLO || n != sizeof hello ||
        !team->receive(rank, tag, &hello, n))
      return broken(err);
    if (status == HD_OK)
      status = check_hello(batch, rank, &hello, err);
  }
  int go = (int)status;
  for (int rank = 1; rank < batch->size; rank++)
    if (!team->send(rank, GO, &go, sizeof go))
      return broken(err);
  batch->at_work = batch->size - 1;
  return status;
}

/** Take a line from another rank. */
static enum hd_status take_result(struct batch *batch, int rank, size_t n, struct hd_error *err) {
  char *text = NULL;
  TRY(hd_alloc(&text, n, 1, err));
  bool good = batch->team->receive(rank, RESULT, text, n);
  json_t *line = good ? json_loadb(text, n, 0, NULL) : NULL;
  hd_free(&text);
  if (!line)
    return broken(err);
  enum hd_status status = batch_settle(batch, line, err);
  json_decref(line);
  return status;
}

enum hd_status team_serve(struct batch *batch, struct hd_error *err) {
  const struct team *team = batch->team;
  bool there = team != NULL;
  while (there) {
    int rank, tag, number;
    size_t n;
    if (!team->probe(&there, &rank, &tag, &n))
      return broken(err);
    if (!there)
      return HD_OK;
    if (tag == RESULT) {
      TRY(take_result(batch, rank, n, err));
      continue;
    }
    if (!team->receive(rank, tag, NULL, 0))
      return broken(err);
    if (tag == BYE) {
      batch->at_work--;
      continue;
    }
    number = batch_next(batch);
    if (!team->send(rank, NUMBER, &number, sizeof number))
      return broken(err);
  }
  return HD_OK;
}

/* ---- the others ---- */

/** Tell what was read, and hear whether to go on. */
static enum hd_status say_hello(struct batch *batch, enum hd_status own, struct hd_error *err) {
  struct hello hello = {.status = (int)own};
  int go = HD_INTERNAL, rank, tag;
  size_t n;
  snprintf(hello.text, sizeof hello.text, "%s", own == HD_OK ? batch->work->hash : err->text);
  hd_error_clear(err); /* rank 0 speaks for all */
  if (!batch->team->send(0, HELLO, &hello, sizeof hello) || !await(batch->team, &rank, &tag, &n) ||
      tag != GO || !batch->team->receive(0, GO, &go, sizeof go))
    return broken(err);
  return (enum hd_status)go;
}

/** Ask for a number; -1: no more. */
static enum hd_status ask(const struct batch *batch, int *number, struct hd_error *err) {
  int rank, tag;
  size_t n;
  if (!batch->team->send(0, ASK, NULL, 0) || !await(batch->team, &rank, &tag, &n) ||
      tag != NUMBER || !batch->team->receive(0, NUMBER, number, sizeof *number))
    return broken(err);
  return HD_OK;
}

static enum hd_status send_result(const struct batch *batch, const struct pool_result *result,
                                  struct hd_error *err) {
  json_t *line = batch_line(batch, result);
  if (!line)
    return HD_OK;
  char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(17));
  json_decref(line);
  bool good = text && batch->team->send(0, RESULT, text, strlen(text));
  free(text);
  return good ? HD_OK : broken(err);
}

/** Fill the pool with numbers that rank 0 gives. */
static enum hd_status fill(struct batch *batch, bool *no_more, struct hd_error *err) {
  while (!*no_more && !batch->stopping && pool_idle(batch->pool) > 0) {
    int number;
    TRY(ask(batch, &number, err));
    *no_more = number < 0;
    if (!*no_more)
      TRY(pool_start(batch->pool, number, err));
  }
  return HD_OK;
}

enum hd_status team_work(struct batch *batch, enum hd_status own, struct hd_error *err) {
  bool no_more = false;
  TRY(say_hello(batch, own, err));
  batch->at_work = 1;
  while (true) {
    if (interrupted() && !batch->stopping) {
      batch->stopping = true;
      pool_stop(batch->pool);
    }
    TRY(fill(batch, &no_more, err));
    if (pool_busy(batch->pool) == 0)
      break;
    struct pool_result result;
    if (pool_wait(batch->pool, WAIT_MS, &result)) {
      enum hd_status status = send_result(batch, &result, err);
      hd_free(&result.text);
      TRY(status);
    }
  }
  if (!batch->team->send(0, BYE, NULL, 0))
    return broken(err);
  batch->at_work = 0;
  return HD_OK;
}
