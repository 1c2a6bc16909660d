#include "solver/config/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 64 }; /* names are shorter; what is longer is cut */

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

static size_t replace_cost(char a, char b) {
  if (a == b)
    return 0;
  return tolower((unsigned char)a) == tolower((unsigned char)b) ? 1 : 2;
}

/**
 * Damerau-Levenshtein distance (optimal string alignment), in half edits.
 * Three rows of the table are kept: this one, the last, and the one before.
 */
size_t suggest_distance(const char *a, const char *b) {
  size_t n_a = strlen(a), n_b = strlen(b);
  if (n_a > LONGEST || n_b > LONGEST)
    return 2 * (n_a + n_b);
  size_t rows[3][LONGEST + 1];
  for (size_t j = 0; j <= n_b; j++)
    rows[0][j] = 2 * j;
  for (size_t i = 1; i <= n_a; i++) {
    size_t *row = rows[i % 3];
    const size_t *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
    row[0] = 2 * i;
    for (size_t j = 1; j <= n_b; j++) {
      row[j] = least(last[j] + 2, row[j - 1] + 2);
      row[j] = least(row[j], last[j - 1] + replace_cost(a[i - 1], b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = least(row[j], before[j - 2] + 2);
    }
  }
  return rows[n_a % 3][n_b];
}

/** Look at one candidate: near enough is at most a third of its letters wrong, or a common start.
 */
void suggest_offer(struct suggest *suggest, const char *candidate) {
  size_t length = strlen(suggest->wanted), other = strlen(candidate);
  size_t distance = suggest_distance(suggest->wanted, candidate);
  size_t common = length < other ? length : other;
  if (common >= 3 && strncmp(suggest->wanted, candidate, common) == 0)
    distance = least(distance, 3);
  size_t limit = 2 + 2 * (length > other ? length : other) / 3;
  if (distance <= limit && (!suggest->best || distance < suggest->distance)) {
    suggest->best = candidate;
    suggest->distance = distance;
  }
}

/** "; did you mean NAME?", or "". */
const char *suggest_text(const struct suggest *suggest, char text[128]) {
  text[0] = '\0';
  if (suggest->best)
    snprintf(text, 128, "; did you mean %.80s?", suggest->best);
  return text;
}
