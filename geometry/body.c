#include "geometry/body.h"

#include <math.h>
#include <string.h>
#include "geometry/metric.h"
#include "geometry/triangles.h"
#include "solver/base/memory.h"

/** Cross-sections are taken at so many equally spaced distances from the terminal. */
enum { SECTIONS = 64 };
/** A body that bridges nothing ends in a tip of radius zero: its last tenth does not count for the
 * smallest radius. */
static const double TIP = 0.1;

struct body_finder {
  const struct mesh *mesh; /* borrowed */
  struct metric metric;
  struct triangles triangles;
  size_t n_terminals;
  double *distance;       /* [n_terminals * n_nodes] owned: m from each terminal */
  bool *touches;          /* [n_terminals * n_nodes] owned: nodes of each terminal */
  size_t *first, *second; /* [n_nodes + 1], [2 n_pairs] owned: neighbours of each node */
  int *stack;             /* [n_nodes] owned work */
  bool *in, *best;        /* [n_nodes] owned work: nodes of a body */
  const double *field;    /* of the present call, borrowed */
  double level;
};

/* ---- distances ---- */

static double from_segment(const double p[2], const double a[2], const double b[2]) {
  double d[2] = {b[0] - a[0], b[1] - a[1]};
  double length2 = d[0] * d[0] + d[1] * d[1];
  double t = length2 > 0.0 ? ((p[0] - a[0]) * d[0] + (p[1] - a[1]) * d[1]) / length2 : 0.0;
  t = fmin(1.0, fmax(0.0, t));
  return hypot(p[0] - a[0] - t * d[0], p[1] - a[1] - t * d[1]);
}

/** Distance of every node from one terminal: from its nodes and the edges between them. */
static void fill_distance(struct body_finder *finder, size_t T) {
  const struct mesh *mesh = finder->mesh;
  double *distance = &finder->distance[T * mesh->n_nodes];
  const bool *touches = &finder->touches[T * mesh->n_nodes];
  for (size_t k = 0; k < mesh->n_nodes; k++)
    distance[k] = INFINITY;
  for (size_t c = 0; c < mesh->n_nodes; c++) {
    if (!touches[c])
      continue;
    for (size_t k = 0; k < mesh->n_nodes; k++)
      distance[k] = fmin(distance[k], from_segment(mesh->x[k], mesh->x[c], mesh->x[c]));
  }
  for (size_t e = 0; e < finder->triangles.n_pairs; e++) {
    const int *pair = finder->triangles.pair[e];
    if (!touches[pair[0]] || !touches[pair[1]])
      continue;
    for (size_t k = 0; k < mesh->n_nodes; k++)
      distance[k] = fmin(distance[k], from_segment(mesh->x[k], mesh->x[pair[0]], mesh->x[pair[1]]));
  }
}

/* ---- create ---- */

static void fill_neighbours(struct body_finder *finder) {
  const struct triangles *t = &finder->triangles;
  size_t n = finder->mesh->n_nodes;
  for (size_t e = 0; e < t->n_pairs; e++)
    for (int i = 0; i < 2; i++)
      finder->first[t->pair[e][i]]++;
  for (size_t k = 0; k < n; k++)
    finder->first[k + 1] += finder->first[k];
  for (size_t e = 0; e < t->n_pairs; e++)
    for (int i = 0; i < 2; i++)
      finder->second[--finder->first[t->pair[e][i]]] = (size_t)t->pair[e][1 - i];
}

static enum hd_status fill(struct body_finder *finder, struct hd_error *err) {
  const struct mesh *mesh = finder->mesh;
  size_t nodes = mesh->n_nodes, all = finder->n_terminals * nodes;
  TRY(triangles_create(&finder->triangles, mesh, err));
  TRY(hd_alloc(&finder->distance, all, sizeof(double), err));
  TRY(hd_alloc(&finder->touches, all, sizeof(bool), err));
  TRY(hd_alloc(&finder->first, nodes + 1, sizeof(size_t), err));
  TRY(hd_alloc(&finder->second, 2 * finder->triangles.n_pairs, sizeof(size_t), err));
  TRY(hd_alloc(&finder->stack, nodes, sizeof(int), err));
  TRY(hd_alloc(&finder->in, nodes, sizeof(bool), err));
  TRY(hd_alloc(&finder->best, nodes, sizeof(bool), err));
  for (size_t f = 0; f < mesh->n_face_parts; f++)
    finder
        ->touches[(size_t)mesh->face_parts[f].terminal * nodes + (size_t)mesh->face_parts[f].node] =
        true;
  for (size_t T = 0; T < finder->n_terminals; T++)
    fill_distance(finder, T);
  fill_neighbours(finder);
  return HD_OK;
}

enum hd_status body_finder_create(struct body_finder **out, const struct mesh *mesh,
                                  const struct shape *shape, struct hd_error *err) {
  struct body_finder *finder = NULL;
  TRY(hd_alloc(&finder, 1, sizeof *finder, err));
  finder->mesh = mesh;
  finder->metric = metric_of(shape);
  finder->n_terminals = mesh->n_terminals;
  enum hd_status status = fill(finder, err);
  if (status != HD_OK)
    body_finder_free(&finder);
  *out = finder;
  return status;
}

/** Free; NULL is accepted. */
void body_finder_free(struct body_finder **finder) {
  if (!*finder)
    return;
  triangles_free(&(*finder)->triangles);
  hd_free(&(*finder)->distance);
  hd_free(&(*finder)->touches);
  hd_free(&(*finder)->first);
  hd_free(&(*finder)->second);
  hd_free(&(*finder)->stack);
  hd_free(&(*finder)->in);
  hd_free(&(*finder)->best);
  hd_free(finder);
}

bool body_has_radius(const struct body_finder *finder) {
  return finder->triangles.n > 0;
}

/* ---- the body and how far it reaches ---- */

static bool inside(const struct body_finder *finder, size_t k) {
  return finder->field[k] > finder->level; /* false for NAN */
}

/** Mark what hangs together with the nodes of a terminal. */
static void flood(struct body_finder *finder, size_t T) {
  size_t nodes = finder->mesh->n_nodes, depth = 0;
  for (size_t k = 0; k < nodes; k++) {
    finder->in[k] = finder->touches[T * nodes + k] && inside(finder, k);
    if (finder->in[k])
      finder->stack[depth++] = (int)k;
  }
  while (depth > 0) {
    size_t k = (size_t)finder->stack[--depth];
    for (size_t i = finder->first[k]; i < finder->first[k + 1]; i++) {
      size_t l = finder->second[i];
      if (finder->in[l] || !inside(finder, l))
        continue;
      finder->in[l] = true;
      finder->stack[depth++] = (int)l;
    }
  }
}

/** Where the field passes the level between two nodes, as a part of the way from k. */
static double passing(const struct body_finder *finder, size_t k, size_t l) {
  return (finder->field[k] - finder->level) / (finder->field[k] - finder->field[l]);
}

/** Smallest (sign -1) or largest (sign 1) distance of the marked body from a terminal. */
static double reach(const struct body_finder *finder, const bool *in, size_t T, double sign) {
  const struct mesh *mesh = finder->mesh;
  const double *distance = &finder->distance[T * mesh->n_nodes];
  double most = -INFINITY;
  for (size_t k = 0; k < mesh->n_nodes; k++) {
    if (!in[k])
      continue;
    most = fmax(most, sign * distance[k]);
    for (size_t i = finder->first[k]; i < finder->first[k + 1]; i++) {
      size_t l = finder->second[i];
      if (in[l] || isnan(finder->field[l]))
        continue;
      double f = passing(finder, k, l);
      most = fmax(most, sign * ((1.0 - f) * distance[k] + f * distance[l]));
    }
  }
  return sign * most;
}

/* ---- how thick it is ---- */

struct point {
  double x[2], field, distance;
};

static struct point between(const struct point *a, const struct point *b, double f) {
  return (struct point){.x = {(1.0 - f) * a->x[0] + f * b->x[0], (1.0 - f) * a->x[1] + f * b->x[1]},
                        .field = (1.0 - f) * a->field + f * b->field,
                        .distance = (1.0 - f) * a->distance + f * b->distance};
}

/** Volume of the part of a triangle where the field exceeds the level (Sutherland and Hodgman). */
static double clipped_volume(const struct body_finder *finder, const struct point corner[3]) {
  struct point p[4];
  int n = 0;
  for (int i = 0; i < 3; i++) {
    const struct point *a = &corner[i], *b = &corner[(i + 1) % 3];
    bool a_in = a->field > finder->level, b_in = b->field > finder->level;
    if (a_in)
      p[n++] = *a;
    if (a_in != b_in)
      p[n++] = between(a, b, (a->field - finder->level) / (a->field - b->field));
  }
  double volume = 0.0;
  for (int i = 1; i + 1 < n; i++)
    volume += metric_triangle(&finder->metric, p[0].x, p[i].x, p[i + 1].x);
  return volume;
}

/** Area of the body's cross-section with a triangle at one distance from the terminal. */
static double section_area(const struct body_finder *finder, const struct point corner[3],
                           double distance) {
  struct point p[3];
  int n = 0;
  for (int i = 0; i < 3; i++) {
    const struct point *a = &corner[i], *b = &corner[(i + 1) % 3];
    if ((a->distance <= distance) != (b->distance <= distance))
      p[n++] = between(a, b, (distance - a->distance) / (b->distance - a->distance));
  }
  if (n != 2)
    return 0.0;
  bool in[2] = {p[0].field > finder->level, p[1].field > finder->level};
  if (!in[0] && !in[1])
    return 0.0;
  if (in[0] != in[1])
    p[in[0] ? 1 : 0] =
        between(&p[0], &p[1], (p[0].field - finder->level) / (p[0].field - p[1].field));
  return metric_line(&finder->metric, p[0].x, p[1].x);
}

/** Add one triangle to the volume and to the cross-sections that pass it. */
static void add_triangle(const struct body_finder *finder, const struct point corner[3],
                         double length, double *volume, double area[SECTIONS]) {
  double lo = fmin(corner[0].distance, fmin(corner[1].distance, corner[2].distance));
  double hi = fmax(corner[0].distance, fmax(corner[1].distance, corner[2].distance));
  int i = (int)fmax(0.0, floor(SECTIONS * lo / length - 0.5));
  *volume += clipped_volume(finder, corner);
  for (; i < SECTIONS && (i + 0.5) * length <= SECTIONS * hi; i++)
    area[i] += section_area(finder, corner, (i + 0.5) * length / SECTIONS);
}

static void find_radii(struct body_finder *finder, struct body *body) {
  const struct triangles *t = &finder->triangles;
  const double *distance = &finder->distance[(size_t)body->terminal * finder->mesh->n_nodes];
  double volume = 0.0, area[SECTIONS] = {0}, smallest = INFINITY;
  for (size_t i = 0; i < t->n; i++) {
    struct point corner[3];
    bool any = false, all = true;
    for (int c = 0; c < 3; c++) {
      int k = t->corner[i][c];
      corner[c] = (struct point){.x = {finder->mesh->x[k][0], finder->mesh->x[k][1]},
                                 .field = finder->field[k],
                                 .distance = distance[k]};
      any = any || finder->best[k];
      all = all && !isnan(finder->field[k]);
    }
    if (any && all)
      add_triangle(finder, corner, body->length, &volume, area);
  }
  int counted = body->gap > 0.0 ? (int)((1.0 - TIP) * SECTIONS) : SECTIONS;
  for (int i = 0; i < counted; i++)
    smallest = fmin(smallest, area[i]);
  body->radius_min = metric_radius(&finder->metric, smallest);
  body->radius_mean = metric_radius(&finder->metric, volume / body->length);
}

/** Smallest distance between two terminals. */
static double widest_gap(const struct body_finder *finder) {
  size_t nodes = finder->mesh->n_nodes;
  double gap = INFINITY;
  for (size_t T = 0; T < finder->n_terminals; T++)
    for (size_t U = 0; U < finder->n_terminals; U++)
      for (size_t k = 0; U != T && k < nodes; k++)
        if (finder->touches[T * nodes + k])
          gap = fmin(gap, finder->distance[U * nodes + k]);
  return gap;
}

/**
 * The body is where the field exceeds the level, as far as it hangs together with a terminal; of
 * several terminals, the one from which it reaches furthest. Fields and distances are linear along
 * edges and in triangles. Cross-sections are at constant distance from the terminal; the mean
 * radius is that of a cylinder (in a plane: of a slab) of the same volume and length.
 */
struct body body_measure(struct body_finder *finder, const double *field, double level) {
  size_t nodes = finder->mesh->n_nodes;
  struct body body = {.terminal = -1, .radius_min = NAN, .radius_mean = NAN};
  finder->field = field;
  finder->level = level;
  for (size_t T = 0; T < finder->n_terminals; T++) {
    flood(finder, T);
    double length = reach(finder, finder->in, T, 1.0);
    if (!(length > body.length))
      continue;
    body.length = length;
    body.terminal = (int)T;
    memcpy(finder->best, finder->in, nodes * sizeof *finder->in);
  }
  if (body.terminal < 0) {
    body.gap = finder->n_terminals > 1 ? widest_gap(finder) : NAN;
    return body;
  }
  body.gap = NAN; /* fmin ignores it */
  for (size_t T = 0; T < finder->n_terminals; T++)
    if ((int)T != body.terminal)
      body.gap = fmin(body.gap, reach(finder, finder->best, T, -1.0));
  if (body_has_radius(finder))
    find_radii(finder, &body);
  return body;
}
