#include "solver/store.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <netcdf.h>
#include "solver/base/memory.h"
#include "solver/base/param.h"
#include "solver/nc_try.h"
#include "solver/sink.h"

/** One array: doubles, or characters. */
struct entry {
  char name[STORE_NAME];
  size_t n;
  double *values; /* owned; NULL: text */
  char *text;     /* owned, with a terminator; NULL: numbers */
};

struct store {
  size_t n, capacity;
  struct entry *entries; /* [capacity] owned */
};

enum hd_status store_create(struct store **store, struct hd_error *err) {
  return hd_alloc(store, 1, sizeof **store, err);
}

/** Free; NULL is accepted. */
void store_free(struct store **store) {
  if (!*store)
    return;
  for (size_t i = 0; i < (*store)->n; i++) {
    hd_free(&(*store)->entries[i].values);
    hd_free(&(*store)->entries[i].text);
  }
  hd_free(&(*store)->entries);
  hd_free(store);
}

static struct entry *find(const struct store *store, const char *name) {
  for (size_t i = 0; i < store->n; i++)
    if (strcmp(store->entries[i].name, name) == 0)
      return &store->entries[i];
  return NULL;
}

const char *store_name(char name[STORE_NAME], const char *format, ...) {
  va_list values;
  va_start(values, format);
  vsnprintf(name, STORE_NAME, format, values);
  va_end(values);
  return name;
}

/** A new entry without content. */
static enum hd_status add(struct store *store, const char *name, struct entry **entry,
                          struct hd_error *err) {
  if (store->n == store->capacity) {
    size_t capacity = store->capacity ? 2 * store->capacity : 64;
    TRY(hd_resize(&store->entries, capacity, sizeof *store->entries, err));
    store->capacity = capacity;
  }
  *entry = &store->entries[store->n++];
  **entry = (struct entry){0};
  snprintf((*entry)->name, sizeof(*entry)->name, "%s", name);
  return HD_OK;
}

enum hd_status store_put(struct store *store, const char *name, size_t n, const double *values,
                         struct hd_error *err) {
  struct entry *entry;
  TRY(add(store, name, &entry, err));
  TRY(hd_alloc(&entry->values, n, sizeof(double), err));
  entry->n = n;
  if (n > 0)
    memcpy(entry->values, values, n * sizeof(double));
  return HD_OK;
}

enum hd_status store_put_number(struct store *store, const char *name, double value,
                                struct hd_error *err) {
  return store_put(store, name, 1, &value, err);
}

enum hd_status store_put_text(struct store *store, const char *name, const char *text,
                              struct hd_error *err) {
  struct entry *entry;
  TRY(add(store, name, &entry, err));
  entry->n = strlen(text);
  return hd_strdup(&entry->text, text, err);
}

size_t store_count(const struct store *store, const char *name) {
  const struct entry *entry = find(store, name);
  return entry ? entry->n : 0;
}

enum hd_status store_get(const struct store *store, const char *name, size_t n, double *values,
                         struct hd_error *err) {
  const struct entry *entry = find(store, name);
  if (!entry || !entry->values || entry->n != n)
    return hd_fail(err, HD_IO, "the checkpoint has %zu values of %s, must be %zu",
                   entry && entry->values ? entry->n : 0, name, n);
  if (n > 0)
    memcpy(values, entry->values, n * sizeof(double));
  return HD_OK;
}

double store_number(const struct store *store, const char *name) {
  const struct entry *entry = find(store, name);
  return entry && entry->values && entry->n == 1 ? entry->values[0] : (double)NAN;
}

const char *store_text(const struct store *store, const char *name) {
  const struct entry *entry = find(store, name);
  return entry ? entry->text : NULL;
}

/* ---- the file: functions here return netCDF codes ---- */

/** An array on a dimension of its own; HDF5 checks its sum when it is read. Empty ones are left
 * out: netCDF takes a length of zero for an unlimited one. */
static int define_entry(int file, const struct entry *entry) {
  int dimension, variable;
  char name[STORE_NAME + 8];
  snprintf(name, sizeof name, "n_%s", entry->name);
  NC_TRY(nc_def_dim(file, name, entry->n, &dimension));
  NC_TRY(
      nc_def_var(file, entry->name, entry->values ? NC_DOUBLE : NC_CHAR, 1, &dimension, &variable));
  NC_TRY(nc_def_var_chunking(file, variable, NC_CHUNKED, &entry->n));
  NC_TRY(nc_def_var_fletcher32(file, variable, NC_FLETCHER32));
  return entry->values ? nc_put_var_double(file, variable, entry->values)
                       : nc_put_var_text(file, variable, entry->text);
}

/** The number of entries comes last: a file without it was not finished. */
static int write_entries(int file, const struct store *store) {
  int written = 0;
  for (size_t i = 0; i < store->n; i++) {
    if (store->entries[i].n == 0)
      continue;
    NC_TRY(define_entry(file, &store->entries[i]));
    written++;
  }
  return nc_put_att_int(file, NC_GLOBAL, "entries", NC_INT, 1, &written);
}

static int read_entry(int file, int variable, struct store *store) {
  char name[NC_MAX_NAME + 1];
  nc_type type;
  int dimension;
  size_t n;
  struct entry *entry;
  NC_TRY(nc_inq_var(file, variable, name, &type, NULL, &dimension, NULL));
  NC_TRY(nc_inq_dimlen(file, dimension, &n));
  if (add(store, name, &entry, NULL) != HD_OK)
    return NC_ENOMEM;
  if (type == NC_DOUBLE) {
    if (hd_alloc(&entry->values, n, sizeof(double), NULL) != HD_OK)
      return NC_ENOMEM;
    NC_TRY(nc_get_var_double(file, variable, entry->values));
  } else {
    if (hd_alloc(&entry->text, n + 1, 1, NULL) != HD_OK)
      return NC_ENOMEM;
    NC_TRY(nc_get_var_text(file, variable, entry->text));
  }
  entry->n = n;
  return NC_NOERR;
}

static int read_entries(int file, struct store *store) {
  int variables, written;
  NC_TRY(nc_inq_nvars(file, &variables));
  NC_TRY(nc_get_att_int(file, NC_GLOBAL, "entries", &written));
  if (written != variables)
    return NC_ENOTVAR;
  for (int v = 0; v < variables; v++)
    NC_TRY(read_entry(file, v, store));
  return NC_NOERR;
}

/* ---- public ---- */

enum hd_status store_write(const struct store *store, const char *dir, const char *name,
                           struct hd_error *err) {
  char part[HD_PATH];
  char *path = NULL;
  int file;
  snprintf(part, sizeof part, "%s.part", name);
  TRY(sink_path(&path, dir, part, err));
  int code = nc_create(path, NC_NETCDF4 | NC_CLOBBER, &file);
  if (code == NC_NOERR) {
    code = write_entries(file, store);
    int closing = nc_close(file);
    code = code != NC_NOERR ? code : closing;
  }
  enum hd_status status =
      code == NC_NOERR ? HD_OK
                       : hd_fail(err, HD_IO, "%s: cannot write: %s", path, nc_strerror(code));
  hd_free(&path);
  return status == HD_OK ? sink_publish(dir, part, name, err) : status;
}

enum hd_status store_read(struct store **store, const char *dir, const char *name,
                          struct hd_error *err) {
  char *path = NULL;
  int file;
  *store = NULL;
  TRY(sink_path(&path, dir, name, err));
  enum hd_status status = store_create(store, err);
  int code = status == HD_OK ? nc_open(path, NC_NOWRITE, &file) : NC_ENOMEM;
  if (code == NC_NOERR) {
    code = read_entries(file, *store);
    nc_close(file);
  }
  if (code != NC_NOERR && status == HD_OK)
    status = hd_fail(err, HD_IO, "%s: cannot read: %s", path, nc_strerror(code));
  if (status != HD_OK)
    store_free(store);
  hd_free(&path);
  return status;
}
