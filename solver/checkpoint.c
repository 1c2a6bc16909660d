#include "solver/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "solver/base/clock.h"
#include "solver/base/memory.h"
#include "solver/sink.h"
#include "solver/summary.h"
#include "solver/version.h"

/** Changes with the names or the meaning of what a checkpoint holds. */
static const double FORMAT = 3;
/** Checkpoints by the clock take one part in so many of the time, however large fields.nc is. */
static const double REST = 50.0;
enum { FOLDER_MODE = 0777, FILE_NAME = 32 };

void checkpoint_init(struct checkpoint *checkpoint, const struct checkpoint_spec *spec,
                     const char *dir, const char *hash) {
  *checkpoint = (struct checkpoint){.spec = spec, .dir = dir, .hash = hash, .taken_at = hd_clock()};
}

void checkpoint_free(struct checkpoint *checkpoint) {
  store_free(&checkpoint->from);
  store_free(&checkpoint->next);
}

bool checkpoint_due_by_clock(const struct checkpoint *checkpoint) {
  double interval = checkpoint->spec->interval;
  return !isnan(interval) &&
         hd_clock() - checkpoint->taken_at >= fmax(interval, REST * checkpoint->takes);
}

/** By number of step and by simulated time the same ones are taken in every run. */
static bool due_in_every_run(const struct checkpoint *checkpoint, long step, double t_before,
                             double t) {
  const struct checkpoint_spec *spec = checkpoint->spec;
  return (spec->steps > 0 && step % spec->steps == 0) ||
         (!isnan(spec->time) && floor(t / spec->time) > floor(t_before / spec->time));
}

bool checkpoint_due(struct checkpoint *checkpoint, long step, double t_before, double t,
                    bool stopped) {
  if (due_in_every_run(checkpoint, step, t_before, t))
    return true;
  bool due = stopped || checkpoint_due_by_clock(checkpoint);
  checkpoint->loose = checkpoint->loose || (due && !checkpoint->exact);
  return due;
}

/* ---- which there are ---- */

static void file_name(char name[FILE_NAME], int number, const char *ending) {
  snprintf(name, FILE_NAME, "%06d%s", number, ending);
}

/** Number in a name like 000012.nc; 0: it is another file. */
static int number_of(const char *name, const char *ending) {
  char *end;
  long number = strtol(name, &end, 10);
  return end != name && strcmp(end, ending) == 0 && number > 0 && number < 1000000 ? (int)number
                                                                                   : 0;
}

/** Newest checkpoint below number `below`; 0: none. */
static int newest(const char *folder, int below) {
  int best = 0;
  DIR *dir = opendir(folder);
  for (struct dirent *entry; dir && (entry = readdir(dir));) {
    int number = number_of(entry->d_name, ".nc");
    if (number > best && number < below)
      best = number;
  }
  if (dir)
    closedir(dir);
  return best;
}

enum { ANY = 1000000 };

enum hd_status checkpoint_check(const char *dir, struct hd_error *err) {
  char *folder = NULL;
  if (summary_says_ok(dir)) /* some checkpoints may be left: it was killed as it removed them */
    return hd_fail(err, HD_USAGE, "%s: the run has ended, there is nothing to resume", dir);
  TRY(sink_path(&folder, dir, sink_checkpoints, err));
  bool there = newest(folder, ANY) > 0;
  hd_free(&folder);
  if (there)
    return HD_OK;
  return hd_fail(err, HD_USAGE,
                 "%s: there is no checkpoint to resume from (see `halidrift explain checkpoint`)",
                 dir);
}

/* ---- read ---- */

/** Does a checkpoint fit this program and this input? */
static enum hd_status fits(const struct checkpoint *checkpoint, const struct store *store,
                           struct hd_error *err) {
  const char *program = store_text(store, "program"), *hash = store_text(store, "input_hash");
  if (!program || strcmp(program, HALIDRIFT_VERSION) != 0 ||
      store_number(store, "format") != FORMAT)
    return hd_fail(
        err, HD_USAGE,
        "%s: the checkpoint was written by halidrift %s (format %.0f), this is %s (format "
        "%.0f): run the input anew",
        checkpoint->dir, program ? program : "of unknown version", store_number(store, "format"),
        HALIDRIFT_VERSION, FORMAT);
  if (!hash || strcmp(hash, checkpoint->hash) != 0)
    return hd_fail(err, HD_USAGE,
                   "%s: the checkpoint belongs to the input with hash %s, resolved.cfg has %s: run "
                   "the input anew",
                   checkpoint->dir, hash ? hash : "unknown", checkpoint->hash);
  return HD_OK;
}

/** A checkpoint is good when it and the copy of fields.nc that it names are there. */
static enum hd_status read_one(struct store **store, const char *folder, int number,
                               struct hd_error *err) {
  char name[FILE_NAME], *path = NULL;
  struct stat info;
  file_name(name, number, ".nc");
  TRY(store_read(store, folder, name, err));
  const char *fields = store_text(*store, "fields_file");
  if (!fields)
    return HD_OK;
  TRY(sink_path(&path, folder, fields, err));
  enum hd_status status = HD_OK;
  if (stat(path, &info) != 0 || (double)info.st_size != store_number(*store, "fields_bytes"))
    status = hd_fail(err, HD_IO, "%s: is not what the checkpoint left", path);
  hd_free(&path);
  if (status != HD_OK)
    store_free(store);
  return status;
}

enum hd_status checkpoint_read(struct checkpoint *checkpoint, struct hd_error *note,
                               struct hd_error *err) {
  char *folder = NULL;
  TRY(sink_path(&folder, checkpoint->dir, sink_checkpoints, err));
  for (int n = newest(folder, ANY); n > 0 && !checkpoint->from; n = newest(folder, n)) {
    if (read_one(&checkpoint->from, folder, n, note) == HD_OK)
      checkpoint->number = n;
  }
  hd_free(&folder);
  if (!checkpoint->from)
    return hd_fail(err, HD_IO, "%s: no checkpoint can be read: %s", checkpoint->dir, note->text);
  checkpoint->records = store_number(checkpoint->from, "records");
  checkpoint->loose = store_number(checkpoint->from, "loose") != 0.0;
  const char *fields = store_text(checkpoint->from, "fields_file");
  snprintf(checkpoint->fields[0], sizeof checkpoint->fields[0], "%s", fields ? fields : "");
  return fits(checkpoint, checkpoint->from, err);
}

static enum hd_status rewind_fields(const struct checkpoint *checkpoint, struct hd_error *err) {
  char *folder = NULL, *copy = NULL, *present = NULL;
  if (!*checkpoint->fields[0]) {
    TRY(sink_path(&present, checkpoint->dir, "fields.nc", err));
    unlink(present);
    hd_free(&present);
    return HD_OK;
  }
  enum hd_status status = sink_path(&folder, checkpoint->dir, sink_checkpoints, err);
  if (status == HD_OK)
    status = sink_path(&copy, folder, checkpoint->fields[0], err);
  if (status == HD_OK)
    status = sink_copy(copy, checkpoint->dir, "fields.nc", err);
  hd_free(&folder);
  hd_free(&copy);
  return status;
}

const char *const checkpoint_spectra[CHECKPOINT_SPECTRA][2] = {{"impedance.csv", "impedance_bytes"},
                                                               {"noise.csv", "noise_bytes"}};

/** Only the files whose rows can be cut are cut; fields.nc is replaced. */
enum hd_status checkpoint_rewind(const struct checkpoint *checkpoint, struct hd_error *err) {
  const struct store *from = checkpoint->from;
  char *summary = NULL;
  TRY(sink_cut(checkpoint->dir, "terminals.csv", store_number(from, "terminals_bytes"), err));
  TRY(sink_cut(checkpoint->dir, "spikes.csv", store_number(from, "spikes_bytes"), err));
  for (int i = 0; i < CHECKPOINT_SPECTRA; i++) {
    double length = store_number(from, checkpoint_spectra[i][1]);
    if (length > 0.0) /* runs without such an experiment have none */
      TRY(sink_cut(checkpoint->dir, checkpoint_spectra[i][0], length, err));
  }
  static const char *const more[][2] = {
      {"curve.csv", "curve_bytes"},
      {"sensitivity.csv", "sensitivity_bytes"},
      {"impedance_sensitivity.csv", "impedance_sensitivity_bytes"}};
  for (size_t i = 0; i < sizeof more / sizeof *more; i++)
    if (store_count(from, more[i][1]) > 0)
      TRY(sink_cut(checkpoint->dir, more[i][0], store_number(from, more[i][1]), err));
  TRY(sink_cut(checkpoint->dir, "log.txt", store_number(from, "log_bytes"), err));
  TRY(rewind_fields(checkpoint, err));
  TRY(sink_path(&summary, checkpoint->dir, "summary.json", err));
  unlink(summary); /* of the run that was interrupted */
  hd_free(&summary);
  return HD_OK;
}

/* ---- write ---- */

/** Keep a copy of fields.nc, unless the last one is still the same. */
static enum hd_status keep_fields(struct checkpoint *checkpoint, const char *folder, int number,
                                  char name[FILE_NAME], struct hd_error *err) {
  double records = store_number(checkpoint->next, "records");
  char *path = NULL;
  struct stat info;
  name[0] = '\0';
  if (!(records > 0.0))
    return HD_OK;
  if (*checkpoint->fields[0] && records == checkpoint->records) {
    memcpy(name, checkpoint->fields[0], FILE_NAME);
  } else {
    TRY(sink_path(&path, checkpoint->dir, "fields.nc", err));
    file_name(name, number, ".fields.nc");
    enum hd_status status = sink_copy(path, folder, name, err);
    hd_free(&path);
    TRY(status);
  }
  TRY(sink_path(&path, folder, name, err));
  double bytes = stat(path, &info) == 0 ? (double)info.st_size : 0.0;
  hd_free(&path);
  TRY(store_put_text(checkpoint->next, "fields_file", name, err));
  return store_put_number(checkpoint->next, "fields_bytes", bytes, err);
}

/** Remove what neither the last checkpoint nor the one before needs. */
static void remove_old(const struct checkpoint *checkpoint, const char *folder) {
  DIR *dir = opendir(folder);
  for (struct dirent *entry; dir && (entry = readdir(dir));) {
    int state = number_of(entry->d_name, ".nc"), fields = number_of(entry->d_name, ".fields.nc");
    bool needed = strcmp(entry->d_name, checkpoint->fields[0]) == 0 ||
                  strcmp(entry->d_name, checkpoint->fields[1]) == 0;
    char *path = NULL;
    if ((state > 0 && state < checkpoint->number - 1) ||
        (fields > 0 && fields < checkpoint->number && !needed)) {
      if (sink_path(&path, folder, entry->d_name, NULL) == HD_OK)
        unlink(path);
      hd_free(&path);
    }
  }
  if (dir)
    closedir(dir);
}

static enum hd_status write_in(struct checkpoint *checkpoint, const char *folder,
                               struct hd_error *err) {
  int number = checkpoint->number + 1;
  char name[FILE_NAME], fields[FILE_NAME];
  if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
    return hd_fail(err, HD_IO, "%s: cannot be made: %s", folder, strerror(errno));
  TRY(keep_fields(checkpoint, folder, number, fields, err));
  TRY(store_put_text(checkpoint->next, "program", HALIDRIFT_VERSION, err));
  TRY(store_put_text(checkpoint->next, "input_hash", checkpoint->hash, err));
  TRY(store_put_number(checkpoint->next, "format", FORMAT, err));
  TRY(store_put_number(checkpoint->next, "loose", checkpoint->loose, err));
  file_name(name, number, ".nc");
  TRY(store_write(checkpoint->next, folder, name, err));
  checkpoint->number = number;
  memcpy(checkpoint->fields[1], checkpoint->fields[0], FILE_NAME);
  memcpy(checkpoint->fields[0], fields, FILE_NAME);
  checkpoint->records = store_number(checkpoint->next, "records");
  remove_old(checkpoint, folder);
  return HD_OK;
}

enum hd_status checkpoint_write(struct checkpoint *checkpoint, struct hd_error *err) {
  double start = hd_clock();
  char *folder = NULL;
  TRY(sink_sync(checkpoint->dir, "terminals.csv", err));
  TRY(sink_sync(checkpoint->dir, "spikes.csv", err));
  for (int i = 0; i < CHECKPOINT_SPECTRA; i++)
    TRY(sink_sync(checkpoint->dir, checkpoint_spectra[i][0], err));
  TRY(sink_sync(checkpoint->dir, "curve.csv", err));
  TRY(sink_sync(checkpoint->dir, "log.txt", err));
  TRY(sink_path(&folder, checkpoint->dir, sink_checkpoints, err));
  enum hd_status status = write_in(checkpoint, folder, err);
  hd_free(&folder);
  TRY(status);
  store_free(&checkpoint->from);
  checkpoint->from = checkpoint->next;
  checkpoint->next = NULL;
  checkpoint->taken_at = hd_clock();
  checkpoint->takes = checkpoint->taken_at - start;
  return HD_OK;
}
