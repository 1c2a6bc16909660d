#include "solver/sink.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "solver/base/memory.h"

enum { FOLDER_MODE = 0777, JSON_DIGITS = 17, JSON_SPACES = 2 };

struct sink_file {
  FILE *stream;
  char *path; /* the final name */
  char *part; /* where it is written */
  char *dir;
};

/* What a run leaves behind and a killed next run must not be mistaken for. resolved.cfg is not
 * among them: it may be the input of this very run, and it is replaced in one piece anyway. */
static const char *const results[] = {
    "terminals.csv", "spikes.csv",      "impedance.csv",
    "noise.csv",     "curve.csv",       "fields.nc",
    "summary.json",  "sensitivity.csv", "impedance_sensitivity.csv"};

/**
 * Join a folder and a file name.
 * path    out: the caller frees it with hd_free
 * Errors  HD_MEMORY
 */
enum hd_status sink_path(char **path, const char *dir, const char *name, struct hd_error *err) {
  size_t length = strlen(dir);
  bool slash = length > 0 && dir[length - 1] != '/';
  size_t size = length + strlen(name) + 2;
  TRY(hd_alloc(path, size, 1, err));
  snprintf(*path, size, "%s%s%s", dir, slash ? "/" : "", name);
  return HD_OK;
}

/**
 * Open DIR/name.part; what is printed to its stream becomes DIR/name at sink_file_commit.
 * file    out: ended by sink_file_commit or sink_file_discard
 * Errors  HD_IO, HD_MEMORY
 */
enum hd_status sink_file_open(struct sink_file **file, const char *dir, const char *name,
                              struct hd_error *err) {
  struct sink_file *f = NULL;
  TRY(hd_alloc(&f, 1, sizeof *f, err));
  enum hd_status status = sink_path(&f->path, dir, name, err);
  size_t size = status == HD_OK ? strlen(f->path) + sizeof ".part" : 0;
  if (status == HD_OK)
    status = hd_alloc(&f->part, size, 1, err);
  if (status == HD_OK)
    status = hd_strdup(&f->dir, dir, err);
  if (status == HD_OK) {
    snprintf(f->part, size, "%s.part", f->path);
    f->stream = fopen(f->part, "w");
    if (!f->stream)
      status = hd_fail(err, HD_IO, "%s: cannot write: %s", f->part, strerror(errno));
  }
  *file = f;
  if (status != HD_OK)
    sink_file_discard(file);
  return status;
}

/** The stream to print to, open until commit or discard. */
FILE *sink_file_stream(struct sink_file *file) {
  return file->stream;
}

/** Close the stream and free everything; the part file is the caller's matter. */
static void file_free(struct sink_file **file) {
  if ((*file)->stream)
    fclose((*file)->stream);
  hd_free(&(*file)->path);
  hd_free(&(*file)->part);
  hd_free(&(*file)->dir);
  hd_free(file);
}

/** Remove the part file and free; an older file of that name stays. NULL is accepted. */
void sink_file_discard(struct sink_file **file) {
  if (!*file)
    return;
  if ((*file)->stream)
    unlink((*file)->part);
  file_free(file);
}

/** A renamed file survives a power cut only when its folder is synced too. Best effort: some file
 * systems cannot sync folders, and the file itself is safe by then. */
static void sync_folder(const char *dir) {
  int fd = open(*dir ? dir : ".", O_RDONLY);
  if (fd < 0)
    return;
  fsync(fd);
  close(fd);
}

/** Push the stream to the disk. errno says why it failed. A pipe or terminal cannot be synced. */
static bool file_sync(FILE *stream) {
  if (ferror(stream)) {
    errno = errno ? errno : EIO;
    return false;
  }
  if (fflush(stream) != 0)
    return false;
  return fsync(fileno(stream)) == 0 || errno == EINVAL || errno == ENOTSUP;
}

/**
 * Make the file visible under its name, in one piece.
 * file    freed and nulled, also on failure; then the part is removed
 * Errors  HD_IO (full disk, ...)
 */
enum hd_status sink_file_commit(struct sink_file **file, struct hd_error *err) {
  struct sink_file *f = *file;
  bool good = file_sync(f->stream);
  int reason = errno;
  if (fclose(f->stream) != 0 && good) {
    good = false;
    reason = errno;
  }
  f->stream = NULL;
  if (good && rename(f->part, f->path) != 0) {
    good = false;
    reason = errno;
  }
  enum hd_status status = HD_OK;
  if (good) {
    sync_folder(f->dir);
  } else {
    unlink(f->part);
    status = hd_fail(err, HD_IO, "%s: cannot write: %s", f->path, strerror(reason));
  }
  file_free(file);
  return status;
}

/* ---- files that were written by other means ---- */

enum hd_status sink_sync(const char *dir, const char *name, struct hd_error *err) {
  char *path = NULL;
  TRY(sink_path(&path, dir, name, err));
  enum hd_status status = HD_OK;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if ((fd < 0 && errno != ENOENT) || (fd >= 0 && fsync(fd) != 0))
    status = hd_fail(err, HD_IO, "%s: cannot write: %s", path, strerror(errno));
  if (fd >= 0)
    close(fd);
  hd_free(&path);
  return status;
}

enum hd_status sink_publish(const char *dir, const char *part, const char *name,
                            struct hd_error *err) {
  char *from = NULL, *to = NULL;
  enum hd_status status = sink_path(&from, dir, part, err);
  if (status == HD_OK)
    status = sink_path(&to, dir, name, err);
  if (status == HD_OK)
    status = sink_sync(dir, part, err);
  if (status == HD_OK && rename(from, to) != 0)
    status = hd_fail(err, HD_IO, "%s: cannot write: %s", to, strerror(errno));
  if (status == HD_OK)
    sync_folder(dir);
  else if (from)
    unlink(from);
  hd_free(&from);
  hd_free(&to);
  return status;
}

enum hd_status sink_copy(const char *from, const char *dir, const char *name,
                         struct hd_error *err) {
  struct sink_file *file = NULL;
  enum { BLOCK = 1 << 16 };
  char *block = NULL;
  FILE *source = fopen(from, "rb");
  if (!source)
    return hd_fail(err, HD_IO, "%s: cannot read: %s", from, strerror(errno));
  enum hd_status status = sink_file_open(&file, dir, name, err);
  if (status == HD_OK)
    status = hd_alloc(&block, BLOCK, 1, err);
  for (size_t n = 1; status == HD_OK && n > 0;) {
    n = fread(block, 1, BLOCK, source);
    if (fwrite(block, 1, n, file->stream) != n || ferror(source))
      status = hd_fail(err, HD_IO, "%s: cannot write: %s", file->path, strerror(errno));
  }
  fclose(source);
  hd_free(&block);
  if (status == HD_OK)
    return sink_file_commit(&file, err);
  sink_file_discard(&file);
  return status;
}

enum hd_status sink_cut(const char *dir, const char *name, double length, struct hd_error *err) {
  char *path = NULL;
  struct stat info;
  TRY(sink_path(&path, dir, name, err));
  enum hd_status status = HD_OK;
  if (stat(path, &info) != 0)
    status = hd_fail(err, HD_IO, "%s: cannot read: %s", path, strerror(errno));
  else if ((double)info.st_size < length)
    status = hd_fail(err, HD_IO, "%s: is shorter than at the checkpoint, must have %.0f bytes",
                     path, length);
  else if (truncate(path, (off_t)length) != 0)
    status = hd_fail(err, HD_IO, "%s: cannot write: %s", path, strerror(errno));
  hd_free(&path);
  return status;
}

/**
 * Write a JSON value to DIR/name.
 * Errors  HD_IO, HD_MEMORY
 */
enum hd_status sink_json(const char *dir, const char *name, const json_t *root,
                         struct hd_error *err) {
  struct sink_file *file = NULL;
  TRY(sink_file_open(&file, dir, name, err));
  size_t flags = JSON_INDENT(JSON_SPACES) | JSON_REAL_PRECISION(JSON_DIGITS) | JSON_ENCODE_ANY;
  errno = 0;
  if (json_dumpf(root, file->stream, flags) != 0 || fputc('\n', file->stream) == EOF) {
    hd_fail(err, HD_IO, "%s: cannot write: %s", file->path,
            errno ? strerror(errno) : "not a valid JSON value");
    sink_file_discard(&file);
    return HD_IO;
  }
  return sink_file_commit(&file, err);
}

json_t *sink_number(double value) {
  return isfinite(value) ? json_real(value) : json_null();
}

/** Make one folder; one that is there already is fine. */
static enum hd_status make_folder(const char *path, struct hd_error *err) {
  if (mkdir(path, FOLDER_MODE) == 0)
    return HD_OK;
  int reason = errno;
  struct stat info;
  if (stat(path, &info) == 0) {
    if (S_ISDIR(info.st_mode))
      return HD_OK;
    return hd_fail(err, HD_IO, "%s: cannot make the run folder: a file of that name is in the way",
                   path);
  }
  return hd_fail(err, HD_IO, "%s: cannot make the run folder: %s", path, strerror(reason));
}

/** Make every parent of `path` and `path` itself. `path` is changed and restored on the way. */
static enum hd_status make_folders(char *path, struct hd_error *err) {
  for (char *p = path + 1; *p; p++) {
    if (*p != '/' || p[-1] == '/')
      continue;
    *p = '\0';
    enum hd_status status = make_folder(path, err);
    *p = '/';
    if (status != HD_OK)
      return status;
  }
  return make_folder(path, err);
}

/** Remove one file of an older run; it is fine when there is none. */
static enum hd_status remove_result(const char *dir, const char *name, struct hd_error *err) {
  char *path = NULL;
  TRY(sink_path(&path, dir, name, err));
  enum hd_status status = HD_OK;
  if (unlink(path) != 0 && errno != ENOENT)
    status = hd_fail(err, HD_IO, "%s: cannot replace: %s", path, strerror(errno));
  hd_free(&path);
  return status;
}

const char sink_checkpoints[] = "checkpoint";

/** Checkpoints are the only files in their folder: remove them all. */
enum hd_status sink_remove_checkpoints(const char *dir, struct hd_error *err) {
  char *path = NULL;
  TRY(sink_path(&path, dir, sink_checkpoints, err));
  DIR *folder = opendir(path);
  enum hd_status status = HD_OK;
  for (struct dirent *entry; folder && status == HD_OK && (entry = readdir(folder));)
    if (entry->d_name[0] != '.')
      status = remove_result(path, entry->d_name, err);
  if (folder) {
    closedir(folder);
    rmdir(path); /* stays when the user keeps something of his own there */
  }
  hd_free(&path);
  return status;
}

/**
 * Make a folder and its parents.
 * Errors  HD_IO (a file is in the way, no permission, ...), HD_MEMORY
 */
enum hd_status sink_make_folder(const char *dir, struct hd_error *err) {
  if (!*dir)
    return hd_fail(err, HD_IO, "the run folder has an empty name");
  char *path = NULL;
  TRY(hd_strdup(&path, dir, err));
  enum hd_status status = make_folders(path, err);
  hd_free(&path);
  if (status != HD_OK)
    return status;
  if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) != 0)
    return hd_fail(err, HD_IO, "%s: cannot write into the run folder: %s", dir, strerror(errno));
  return HD_OK;
}

bool sink_is_journal(const char *name) {
  static const char stem[] = "results", ending[] = ".jsonl";
  size_t length = strlen(name), end = sizeof ending - 1;
  return strncmp(name, stem, sizeof stem - 1) == 0 && length > end &&
         strcmp(name + length - end, ending) == 0;
}

/** A run must not write over what took many runs. */
static enum hd_status refuse_batch(const char *dir, struct hd_error *err) {
  DIR *folder = opendir(dir);
  bool found = false;
  for (struct dirent *entry; folder && !found && (entry = readdir(folder));)
    found = sink_is_journal(entry->d_name);
  if (folder)
    closedir(folder);
  return found ? hd_fail(err, HD_USAGE,
                         "%s: holds the results of an ensemble or study; give another folder with "
                         "-o DIR",
                         dir)
               : HD_OK;
}

/**
 * Make the run folder ready: it exists, is writable, and holds no result of an older run.
 * Errors  as sink_make_folder; HD_USAGE: it is that of an ensemble or study
 */
enum hd_status sink_folder(const char *dir, struct hd_error *err) {
  TRY(sink_make_folder(dir, err));
  TRY(refuse_batch(dir, err));
  for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
    TRY(remove_result(dir, results[i], err));
  return sink_remove_checkpoints(dir, err);
}
