/* `halidrift explain` and `halidrift list`. */
#include <ctype.h>
#include <string.h>
#include "solver/base/memory.h"
#include "solver/config/catalogue.h"
#include "solver/config/config.h"
#include "solver/config/describe.h"
#include "solver/config/library.h"
#include "solver/config/suggest.h"

enum { PATH = 256 };

/** "device.layers[0].thickness" to "device.layers.thickness"; `devices` is the same as `device`. */
static void plain(const char *path, char text[PATH]) {
  size_t length = 0;
  if (strncmp(path, "devices", 7) == 0 && (path[7] == '[' || path[7] == '.')) {
    memcpy(text, "device", 6);
    length = 6;
    path += 7;
  }
  for (bool inside = false; *path && length < PATH - 1; path++) {
    if (*path == '[')
      inside = true;
    else if (*path == ']')
      inside = false;
    else if (!inside)
      text[length++] = *path;
  }
  text[length] = '\0';
}

/** True when `path` is `key` or ends with ".key". */
static bool ends_with(const char *path, const char *key) {
  size_t n = strlen(path), m = strlen(key);
  if (m > n || strcmp(path + n - m, key) != 0)
    return false;
  return m == n || path[n - m - 1] == '.';
}

/** What is looked for, what was found, and the nearest name if nothing was. */
struct search {
  FILE *file;
  char key[PATH];
  const char *last; /* its last word */
  size_t found;
  struct suggest suggest;
};

static bool matches(struct search *search, const struct section *section, const char *key) {
  char path[PATH], full[2 * PATH];
  plain(section->path, path);
  snprintf(full, sizeof full, "%s%s%s", path, path[0] ? "." : "", key);
  suggest_offer(&search->suggest, key);
  return ends_with(full, search->key);
}

static void print_param(struct search *search, const struct section *section,
                        const struct param *param) {
  char text[512];
  fprintf(search->file, "%s%s%s%s\n  %s\n", search->found++ ? "\n" : "", section->path,
          section->path[0] ? "." : "", param->key, param->doc);
  fprintf(search->file, "  written as  %s\n", describe_form(param));
  if (param->unit && param->unit[0])
    fprintf(search->file, "  unit        %s\n", param->unit);
  fprintf(search->file, "  default     %s\n", describe_default(param, text, sizeof text));
  param_allowed(param, text, sizeof text);
  if (text[0])
    fprintf(search->file, "  allowed     %s\n", text);
  if (param->source)
    fprintf(search->file, "  source      %s\n", param->source);
}

/** The keys of a group, so that `explain layers` says what a layer may hold. */
static void print_keys(FILE *file, const struct section *section) {
  fputs("  keys       ", file);
  for (int t = 0; t < SECTION_TABLES; t++)
    for (size_t i = 0; section->tables[t].count && i < *section->tables[t].count; i++)
      fprintf(file, " %s", section->tables[t].params[i].key);
  for (const struct section_child *child = section->children; child && child->key; child++)
    fprintf(file, " %s", child->key);
  fputc('\n', file);
}

/** True when the kinds of a catalogue are chosen by a key of this section. */
static bool chosen_in(const struct catalogue *catalogue, const struct section *section) {
  size_t length = strlen(section->path);
  return catalogue->where && strncmp(catalogue->where, section->path, length) == 0 &&
         catalogue->where[length] == '.' && !strchr(catalogue->where + length + 1, '.');
}

/** Which keys each kind of the group reads. */
static void print_kinds(FILE *file, const struct section *section) {
  struct catalogue_row row;
  for (size_t c = 0; c < catalogues_count; c++)
    for (size_t i = 0; chosen_in(&catalogues[c], section) && catalogues[c].row(i, &row); i++)
      if (row.keys)
        fprintf(file, "  %s = \"%s\": %s\n", strrchr(catalogues[c].where, '.') + 1, row.name,
                row.keys[0] ? row.keys : "no other keys");
}

static void print_child(struct search *search, const struct section *section,
                        const struct section_child *child) {
  char path[PATH], own[PATH];
  fprintf(search->file, "%s%s%s%s\n  %s\n  written as  %s\n", search->found++ ? "\n" : "",
          section->path, section->path[0] ? "." : "", child->key, child->doc, child->form);
  if (child->unit)
    fprintf(search->file, "  unit        %s\n", child->unit);
  snprintf(own, sizeof own, "%s%s%s", section->path, section->path[0] ? "." : "", child->key);
  plain(own, own);
  for (size_t i = 0; i < SECTION_COUNT; i++) {
    plain(sections[i].path, path);
    bool same = strcmp(path, own) == 0;
    bool wave = i == SECTION_WAVEFORM &&
                (strcmp(child->key, "waveform") == 0 || strcmp(child->key, "factor") == 0);
    if (i != SECTION_ROOT && (same || wave)) {
      print_keys(search->file, &sections[i]);
      print_kinds(search->file, &sections[i]);
    }
  }
}

static void search_sections(struct search *search) {
  for (size_t s = 0; s < SECTION_COUNT; s++) {
    const struct section *section = &sections[s];
    for (int t = 0; t < SECTION_TABLES; t++)
      for (size_t i = 0; section->tables[t].count && i < *section->tables[t].count; i++)
        if (matches(search, section, section->tables[t].params[i].key))
          print_param(search, section, &section->tables[t].params[i]);
    for (const struct section_child *child = section->children; child && child->key; child++)
      if (matches(search, section, child->key))
        print_child(search, section, child);
  }
}

static void print_row(FILE *file, const struct catalogue *catalogue,
                      const struct catalogue_row *row) {
  fprintf(file, "%s (%s)\n  %s\n", row->name, catalogue->name, row->doc ? row->doc : "");
  if (catalogue->where)
    fprintf(file, "  stands in   %s\n", catalogue->where);
  if (row->keys && row->keys[0])
    fprintf(file, "  keys        %s\n", row->keys);
  if (row->unit && row->unit[0])
    fprintf(file, "  unit        %s\n", row->unit);
  if (row->source)
    fprintf(file, "  source      %s\n", row->source);
}

/** "constant", "waveform.constant" or "waveform.type.constant". */
static bool row_matches(const struct search *search, const struct catalogue *catalogue,
                        const char *name) {
  char where[PATH], full[2 * PATH];
  if (strcmp(name, search->key) == 0)
    return true;
  if (!catalogue->where)
    return false;
  plain(catalogue->where, where);
  snprintf(full, sizeof full, "%s.%s", where, name);
  if (ends_with(full, search->key))
    return true;
  *strrchr(where, '.') = '\0';
  snprintf(full, sizeof full, "%s.%s", where, name);
  return ends_with(full, search->key);
}

static void search_catalogues(struct search *search) {
  struct catalogue_row row;
  for (size_t c = 0; c < catalogues_count; c++)
    for (size_t i = 0; catalogues[c].row(i, &row); i++) {
      suggest_offer(&search->suggest, row.name);
      if (row_matches(search, &catalogues[c], row.name)) {
        if (search->found++)
          fputc('\n', search->file);
        print_row(search->file, &catalogues[c], &row);
      }
    }
}

/**
 * Explain a key ("thickness", "layers.thickness", "device.layers[0].thickness") or the name of a
 * law ("schottky", "waveform.constant").
 * Errors  HD_USAGE with the nearest name
 */
enum hd_status config_explain(FILE *file, const char *key, struct hd_error *err) {
  struct search search = {.file = file};
  plain(key, search.key);
  const char *dot = strrchr(search.key, '.');
  search.suggest.wanted = dot ? dot + 1 : search.key;
  search_sections(&search);
  search_catalogues(&search);
  char near[128];
  if (search.found == 0)
    return hd_fail(err, HD_USAGE, "explain: there is no key or law '%.100s'%s", key,
                   suggest_text(&search.suggest, near));
  return HD_OK;
}

/** Print one entry of the library with its note. */
static void print_entry(void *context, const struct node *entry) {
  const struct node *name = tree_member(entry, "name"), *note = tree_member(entry, "note");
  fprintf(context, "%-16s %s\n                 %s:%d\n", name->text,
          note && note->kind == NODE_STRING ? note->text : "", entry->file, entry->line);
}

static enum hd_status list_library(FILE *file, const char *what, struct hd_error *err) {
  struct hd_error own = {.status = HD_OK};
  struct reader reader = {.err = err ? err : &own};
  TRY(library_create(&reader.library, err));
  enum hd_status status = library_visit(&reader, what, print_entry, file);
  library_free(&reader.library);
  return status == HD_OK ? reader.err->status : status;
}

static void list_rows(FILE *file, const struct catalogue *catalogue) {
  struct catalogue_row row;
  for (size_t i = 0; catalogue->row(i, &row); i++)
    fprintf(file, "%-22s %s\n", row.name, row.doc ? row.doc : "");
}

/** List the entries of a catalogue or of the library. Errors: HD_USAGE with what can be listed. */
enum hd_status config_list(FILE *file, const char *what, struct hd_error *err) {
  static const char *const library[] = {"materials", "metals"};
  struct suggest suggest = {.wanted = what};
  char near[128], all[256] = "materials, metals";
  for (size_t i = 0; i < 2; i++) {
    if (strcmp(what, library[i]) == 0)
      return list_library(file, what, err);
    suggest_offer(&suggest, library[i]);
  }
  for (size_t i = 0; i < catalogues_count; i++) {
    if (strcmp(what, catalogues[i].name) == 0) {
      list_rows(file, &catalogues[i]);
      return HD_OK;
    }
    suggest_offer(&suggest, catalogues[i].name);
    size_t length = strlen(all);
    snprintf(all + length, sizeof all - length, ", %s", catalogues[i].name);
  }
  return hd_fail(err, HD_USAGE, "list: got '%.60s', must be one of %s%s", what, all,
                 suggest_text(&suggest, near));
}
