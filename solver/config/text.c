#include "solver/config/text.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "solver/base/memory.h"

enum {
  FILE_LIMIT = 16 << 20,    /* bytes of one file: a hundred times the longest sensible input */
  LINE_LIMIT = 100000,      /* characters of one line, so that messages can point at something */
  TOTAL_LIMIT = 64 << 20,   /* bytes with all includes */
  INCLUDE_DEPTH_LIMIT = 16, /* files open at the same time */
  LINE_BLOCK = 256,         /* lines that the map grows by */
  READ_BLOCK = 1 << 16
};

/** What the scanner is inside of; it only has to know where comments and strings end. */
enum scan_state { SCAN_PLAIN, SCAN_STRING, SCAN_LINE_COMMENT, SCAN_BLOCK_COMMENT };

/** One file that is being read, linked to the one that includes it. */
struct scan {
  const struct scan *parent;
  const char *path;
  int file; /* index into text.files */
  dev_t device;
  ino_t inode;
  int depth;
};

static enum hd_status scan_file(struct text *text, const struct scan *parent, const char *path,
                                const char *place, struct hd_error *err);

/**
 * Folder of `path` followed by `name`.
 * joined  out: the caller frees it with hd_free
 */
enum hd_status text_join(char **joined, const char *path, const char *name, struct hd_error *err) {
  const char *slash = strrchr(path, '/');
  if (name[0] == '/' || !slash)
    return hd_strdup(joined, name, err);
  size_t folder = (size_t)(slash - path) + 1;
  TRY(hd_alloc(joined, folder + strlen(name) + 1, 1, err));
  memcpy(*joined, path, folder);
  memcpy(*joined + folder, name, strlen(name) + 1);
  return HD_OK;
}

/** Read a whole stream into one string. */
static enum hd_status read_stream(char **data, size_t *length, FILE *stream, const char *path,
                                  struct hd_error *err) {
  size_t capacity = 0;
  enum hd_status status = HD_OK;
  *data = NULL;
  *length = 0;
  do {
    capacity += READ_BLOCK;
    status = hd_resize(data, capacity + 1, 1, err);
    if (status != HD_OK)
      break;
    *length += fread(*data + *length, 1, capacity - *length, stream);
    if (ferror(stream))
      status = hd_fail(err, HD_IO, "%s: cannot be read: %s", path, strerror(errno));
    else if (*length > FILE_LIMIT)
      status = hd_fail(err, HD_INPUT, "%s: is longer than %d MiB, the limit of an input file", path,
                       FILE_LIMIT >> 20);
  } while (status == HD_OK && *length == capacity);
  if (status != HD_OK) {
    hd_free(data);
    return status;
  }
  (*data)[*length] = '\0';
  return HD_OK;
}

/** Refuse what is no text, or has lines that no message could quote. */
static enum hd_status check_text(const char *data, size_t length, const char *path,
                                 struct hd_error *err) {
  int line = 1;
  size_t start = 0;
  for (size_t i = 0; i <= length; i++) {
    unsigned char c = (unsigned char)data[i];
    if (i == length || c == '\n') {
      if (i - start > LINE_LIMIT)
        return hd_fail(err, HD_INPUT, "%s:%d: the line is %zu characters long, at most %d are read",
                       path, line, i - start, LINE_LIMIT);
      start = i + 1;
      line++;
    } else if ((c < ' ' && !isspace(c)) || c == 0x7f) {
      return hd_fail(err, HD_INPUT, "%s:%d: is not a text file (it contains the byte 0x%02x)", path,
                     line, c);
    }
  }
  return HD_OK;
}

/** Append one line and where it came from. */
static enum hd_status append_line(struct text *text, const struct scan *scan, int line,
                                  const char *data, size_t length, struct hd_error *err) {
  if (text->length + length + 2 > text->capacity) {
    text->capacity = 2 * (text->length + length) + READ_BLOCK;
    TRY(hd_resize(&text->data, text->capacity, 1, err));
  }
  if (text->n_lines % LINE_BLOCK == 0)
    TRY(hd_resize(&text->lines, text->n_lines + LINE_BLOCK, sizeof *text->lines, err));
  text->lines[text->n_lines++] = (struct text_line){scan->file, line};
  memcpy(text->data + text->length, data, length);
  text->length += length;
  text->data[text->length++] = '\n';
  text->data[text->length] = '\0';
  if (text->length > TOTAL_LIMIT)
    return hd_fail(err, HD_INPUT, "%s:%d: with its @include files the input is longer than %d MiB",
                   scan->path, line, TOTAL_LIMIT >> 20);
  return HD_OK;
}

/** libconfig 1.5 takes 10000000000 for 1410065408 without a word; we do not. */
static void check_integer(const char *word, const struct scan *scan, int line,
                          struct hd_error *err) {
  char *end;
  errno = 0;
  long long value = strtoll(word, &end, 10);
  bool real = *end == '.' || *end == 'e' || *end == 'E' || *end == 'x' || *end == 'X';
  if (!real && (errno == ERANGE || value > INT_MAX))
    hd_fail(err, HD_INPUT,
            "%s:%d: the integer %.*s does not fit 32 bits and would be changed silently; write a "
            "quantity as a float (1e10) or as a string with unit (\"1e10 m^-3\")",
            scan->path, line, (int)(end - word < 40 ? end - word : 40), word);
}

/** True when the digit at data[i] is the first one of a number, not inside a name or a float. */
static bool starts_number(const char *data, size_t i) {
  char before = i > 0 ? data[i - 1] : ' ';
  char sign = before == '-' || before == '+' ? (i > 1 ? data[i - 2] : ' ') : ' ';
  return !isalnum((unsigned char)before) && before != '_' && before != '.' &&
         !isalnum((unsigned char)sign);
}

/** Follow comments and strings through one line, and look at its integers. */
static enum scan_state scan_line(enum scan_state state, const char *data, size_t length,
                                 const struct scan *scan, int line, struct hd_error *err) {
  for (size_t i = 0; i < length; i++) {
    char c = data[i], next = i + 1 < length ? data[i + 1] : '\0';
    if (state == SCAN_BLOCK_COMMENT) {
      if (c == '*' && next == '/') {
        state = SCAN_PLAIN;
        i++;
      }
    } else if (state == SCAN_STRING) {
      if (c == '\\')
        i++;
      else if (c == '"')
        state = SCAN_PLAIN;
    } else if (c == '#' || (c == '/' && next == '/')) {
      return SCAN_PLAIN;
    } else if (c == '/' && next == '*') {
      state = SCAN_BLOCK_COMMENT;
      i++;
    } else if (c == '"') {
      state = SCAN_STRING;
    } else if (isdigit((unsigned char)c) && starts_number(data, i)) {
      check_integer(data + i, scan, line, err);
    }
  }
  return state;
}

/** Path between the quotes of an @include line (allocated), or a sentence. */
static enum hd_status include_path(char **path, const char *data, size_t length,
                                   const struct scan *scan, int line, struct hd_error *err) {
  const char *open = memchr(data, '"', length);
  const char *close = open ? memchr(open + 1, '"', length - (size_t)(open + 1 - data)) : NULL;
  if (!close || close == open + 1)
    return hd_fail(err, HD_INPUT, "%s:%d: @include needs a file name in double quotes", scan->path,
                   line);
  char name[FILENAME_MAX];
  snprintf(name, sizeof name, "%.*s", (int)(close - open - 1), open + 1);
  return text_join(path, scan->path, name, err);
}

static enum hd_status scan_include(struct text *text, const struct scan *scan, const char *data,
                                   size_t length, int line, struct hd_error *err) {
  char *path = NULL;
  char *place = NULL;
  TRY(include_path(&path, data, length, scan, line, err));
  size_t size = strlen(scan->path) + 32;
  enum hd_status status = hd_alloc(&place, size, 1, err);
  if (status == HD_OK) {
    snprintf(place, size, "%s:%d: @include ", scan->path, line);
    status = scan_file(text, scan, path, place, err);
  }
  hd_free(&place);
  hd_free(&path);
  return status;
}

/** Copy the lines of one file; @include lines are replaced by what they name. */
static enum hd_status scan_lines(struct text *text, const struct scan *scan, const char *data,
                                 size_t length, struct hd_error *err) {
  enum scan_state state = SCAN_PLAIN;
  int line = 1;
  for (size_t i = 0; i < length; line++) {
    const char *start = data + i;
    const char *newline = memchr(start, '\n', length - i);
    size_t count = newline ? (size_t)(newline - start) : length - i;
    size_t blank = strspn(start, " \t");
    if (state == SCAN_PLAIN && blank < count && strncmp(start + blank, "@include", 8) == 0) {
      TRY(scan_include(text, scan, start, count, line, err));
    } else {
      state = scan_line(state, start, count, scan, line, err);
      TRY(append_line(text, scan, line, start, count, err));
    }
    i += count + 1;
  }
  if (state == SCAN_STRING || state == SCAN_BLOCK_COMMENT)
    return hd_fail(err, HD_INPUT, "%s:%d: the file ends inside a %s", scan->path, line - 1,
                   state == SCAN_STRING ? "string: a closing \" is missing"
                                        : "comment: a closing */ is missing");
  return HD_OK;
}

/** Note the file's identity and refuse one that is open already. */
static enum hd_status scan_enter(struct text *text, struct scan *scan, FILE *stream,
                                 const char *place, struct hd_error *err) {
  struct stat info;
  if (fstat(fileno(stream), &info) != 0)
    return hd_fail(err, HD_IO, "%s%s: cannot be read: %s", place, scan->path, strerror(errno));
  if (S_ISDIR(info.st_mode))
    return hd_fail(err, HD_IO, "%s%s: is a directory, not an input file", place, scan->path);
  scan->device = info.st_dev;
  scan->inode = info.st_ino;
  scan->depth = scan->parent ? scan->parent->depth + 1 : 0;
  for (const struct scan *outer = scan->parent; outer; outer = outer->parent)
    if (outer->device == scan->device && outer->inode == scan->inode)
      return hd_fail(err, HD_INPUT, "%s%s: includes itself (circular @include)", place, scan->path);
  if (scan->depth > INCLUDE_DEPTH_LIMIT)
    return hd_fail(err, HD_INPUT, "%s%s: @include goes deeper than %d files", place, scan->path,
                   INCLUDE_DEPTH_LIMIT);
  TRY(hd_resize(&text->files, text->n_files + 1, sizeof *text->files, err));
  TRY(hd_strdup(&text->files[text->n_files], scan->path, err));
  scan->path = text->files[text->n_files];
  scan->file = (int)text->n_files++;
  return HD_OK;
}

/**
 * Read one file into the text.
 * place   what to put in front of a message about this file: "file:line: @include ", or ""
 */
static enum hd_status scan_file(struct text *text, const struct scan *parent, const char *path,
                                const char *place, struct hd_error *err) {
  struct scan scan = {.parent = parent, .path = path};
  char *data = NULL;
  size_t length = 0;
  FILE *stream = fopen(path, "r");
  if (!stream)
    return hd_fail(err, HD_IO, "%s%s: cannot be opened: %s", place, path, strerror(errno));
  enum hd_status status = scan_enter(text, &scan, stream, place, err);
  if (status == HD_OK)
    status = read_stream(&data, &length, stream, path, err);
  fclose(stream);
  if (status == HD_OK)
    status = check_text(data, length, path, err);
  if (status == HD_OK)
    status = scan_lines(text, &scan, data, length, err);
  hd_free(&data);
  return status;
}

/** Read a file and everything that it includes; see the header. */
enum hd_status text_read(struct text *text, const char *path, struct hd_error *err) {
  memset(text, 0, sizeof *text);
  enum hd_status status = scan_file(text, NULL, path, "", err);
  if (status == HD_OK && text->length == strspn(text->data ? text->data : "", " \t\r\n\f"))
    status = hd_fail(err, HD_INPUT, "%s: is empty", path);
  if (status != HD_OK)
    text_free(text);
  return status;
}

void text_free(struct text *text) {
  for (size_t i = 0; i < text->n_files; i++)
    hd_free(&text->files[i]);
  hd_free(&text->files);
  hd_free(&text->lines);
  hd_free(&text->data);
  memset(text, 0, sizeof *text);
}
