#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "physics/waveform.h"
#include "solver/config/catalogue.h"
#include "solver/config/config.h"
#include "solver/config/sections.h"
#include "tests/support/config_input.h"

static char *captured(enum hd_status (*call)(FILE *, const char *, struct hd_error *),
                      const char *word, enum hd_status wanted) {
  char *text = NULL;
  size_t length = 0;
  struct hd_error err = {.status = HD_OK};
  FILE *file = open_memstream(&text, &length);
  ck_assert_ptr_nonnull(file);
  enum hd_status status = call(file, word, &err);
  fclose(file);
  ck_assert_msg(status == wanted, "%s: %s", word, err.text);
  return text;
}

START_TEST(explain_knows_every_key) {
  for (int t = 0; t < SECTION_TABLES; t++) {
    const struct section_table *table = &sections[_i].tables[t];
    for (size_t i = 0; table->count && i < *table->count; i++) {
      char *text = captured(config_explain, table->params[i].key, HD_OK);
      ck_assert_msg(strstr(text, table->params[i].doc) != NULL, "%s", table->params[i].key);
      free(text);
    }
  }
  for (const struct section_child *child = sections[_i].children; child && child->key; child++)
    free(captured(config_explain, child->key, HD_OK));
}
END_TEST

START_TEST(explain_takes_paths) {
  static const char *const paths[] = {"layers.thickness", "device.layers[3].thickness",
                                      "devices[0].layers[].thickness"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    char *text = captured(config_explain, paths[i], HD_OK);
    ck_assert_ptr_nonnull(strstr(text, "device.layers[].thickness"));
    free(text);
  }
  free(captured(config_explain, "contacts.thickness", HD_USAGE));
  free(captured(config_explain, "no_such_key_at_all", HD_USAGE));
}
END_TEST

/** A group shows which keys each of its kinds reads, and each kind has a path of its own. */
START_TEST(explain_shows_kinds) {
  char path[HD_NAME], line[512];
  for (size_t i = 0; i < waveform_table_count; i++) {
    char *group = captured(config_explain, "waveform", HD_OK);
    snprintf(line, sizeof line, "type = \"%s\": %s", waveform_table[i].name,
             waveform_table[i].keys);
    ck_assert_ptr_nonnull(strstr(group, line));
    free(group);
    snprintf(path, sizeof path, "waveform.%s", waveform_table[i].name);
    char *kind = captured(config_explain, path, HD_OK);
    ck_assert_ptr_nonnull(strstr(kind, waveform_table[i].doc));
    free(kind);
  }
  free(captured(config_explain, "waveform.type.constant", HD_OK));
  free(captured(config_explain, "waveform.schottky", HD_USAGE));
}
END_TEST

START_TEST(list_shows_every_catalogue) {
  struct catalogue_row row;
  for (size_t c = 0; c < catalogues_count; c++) {
    char *text = captured(config_list, catalogues[c].name, HD_OK);
    for (size_t i = 0; catalogues[c].row(i, &row); i++)
      ck_assert_ptr_nonnull(strstr(text, row.name));
    free(text);
  }
  char *text = captured(config_list, "materials", HD_OK);
  ck_assert_ptr_nonnull(strstr(text, "MAPbI3"));
  ck_assert_ptr_nonnull(strstr(text, "silicon"));
  free(text);
  free(captured(config_list, "everything", HD_USAGE));
}
END_TEST

static enum hd_status reference(FILE *file, const char *word, struct hd_error *err) {
  (void)word;
  return config_reference(file, err);
}

START_TEST(reference_has_every_key) {
  char *text = captured(reference, "", HD_OK), quoted[HD_NAME];
  for (size_t s = 0; s < SECTION_COUNT; s++)
    for (int t = 0; t < SECTION_TABLES; t++)
      for (size_t i = 0; sections[s].tables[t].count && i < *sections[s].tables[t].count; i++) {
        snprintf(quoted, sizeof quoted, "| `%s` |", sections[s].tables[t].params[i].key);
        ck_assert_msg(strstr(text, quoted) != NULL, "%s", quoted);
      }
  free(text);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("explain");
  TCase *tcase = tcase_create("all");
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, explain_knows_every_key, 0, SECTION_COUNT);
  tcase_add_test(tcase, explain_takes_paths);
  tcase_add_test(tcase, explain_shows_kinds);
  tcase_add_test(tcase, list_shows_every_catalogue);
  tcase_add_test(tcase, reference_has_every_key);
  suite_add_tcase(suite, tcase);
  return suite_run(suite);
}
