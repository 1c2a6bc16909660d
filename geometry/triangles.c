#include "geometry/triangles.h"

#include <math.h>
#include <stdlib.h>
#include "solver/base/memory.h"

/** Cells have three corners, or four on a tensor grid; more where edges without a face are left
 * out. A longer round is a hole or the outside. */
enum { CORNERS = 6 };

/** An edge seen from one of its ends. */
struct half {
  int from, to;
  double angle;
  bool walked;
};

/** The half edges, sorted by node and, around each node, counter-clockwise. */
struct fan {
  struct half *half; /* [n] owned */
  size_t *first;     /* [n_nodes + 1] owned */
  size_t n;
};

static int by_node_and_angle(const void *a, const void *b) {
  const struct half *x = a, *y = b;
  if (x->from != y->from)
    return x->from < y->from ? -1 : 1;
  if (x->to == y->to || x->angle == y->angle)
    return x->to < y->to ? -1 : x->to > y->to;
  return x->angle < y->angle ? -1 : 1;
}

static struct half make_half(const struct mesh *mesh, int from, int to) {
  const double *a = mesh->x[from], *b = mesh->x[to];
  return (struct half){.from = from, .to = to, .angle = atan2(b[1] - a[1], b[0] - a[0])};
}

/** Both halves of every edge, once: an edge between two regions stands twice in the mesh. */
static enum hd_status fan_create(struct fan *fan, const struct mesh *mesh, struct hd_error *err) {
  TRY(hd_alloc(&fan->half, 2 * mesh->n_edge_parts, sizeof *fan->half, err));
  TRY(hd_alloc(&fan->first, mesh->n_nodes + 1, sizeof *fan->first, err));
  size_t all = 0;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    fan->half[all++] = make_half(mesh, edge->k, edge->l);
    fan->half[all++] = make_half(mesh, edge->l, edge->k);
  }
  if (all > 0)
    qsort(fan->half, all, sizeof *fan->half, by_node_and_angle);
  for (size_t i = 0; i < all; i++)
    if (fan->n == 0 || fan->half[fan->n - 1].from != fan->half[i].from ||
        fan->half[fan->n - 1].to != fan->half[i].to)
      fan->half[fan->n++] = fan->half[i];
  for (size_t i = 0; i < fan->n; i++)
    fan->first[fan->half[i].from + 1]++;
  for (size_t k = 0; k < mesh->n_nodes; k++)
    fan->first[k + 1] += fan->first[k];
  return HD_OK;
}

static void fan_free(struct fan *fan) {
  hd_free(&fan->half);
  hd_free(&fan->first);
}

/** The next half edge around the face to the left of `half`: from its end, the next one clockwise
 * from the way back. */
static struct half *next_of(const struct fan *fan, const struct half *half) {
  size_t first = fan->first[half->to], count = fan->first[half->to + 1] - first;
  for (size_t i = 0; i < count; i++)
    if (fan->half[first + i].to == half->from)
      return &fan->half[first + (i + count - 1) % count];
  return NULL;
}

/** Walk once around the face to the left. Returns the number of corners, 0 when it is no cell. */
static int walk(const struct fan *fan, const struct mesh *mesh, struct half *start,
                int corner[CORNERS]) {
  int n = 0;
  double twice = 0.0;
  for (struct half *at = start; !at->walked; at = next_of(fan, at)) {
    at->walked = true;
    const double *a = mesh->x[at->from], *b = mesh->x[at->to];
    twice += a[0] * b[1] - b[0] * a[1];
    if (n < CORNERS)
      corner[n] = at->from;
    n++;
  }
  return n <= CORNERS && twice > 0.0 ? n : 0;
}

static void add_cell(struct triangles *triangles, const int *corner, int n) {
  for (int i = 1; i + 1 < n; i++) {
    int *to = triangles->corner[triangles->n++];
    to[0] = corner[0];
    to[1] = corner[i];
    to[2] = corner[i + 1];
    if (i > 1) {
      triangles->pair[triangles->n_pairs][0] = corner[0];
      triangles->pair[triangles->n_pairs++][1] = corner[i];
    }
  }
}

/**
 * The faces of the plane graph are found by walking around them; those with few corners are cells.
 * A cell of n corners becomes n - 2 triangles; its diagonals count as edges from here on.
 * triangles  out: freed with triangles_free, also after an error
 * Errors     HD_MEMORY
 */
enum hd_status triangles_create(struct triangles *triangles, const struct mesh *mesh,
                                struct hd_error *err) {
  struct fan fan = {0};
  *triangles = (struct triangles){0};
  enum hd_status status = fan_create(&fan, mesh, err);
  /* Every triangle takes one half edge or one side of a diagonal: at most two for each edge. */
  if (status == HD_OK)
    status = hd_alloc(&triangles->corner, fan.n, sizeof *triangles->corner, err);
  if (status == HD_OK)
    status = hd_alloc(&triangles->pair, 2 * fan.n, sizeof *triangles->pair, err);
  for (size_t i = 0; status == HD_OK && i < fan.n; i++) {
    if (fan.half[i].from > fan.half[i].to)
      continue;
    triangles->pair[triangles->n_pairs][0] = fan.half[i].from;
    triangles->pair[triangles->n_pairs++][1] = fan.half[i].to;
  }
  for (size_t i = 0; status == HD_OK && mesh->dimension == 2 && i < fan.n; i++) {
    int corner[CORNERS];
    if (!fan.half[i].walked)
      add_cell(triangles, corner, walk(&fan, mesh, &fan.half[i], corner));
  }
  fan_free(&fan);
  return status;
}

/** Free; a zeroed struct is accepted. */
void triangles_free(struct triangles *triangles) {
  hd_free(&triangles->corner);
  hd_free(&triangles->pair);
  *triangles = (struct triangles){0};
}
