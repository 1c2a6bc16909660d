/* The nearest name to a mistyped one. */
#ifndef HALIDRIFT_SOLVER_CONFIG_SUGGEST_H
#define HALIDRIFT_SOLVER_CONFIG_SUGGEST_H

#include <stddef.h>

/** Keeps the best candidate so far; start with {.wanted = name}. */
struct suggest {
  const char *wanted;
  const char *best; /* borrowed; NULL: nothing near enough yet */
  size_t distance;
};

/** Look at one candidate. */
void suggest_offer(struct suggest *suggest, const char *candidate);

/** "; did you mean NAME?", or "" when nothing is near. */
const char *suggest_text(const struct suggest *suggest, char text[128]);

/** Edits (insert, delete, replace, swap of neighbours; case is half an edit) times two. */
size_t suggest_distance(const char *a, const char *b);

#endif
