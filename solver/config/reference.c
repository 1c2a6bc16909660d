/* The body of docs/reference.md, from the tables. */
#include <string.h>
#include "solver/config/catalogue.h"
#include "solver/config/config.h"
#include "solver/config/describe.h"

/** "quantity", "integer", "true or false", ... */
const char *describe_form(const struct param *param) {
  static const char *const forms[] = {"quantity",           "number",        "integer",
                                      "true or false",      "one of a list", "name in quotes",
                                      "file name in quotes"};
  return forms[param->kind];
}

/** The default, "required", or "none". */
const char *describe_default(const struct param *param, char *text, size_t size) {
  const char *fixed = NULL;
  if (param->required)
    fixed = "required";
  else if (param->kind >= PARAM_NAME || isnan(param->fallback))
    fixed = "none";
  else if (param->kind == PARAM_CHOICE)
    fixed = param->choices[(int)param->fallback];
  else if (param->kind == PARAM_BOOL)
    fixed = param->fallback != 0 ? "true" : "false";
  else if (isinf(param->fallback))
    fixed = "infinite";
  if (fixed)
    snprintf(text, size, "%s", fixed);
  else
    snprintf(text, size, "%.10g%s%s", param->fallback, param->unit && param->unit[0] ? " " : "",
             param->unit ? param->unit : "");
  return text;
}

/** One cell of a table: what Markdown would take for its own is escaped. */
void describe_cell(FILE *file, const char *text) {
  fputs("| ", file);
  for (; text && *text; text++) {
    if (strchr("|<>*_", *text))
      fputc('\\', file);
    fputc(*text, file);
  }
  fputc(' ', file);
}

static void code_cell(FILE *file, const char *text) {
  fprintf(file, "| `%s` ", text);
}

static void param_row(FILE *file, const struct param *param) {
  char text[512];
  code_cell(file, param->key);
  describe_cell(file, describe_form(param));
  describe_cell(file, param->unit);
  describe_cell(file, describe_default(param, text, sizeof text));
  param_allowed(param, text, sizeof text);
  describe_cell(file, text);
  describe_cell(file, param->doc);
  describe_cell(file, param->source);
  fputs("|\n", file);
}

static void child_row(FILE *file, const struct section_child *child) {
  code_cell(file, child->key);
  code_cell(file, child->form);
  describe_cell(file, child->unit);
  fputs("| | ", file);
  describe_cell(file, child->doc);
  fputs("| |\n", file);
}

static void write_section(FILE *file, const struct section *section) {
  fprintf(file, "### %s\n\n%s\n\n", section->path[0] ? section->path : "The whole input",
          section->doc);
  fputs("| key | written as | unit | default | allowed | meaning | source |\n"
        "|---|---|---|---|---|---|---|\n",
        file);
  for (int t = 0; t < SECTION_TABLES; t++)
    for (size_t i = 0; section->tables[t].count && i < *section->tables[t].count; i++)
      param_row(file, &section->tables[t].params[i]);
  for (const struct section_child *child = section->children; child && child->key; child++)
    child_row(file, child);
  fputc('\n', file);
}

static void write_catalogue(FILE *file, const struct catalogue *catalogue) {
  struct catalogue_row row;
  fprintf(file, "### %s\n\n", catalogue->title);
  if (catalogue->where)
    fprintf(file, "Names for `%s`.\n\n", catalogue->where);
  fputs("| name | unit | meaning | keys that it reads | source |\n|---|---|---|---|---|\n", file);
  for (size_t i = 0; catalogue->row(i, &row); i++) {
    code_cell(file, row.name);
    describe_cell(file, row.unit);
    describe_cell(file, row.doc);
    describe_cell(file, row.keys);
    describe_cell(file, row.source);
    fputs("|\n", file);
  }
  fputc('\n', file);
}

static const char intro[] =
    "An input is a text of settings `key = value;` in groups `{ }`, lists `( , )` and arrays\n"
    "`[ , ]` (libconfig 1.5). `//` and `#` start a comment, `/* */` holds one. A line\n"
    "`@include \"file\"` stands for the text of that file, relative to the file that includes it.\n"
    "`--set path=value` replaces or adds one setting; members of a list are counted from 0\n"
    "(`device.layers[0].thickness`) or named (`circuit.C.value`).\n\n"
    "A *quantity* is a float in the SI unit of the table (`4e-8`) or a string with any unit of "
    "the\n"
    "same dimension (`\"40 nm\"`, `\"1e18 cm^-3\"`). Energies are in eV; an eV is the charge q of\n"
    "the run times one volt. Bare integers are refused for quantities: libconfig 1.5 changes "
    "those\n"
    "beyond 32 bits without a word, and `40` for `\"40 nm\"` is a likely slip. Where the default "
    "is\n"
    "infinite, `\"inf\"` with a unit may be written. `$` is the unit of what a waveform drives or "
    "a\n"
    "sweep steps. A key without a default that is not given is absent: what that means stands in\n"
    "its line.\n\n"
    "Materials and metals are looked up by name in the input itself, then in the files\n"
    "`materials/*.cfg` beside the input, in `$HALIDRIFT_DATA`, in the installed data and in the\n"
    "source tree. `resolved.cfg` in the run folder holds everything and needs no library.\n\n";

/** Write the body of the reference page. */
enum hd_status config_reference(FILE *file, struct hd_error *err) {
  fprintf(file, "## Input\n\n%s", intro);
  for (size_t i = 0; i < SECTION_COUNT; i++)
    write_section(file, &sections[i]);
  fputs("## Laws, kinds and quantities\n\n", file);
  for (size_t i = 0; i < catalogues_count; i++)
    write_catalogue(file, &catalogues[i]);
  reference_output(file);
  if (ferror(file))
    return hd_fail(err, HD_IO, "the reference could not be written");
  return HD_OK;
}
