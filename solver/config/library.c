#include "solver/config/library.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include "physics/contact.h"
#include "solver/base/memory.h"
#include "solver/config/suggest.h"

enum { BASE_DEPTH = 8, FOLDERS = 4 };

struct library_file {
  struct text text;
  struct node *root; /* owned */
};

struct library {
  size_t n_files;
  struct library_file *files; /* owned; in the order in which names are looked up */
  int next_folder;            /* the first one that has not been read yet */
};

enum hd_status library_create(struct library **library, struct hd_error *err) {
  return hd_alloc(library, 1, sizeof **library, err);
}

void library_free(struct library **library) {
  if (!*library)
    return;
  for (size_t i = 0; i < (*library)->n_files; i++) {
    tree_free(&(*library)->files[i].root);
    text_free(&(*library)->files[i].text);
  }
  hd_free(&(*library)->files);
  hd_free(library);
}

/**
 * The folders, in order: beside the input file, $HALIDRIFT_DATA, where the program is installed,
 * where its sources are.
 * path    out: allocated, the caller frees it; NULL: this one does not apply
 */
static enum hd_status folder_path(const struct reader *reader, int index, char **path) {
  const char *base = NULL;
  *path = NULL;
  if (index == 0)
    return reader->path ? text_join(path, reader->path, "materials/", reader->err) : HD_OK;
  if (index == 1)
    base = getenv("HALIDRIFT_DATA");
#ifdef HALIDRIFT_INSTALL_DATA
  if (index == 2)
    base = HALIDRIFT_INSTALL_DATA;
#endif
#ifdef HALIDRIFT_SOURCE_DATA
  if (index == 3)
    base = HALIDRIFT_SOURCE_DATA;
#endif
  if (!base || !base[0])
    return HD_OK;
  size_t size = strlen(base) + sizeof "/materials/";
  TRY(hd_alloc(path, size, 1, reader->err));
  snprintf(*path, size, "%s/materials/", base);
  return HD_OK;
}

static int is_config_file(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return length > 4 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 4, ".cfg") == 0;
}

static enum hd_status read_one(struct reader *reader, const char *folder, const char *name) {
  struct library *library = reader->library;
  struct library_file file = {.root = NULL};
  char *path = NULL;
  TRY(text_join(&path, folder, name, reader->err));
  enum hd_status status = text_read(&file.text, path, reader->err);
  hd_free(&path);
  if (status == HD_OK)
    status = tree_parse(&file.root, &file.text, reader->err);
  if (status == HD_OK)
    status = hd_resize(&library->files, library->n_files + 1, sizeof *library->files, reader->err);
  if (status != HD_OK) {
    tree_free(&file.root);
    text_free(&file.text);
    return status == HD_MEMORY ? status : HD_OK; /* the others are noted in err */
  }
  library->files[library->n_files++] = file;
  return HD_OK;
}

/** Read the next folder. *done: there are no more. */
static enum hd_status read_folder(struct reader *reader, bool *done) {
  char *folder = NULL;
  struct dirent **entries = NULL;
  *done = reader->library->next_folder >= FOLDERS;
  if (*done)
    return HD_OK;
  TRY(folder_path(reader, reader->library->next_folder++, &folder));
  int count = folder ? scandir(folder, &entries, is_config_file, alphasort) : 0;
  enum hd_status status = HD_OK;
  for (int i = 0; i < count; i++) {
    if (status == HD_OK)
      status = read_one(reader, folder, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  hd_free(&folder);
  return status;
}

/** Entry { name = "..."; } of list `key` below `root`. */
static const struct node *entry_of(const struct node *root, const char *key, const char *name,
                                   struct suggest *suggest) {
  const struct node *list = tree_member(root, key);
  for (size_t i = 0; list && i < list->n_children; i++) {
    const struct node *own = tree_member(list->children[i], "name");
    if (!own || own->kind != NODE_STRING)
      continue;
    if (strcmp(own->text, name) == 0)
      return list->children[i];
    suggest_offer(suggest, own->text);
  }
  return NULL;
}

/** Look a name up in the library's files only; folders are read as they are needed. */
static enum hd_status find_in_files(struct reader *reader, const char *key, const char *name,
                                    const struct node **entry, struct suggest *suggest) {
  struct library *library = reader->library;
  bool done = false;
  size_t i = 0;
  *entry = NULL;
  while (!done) {
    for (; i < library->n_files && !*entry; i++)
      *entry = entry_of(library->files[i].root, key, name, suggest);
    if (*entry)
      return HD_OK;
    TRY(read_folder(reader, &done));
  }
  return HD_OK;
}

/** Look a name up in the input (unless it is the entry `from` itself), then in the library. */
static enum hd_status find(struct reader *reader, const struct node *asked, const char *key,
                           const char *name, const struct node *from, const struct node **entry) {
  struct suggest suggest = {.wanted = name};
  char near[128];
  *entry = entry_of(reader->root, key, name, &suggest);
  if (*entry == from)
    *entry = NULL;
  if (!*entry)
    TRY(find_in_files(reader, key, name, entry, &suggest));
  if (!*entry)
    input_error(reader, asked, NULL, "there is no %.*s \"%.60s\" in the input or the library%s",
                (int)strlen(key) - 1, key, name, suggest_text(&suggest, near));
  return HD_OK;
}

static enum hd_status read_material(struct reader *reader, const struct node *entry,
                                    struct material *material, bool *found, int depth) {
  struct table table = section_table(SECTION_MATERIAL, 0);
  *found = false;
  if (!section_enter(reader, entry, SECTION_MATERIAL))
    return HD_OK;
  *found = true;
  member_string(reader, entry, "note");
  const char *base = member_string(reader, entry, "base");
  if (!base)
    return table_read(reader, entry, &table, material);
  const struct node *node = tree_member(entry, "base"), *parent;
  if (depth >= BASE_DEPTH) {
    input_error(reader, node, NULL, "goes on for more than %d materials: is it circular?",
                BASE_DEPTH);
    return HD_OK;
  }
  TRY(find(reader, node, "materials", base, entry, &parent));
  if (parent)
    TRY(read_material(reader, parent, material, found, depth + 1));
  else
    *found = false;
  return table_update(reader, entry, &table, material);
}

/** Fill a material by name; see the header. */
enum hd_status library_material(struct reader *reader, const struct node *asked, const char *name,
                                struct material *material, bool *found) {
  const struct node *entry;
  struct table table = section_table(SECTION_MATERIAL, 0);
  *found = false;
  table_defaults(&table, material);
  TRY(find(reader, asked, "materials", name, NULL, &entry));
  if (!entry)
    return HD_OK;
  struct suggest ignored = {.wanted = ""};
  struct reader quiet = *reader; /* library_check reports what is wrong in the input's materials */
  if (entry == entry_of(reader->root, "materials", name, &ignored))
    quiet.err = NULL;
  return read_material(&quiet, entry, material, found, 0);
}

static enum hd_status read_metal(struct reader *reader, const struct node *entry,
                                 struct contact *metal) {
  struct table table = section_table(SECTION_METAL, 0);
  if (!section_enter(reader, entry, SECTION_METAL))
    return HD_OK;
  member_string(reader, entry, "note");
  return table_read(reader, entry, &table, metal);
}

/** Work function of a metal by name, V. */
enum hd_status library_metal(struct reader *reader, const struct node *asked, const char *name,
                             double *work_function_V, bool *found) {
  const struct node *entry;
  struct contact metal = {.work_function_V = PARAM_MISSING};
  TRY(find(reader, asked, "metals", name, NULL, &entry));
  *found = entry != NULL;
  if (entry)
    TRY(read_metal(reader, entry, &metal));
  *work_function_V = metal.work_function_V;
  return HD_OK;
}

/** Refuse a second entry of the same name. */
static void check_repeated(struct reader *reader, const struct node *list) {
  for (size_t i = 0; i < list->n_children; i++) {
    const struct node *own = tree_member(list->children[i], "name");
    struct suggest ignored = {.wanted = ""};
    if (own && own->kind == NODE_STRING &&
        entry_of(reader->root, list->name, own->text, &ignored) != list->children[i])
      input_error(reader, own, NULL, "\"%.60s\" is there twice", own->text);
  }
}

/** Check the materials and metals of the input, used or not. */
enum hd_status library_check(struct reader *reader) {
  const struct node *materials = member_list(reader, reader->root, "materials");
  const struct node *metals = member_list(reader, reader->root, "metals");
  for (size_t i = 0; materials && i < materials->n_children; i++) {
    struct material material;
    bool found;
    TRY(read_material(reader, materials->children[i], &material, &found, 0));
  }
  for (size_t i = 0; metals && i < metals->n_children; i++) {
    struct contact metal;
    TRY(read_metal(reader, metals->children[i], &metal));
  }
  if (materials)
    check_repeated(reader, materials);
  if (metals)
    check_repeated(reader, metals);
  return HD_OK;
}

/** Call `visit` for every entry of the library that a name would find. */
enum hd_status library_visit(struct reader *reader, const char *key,
                             void (*visit)(void *context, const struct node *entry),
                             void *context) {
  bool done = false;
  while (!done)
    TRY(read_folder(reader, &done));
  for (size_t i = 0; i < reader->library->n_files; i++) {
    const struct node *list = tree_member(reader->library->files[i].root, key);
    for (size_t j = 0; list && j < list->n_children; j++) {
      const struct node *own = tree_member(list->children[j], "name"), *first = NULL;
      struct suggest ignored = {.wanted = ""};
      if (own && own->kind == NODE_STRING)
        TRY(find_in_files(reader, key, own->text, &first, &ignored));
      if (first == list->children[j])
        visit(context, first);
    }
  }
  return HD_OK;
}
