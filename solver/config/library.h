/* The library of materials and metals: files materials/<any>.cfg beside the input and in the data
 * folders. */
#ifndef HALIDRIFT_SOLVER_CONFIG_LIBRARY_H
#define HALIDRIFT_SOLVER_CONFIG_LIBRARY_H

#include "physics/material.h"
#include "solver/config/table.h"

enum hd_status library_create(struct library **library, struct hd_error *err);
void library_free(struct library **library);

/** Fill a material by name: first those of the input, then the library. `asked` is who names it
 * (for messages). *found is false when a sentence was noted. */
enum hd_status library_material(struct reader *reader, const struct node *asked, const char *name,
                                struct material *material, bool *found);

/** Work function of a metal by name, V. */
enum hd_status library_metal(struct reader *reader, const struct node *asked, const char *name,
                             double *work_function_V, bool *found);

/** Check the materials and metals of the input that nobody uses, too. */
enum hd_status library_check(struct reader *reader);

/** Call `visit` for every entry of list `key` ("materials", "metals") of the library; shadowed
 * entries are left out. */
enum hd_status library_visit(struct reader *reader, const char *key,
                             void (*visit)(void *context, const struct node *entry), void *context);

#endif
