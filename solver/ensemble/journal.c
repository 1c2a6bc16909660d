#include "solver/ensemble/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "solver/base/memory.h"
#include "solver/sink.h"
#include "solver/version.h"

/** Changes with the meaning of a line. */
static const int FORMAT = 1;
enum { FILE_MODE = 0666, DIGITS = 17 };
static const char STEM[] = "results", ENDING[] = ".jsonl";

struct journal {
  int fd;
  char *path;
  off_t good; /* length of the file up to the last whole line */
};

void journal_file_name(char name[HD_NAME], const char *stem, const char *ending, int part,
                       int parts) {
  if (parts > 1)
    snprintf(name, HD_NAME, "%s.part-%d-of-%d%s", stem, part, parts, ending);
  else
    snprintf(name, HD_NAME, "%s%s", stem, ending);
}

/* ---- which there are ---- */

static int is_journal(const struct dirent *entry) {
  return sink_is_journal(entry->d_name);
}

static void free_list(struct dirent **list, int n) {
  for (int i = 0; i < n; i++)
    free(list[i]);
  if (n >= 0)
    free(list);
}

size_t journal_count(const char *dir) {
  struct dirent **list = NULL;
  int n = scandir(dir, &list, is_journal, alphasort);
  free_list(list, n);
  return n > 0 ? (size_t)n : 0;
}

bool journal_exists(const char *dir, const char *name) {
  char *path = NULL;
  if (sink_path(&path, dir, name, NULL) != HD_OK)
    return false;
  struct stat info;
  bool there = stat(path, &info) == 0 && info.st_size > 0;
  hd_free(&path);
  return there;
}

/* ---- read ---- */

struct reading {
  const struct journal_wanted *wanted;
  const char *path;
  bool own, sibling; /* the journal of this process; of another part of the same division */
};

/** Does the first line fit this input and this program? */
static enum hd_status check_header(const struct reading *reading, const json_t *header,
                                   struct hd_error *err) {
  const char *path = reading->path, *hash = reading->wanted->hash, *many = reading->wanted->many;
  const char *program = json_string_value(json_object_get(header, "program"));
  const char *written = json_string_value(json_object_get(header, "input_hash"));
  if (!program || !written)
    return hd_fail(err, HD_IO, "%s:1: is not the beginning of a file of results", path);
  if (strcmp(written, hash) != 0)
    return hd_fail(
        err, HD_USAGE,
        "%s: its %s are of the input with hash %s, this input has %s: give another folder "
        "with -o DIR",
        path, many, written, hash);
  if (strcmp(program, HALIDRIFT_VERSION) != 0 ||
      json_integer_value(json_object_get(header, "format")) != FORMAT)
    return hd_fail(err, HD_USAGE,
                   "%s: its %s are of halidrift %s, this is %s: give another folder with -o DIR",
                   path, many, program, HALIDRIFT_VERSION);
  return HD_OK;
}

static enum hd_status read_line(const struct reading *reading, const char *text, size_t length,
                                size_t number, struct hd_error *err) {
  json_t *line = json_loadb(text, length, 0, NULL);
  if (!line)
    return hd_fail(err, HD_IO, "%s:%zu: is no line of results; remove it and --resume",
                   reading->path, number);
  enum hd_status status = number == 1 ? check_header(reading, line, err)
                                      : reading->wanted->take(reading->wanted->context, line, err);
  if (number > 1 && status == HD_IO)
    hd_fail(err, HD_IO, "%s:%zu: cannot be read", reading->path, number);
  json_decref(line);
  return status;
}

/** Every whole line, of a sibling the first; what a crash cut short has no line end and is left
 * out. */
static enum hd_status read_lines(const struct reading *reading, FILE *file, struct hd_error *err) {
  char *text = NULL;
  size_t size = 0, number = 0;
  ssize_t n;
  enum hd_status status = HD_OK;
  while (status == HD_OK && !(reading->sibling && number == 1) &&
         (n = getline(&text, &size, file)) > 0 && text[n - 1] == '\n')
    status = read_line(reading, text, (size_t)n, ++number, err);
  free(text);
  if (status == HD_OK && ferror(file))
    status = hd_fail(err, HD_IO, "%s: cannot read: %s", reading->path, strerror(errno));
  return status;
}

/** Two processes must not write one journal, and one that is written is not whole. */
static enum hd_status lock(int fd, int kind, const char *path, struct hd_error *err) {
  if (flock(fd, kind | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return HD_OK; /* also where a file system knows no locks */
  return hd_fail(err, HD_USAGE, "%s: another process is writing it; wait for its end, or stop it",
                 path);
}

static enum hd_status read_file(struct reading *reading, const char *dir, const char *name,
                                struct hd_error *err) {
  char *path = NULL;
  TRY(sink_path(&path, dir, name, err));
  reading->path = path;
  FILE *file = fopen(path, "r");
  enum hd_status status =
      file ? HD_OK : hd_fail(err, HD_IO, "%s: cannot read: %s", path, strerror(errno));
  if (status == HD_OK && !reading->own && !reading->sibling)
    status = lock(fileno(file), LOCK_SH, path, err);
  if (status == HD_OK)
    status = read_lines(reading, file, err);
  if (file)
    fclose(file);
  hd_free(&path);
  return status;
}

/** Parts of one division of the numbers have none in common. */
static bool is_sibling(const struct journal_wanted *wanted, const char *name) {
  char ending[HD_NAME];
  snprintf(ending, sizeof ending, "-of-%d%s", wanted->parts, ENDING);
  size_t length = strlen(name), n = strlen(ending);
  return wanted->parts > 1 && length > n && strcmp(name + length - n, ending) == 0;
}

enum hd_status journal_read(const char *dir, const struct journal_wanted *wanted,
                            struct hd_error *err) {
  char own[HD_NAME];
  journal_file_name(own, STEM, ENDING, wanted->part, wanted->parts);
  struct dirent **list = NULL;
  int n = scandir(dir, &list, is_journal, alphasort);
  enum hd_status status = HD_OK;
  for (int i = 0; i < n && status == HD_OK; i++) {
    struct reading reading = {.wanted = wanted, .own = strcmp(list[i]->d_name, own) == 0};
    reading.sibling = !reading.own && is_sibling(wanted, list[i]->d_name);
    status = read_file(&reading, dir, list[i]->d_name, err);
  }
  free_list(list, n);
  return status;
}

/* ---- write ---- */

/** Length of the file up to its last line end. */
static enum hd_status find_end(struct journal *journal, struct hd_error *err) {
  enum { BLOCK = 4096 };
  char block[BLOCK];
  off_t size = lseek(journal->fd, 0, SEEK_END);
  for (off_t from = size; from > 0;) {
    off_t n = from < BLOCK ? from : BLOCK;
    from -= n;
    if (pread(journal->fd, block, (size_t)n, from) != n)
      return hd_fail(err, HD_IO, "%s: cannot read: %s", journal->path, strerror(errno));
    for (off_t k = n; k-- > 0;)
      if (block[k] == '\n') {
        journal->good = from + k + 1;
        return HD_OK;
      }
  }
  journal->good = 0;
  return HD_OK;
}

static enum hd_status write_header(struct journal *journal, const char *hash,
                                   struct hd_error *err) {
  json_t *header = json_pack("{s:s, s:i, s:s}", "program", HALIDRIFT_VERSION, "format", FORMAT,
                             "input_hash", hash);
  enum hd_status status = journal_append(journal, header, err);
  json_decref(header);
  return status;
}

enum hd_status journal_begin(struct journal *journal, const char *hash, struct hd_error *err) {
  TRY(find_end(journal, err));
  if (ftruncate(journal->fd, journal->good) != 0)
    return hd_fail(err, HD_IO, "%s: cannot write: %s", journal->path, strerror(errno));
  return journal->good == 0 ? write_header(journal, hash, err) : HD_OK;
}

enum hd_status journal_open(struct journal **journal, const char *dir, const char *name,
                            struct hd_error *err) {
  TRY(hd_alloc(journal, 1, sizeof **journal, err));
  struct journal *j = *journal;
  j->fd = -1;
  enum hd_status status = sink_path(&j->path, dir, name, err);
  if (status == HD_OK) {
    j->fd = open(j->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, FILE_MODE);
    status = j->fd < 0 ? hd_fail(err, HD_IO, "%s: cannot write: %s", j->path, strerror(errno))
                       : lock(j->fd, LOCK_EX, j->path, err);
  }
  if (status != HD_OK)
    journal_close(journal, NULL);
  return status;
}

/**
 * Append a line; on failure the file ends with the last whole line.
 * Errors  HD_IO, HD_MEMORY
 */
enum hd_status journal_append(struct journal *journal, const json_t *line, struct hd_error *err) {
  char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
  if (!text)
    return hd_fail(err, HD_MEMORY, "out of memory for a line of results");
  size_t length = strlen(text), done = 0;
  text[length++] = '\n'; /* in place of the terminator */
  while (done < length) {
    ssize_t n = write(journal->fd, text + done, length - done);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      int reason = n < 0 ? errno : ENOSPC, cut = ftruncate(journal->fd, journal->good);
      (void)cut; /* best effort: without a line end it is no line anyway */
      free(text);
      return hd_fail(err, HD_IO, "%s: cannot write: %s", journal->path, strerror(reason));
    }
    done += (size_t)n;
  }
  free(text);
  journal->good += (off_t)length;
  return HD_OK;
}

enum hd_status journal_close(struct journal **journal, struct hd_error *err) {
  struct journal *j = *journal;
  if (!j)
    return HD_OK;
  enum hd_status status = HD_OK;
  bool bad = j->fd >= 0 && fsync(j->fd) != 0 && errno != EINVAL && errno != ENOTSUP;
  if (bad || (j->fd >= 0 && close(j->fd) != 0))
    status = hd_fail(err, HD_IO, "%s: cannot write: %s", j->path, strerror(errno));
  hd_free(&j->path);
  hd_free(journal);
  return status;
}
