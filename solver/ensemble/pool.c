#define _GNU_SOURCE /* sched_getaffinity */
#include "solver/ensemble/pool.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "solver/base/memory.h"

/** One process. */
struct job {
  pid_t pid; /* 0: free */
  int number;
  int fd; /* its result comes from here */
  char *text;
  size_t length, capacity;
};

struct pool {
  size_t jobs, busy;
  struct job *job;       /* [jobs] owned */
  struct pollfd *polled; /* [jobs] owned */
  long cpu_limit;        /* s of processor time; 0: none */
  pool_work work;
  const void *context; /* borrowed */
};

/** Cores of the machine that a batch system, or taskset, leaves to this process. */
size_t pool_cores(void) {
  cpu_set_t set;
  int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return n > 0 ? (size_t)n : 1;
}

/** Make a pool without processes. Errors: HD_MEMORY */
enum hd_status pool_create(struct pool **pool, size_t jobs, long cpu_limit, pool_work work,
                           const void *context, struct hd_error *err) {
  TRY(hd_alloc(pool, 1, sizeof **pool, err));
  (*pool)->jobs = jobs;
  (*pool)->cpu_limit = cpu_limit;
  (*pool)->work = work;
  (*pool)->context = context;
  TRY(hd_alloc(&(*pool)->polled, jobs, sizeof *(*pool)->polled, err));
  return hd_alloc(&(*pool)->job, jobs, sizeof *(*pool)->job, err);
}

static void forget(struct pool *pool, struct job *job) {
  close(job->fd);
  hd_free(&job->text);
  *job = (struct job){0};
  pool->busy--;
}

void pool_free(struct pool **pool) {
  struct pool *p = *pool;
  if (!p)
    return;
  for (size_t i = 0; p->job && i < p->jobs; i++) {
    if (p->job[i].pid == 0)
      continue;
    kill(p->job[i].pid, SIGKILL);
    waitpid(p->job[i].pid, NULL, 0);
    forget(p, &p->job[i]);
  }
  hd_free(&p->polled);
  hd_free(&p->job);
  hd_free(pool);
}

size_t pool_idle(const struct pool *pool) {
  return pool->jobs - pool->busy;
}

size_t pool_busy(const struct pool *pool) {
  return pool->busy;
}

/* ---- the process ---- */

static bool write_all(int fd, const char *text, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, text, length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    text += n;
    length -= (size_t)n;
  }
  return true;
}

/** The kernel ends this process by SIGXCPU when it has used up so much processor time. */
static void limit_processor_time(long seconds) {
  struct rlimit limit;
  if (seconds == 0 || getrlimit(RLIMIT_CPU, &limit) != 0)
    return;
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > (rlim_t)seconds)
    limit.rlim_cur = (rlim_t)seconds;
  setrlimit(RLIMIT_CPU, &limit);
}

/** Work, hand over, end. Nothing of the parent's (buffers, exit handlers) is touched. */
static _Noreturn void be_job(const struct pool *pool, int number, int fd, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* no process stays when the parent is killed */
  limit_processor_time(pool->cpu_limit);
  size_t length = 0;
  char *text = getppid() == parent ? pool->work(pool->context, number, &length) : NULL;
  _exit(text && write_all(fd, text, length) ? 0 : 1);
}

/** Fork. A system that has no room now is an error only when nothing runs that could make some. */
enum hd_status pool_start(struct pool *pool, int number, struct hd_error *err) {
  struct job *job = pool->job;
  int ends[2];
  while (job->pid != 0)
    job++;
  if (pipe(ends) != 0)
    return hd_fail(err, HD_MEMORY, "no process can be started: %s", strerror(errno));
  pid_t parent = getpid(), pid = fork();
  if (pid == 0) {
    close(ends[0]);
    be_job(pool, number, ends[1], parent);
  }
  int reason = errno;
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return hd_fail(err, HD_MEMORY, "no process can be started: %s", strerror(reason));
  }
  *job = (struct job){.pid = pid, .number = number, .fd = ends[0]};
  pool->busy++;
  return HD_OK;
}

/* ---- results ---- */

/** Read what is there; true: the process closed its end, or its result finds no memory. */
static bool read_some(struct job *job) {
  enum { BLOCK = 1 << 14 };
  if (job->capacity - job->length < BLOCK) {
    size_t capacity = 2 * job->capacity + BLOCK;
    if (hd_resize(&job->text, capacity, 1, NULL) != HD_OK) {
      kill(job->pid, SIGKILL);
      return true;
    }
    job->capacity = capacity;
  }
  ssize_t n = read(job->fd, job->text + job->length, job->capacity - job->length);
  if (n > 0)
    job->length += (size_t)n;
  return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

/** Why a process without a result ended. */
static void describe_death(const struct pool *pool, int status, char *reason, size_t size) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU && pool->cpu_limit > 0)
    snprintf(reason, size, "it took more than the %ld s of processor time of --time-limit",
             pool->cpu_limit);
  else if (WIFSIGNALED(status))
    snprintf(reason, size, "its process was killed by signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else
    snprintf(reason, size, "its process ended with exit code %d and without a result",
             WEXITSTATUS(status));
}

/** Bury the process of a job whose pipe is closed. */
static void finish(struct pool *pool, struct job *job, struct pool_result *result) {
  int status = 0;
  while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
    continue;
  *result = (struct pool_result){.number = job->number};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && job->length > 0) {
    result->text = job->text;
    result->length = job->length;
    job->text = NULL;
  } else {
    describe_death(pool, status, result->reason, sizeof result->reason);
  }
  forget(pool, job);
}

/** Wait; a signal to this process ends the waiting. */
bool pool_wait(struct pool *pool, int timeout_ms, struct pool_result *result) {
  for (size_t i = 0; i < pool->jobs; i++)
    pool->polled[i] =
        (struct pollfd){.fd = pool->job[i].pid ? pool->job[i].fd : -1, .events = POLLIN};
  if (poll(pool->polled, pool->jobs, timeout_ms) <= 0)
    return false;
  for (size_t i = 0; i < pool->jobs; i++)
    if (pool->polled[i].revents != 0 && read_some(&pool->job[i])) {
      finish(pool, &pool->job[i], result);
      return true;
    }
  return false;
}

void pool_stop(const struct pool *pool) {
  for (size_t i = 0; i < pool->jobs; i++)
    if (pool->job[i].pid != 0)
      kill(pool->job[i].pid, SIGTERM);
}
