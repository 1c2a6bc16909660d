#include "geometry/mesh_parts.h"

#include <math.h>
#include "solver/base/memory.h"

/* A contact holds the nodes of its side within [from, to]. A node's face is made of the halves of
 * the side towards its neighbours that are in the contact too, split by the region behind them. */

/** Relative tolerance of positions on the boundary: rounding of sums of spacings. */
static const double ON_BOUNDARY = 1e-9;

/** One side of the grid, and how to walk along it and away from it. */
struct side {
  int along, normal; /* axes */
  bool upper;        /* the side at the upper end of the normal axis */
};

static const struct side sides[] = {
    [SHAPE_X_MIN] = {.along = 1, .normal = 0, .upper = false},
    [SHAPE_X_MAX] = {.along = 1, .normal = 0, .upper = true},
    [SHAPE_Y_MIN] = {.along = 0, .normal = 1, .upper = false},
    [SHAPE_Y_MAX] = {.along = 0, .normal = 1, .upper = true},
};

struct builder {
  struct mesh *mesh;
  const struct tensor *tensor;
  const struct shape *shape;
  int *of_node;      /* [n_nodes] 1 + terminal of each node, 0: none */
  int *of_column[4]; /* per side, [n_cells along it] 1 + terminal of that piece of the side, 0: none
                      */
};

/** Node that is `depth` points away from the side, at point `a` along it. */
static size_t node_behind(const struct builder *b, const struct side *s, size_t a, size_t depth) {
  size_t d = s->upper ? b->tensor->n[s->normal] - 1 - depth : depth;
  return s->normal == 0 ? mesh_node(b->mesh, d, a) : mesh_node(b->mesh, a, d);
}

/** Region of the cell in column `c` along the side, `depth` cells away from it; -1 outside. */
static int region_behind(const struct builder *b, const struct side *s, size_t c, size_t depth) {
  if (depth >= b->tensor->n_cells[s->normal])
    return -1;
  size_t d = s->upper ? b->tensor->n_cells[s->normal] - 1 - depth : depth;
  return s->normal == 0 ? tensor_region(b->tensor, d, c) : tensor_region(b->tensor, c, d);
}

/** Distance of the points at `depth` from the side, m. */
static double distance_behind(const struct builder *b, const struct side *s, size_t depth) {
  const double *x = b->tensor->x[s->normal];
  size_t last = b->tensor->n[s->normal] - 1;
  return s->upper ? x[last] - x[last - depth] : x[depth] - x[0];
}

/** Area of the half of the side in column `c` next to its lower or upper point, m^2. */
static double half_area(const struct builder *b, const struct side *s, size_t c, bool upper) {
  const struct tensor *t = b->tensor;
  struct span half = tensor_half(t, s->along, c, upper);
  double position = t->x[s->normal][s->upper ? t->n[s->normal] - 1 : 0];
  return s->normal == 0 ? metric_face_x(&t->metric, position, half)
                        : metric_face_y(&t->metric, half);
}

/** Number of points from point 0 of a side down to `ray_range`. */
static size_t ray_length(const struct builder *b, const struct side *s) {
  size_t n = 1, limit = b->tensor->n[s->normal];
  double range = b->shape->ray_range * (1 + ON_BOUNDARY);
  while (n < limit && distance_behind(b, s, n) <= range)
    n++;
  return n;
}

/** Append the ray that leaves point `a` of a side through column `c`. */
static void add_ray(struct builder *b, const struct side *s, int terminal, double area, size_t a,
                    size_t c) {
  struct mesh *mesh = b->mesh;
  size_t count = ray_length(b, s);
  if (count < 2)
    return;
  struct mesh_ray *ray = &mesh->rays[mesh->n_rays++];
  *ray = (struct mesh_ray){
      .terminal = terminal, .area = area, .first = mesh->n_ray_nodes, .count = count};
  for (size_t depth = 0; depth < count; depth++) {
    size_t at = mesh->n_ray_nodes++, node = node_behind(b, s, a, depth);
    mesh->ray_nodes[at] = (int)node;
    mesh->ray_distance[at] = distance_behind(b, s, depth);
    mesh->ray_part[at] = mesh_part_in(mesh, node, region_behind(b, s, c, depth ? depth - 1 : 0));
  }
}

/** Append the face parts and rays of point `a`: its covered halves, merged when alike. */
static void add_point(struct builder *b, enum shape_side which, size_t a) {
  const struct side *s = &sides[which];
  struct mesh *mesh = b->mesh;
  size_t node = node_behind(b, s, a, 0), first = mesh->n_face_parts;
  size_t columns[2] = {0};
  for (int where = BELOW; where <= ABOVE; where++) {
    size_t c = mesh_cell_beside(a, where);
    if (c >= b->tensor->n_cells[s->along] || !b->of_column[which][c])
      continue;
    int part = mesh_part_in(mesh, node, region_behind(b, s, c, 0));
    double area = half_area(b, s, c, where == BELOW);
    size_t f = mesh->n_face_parts;
    if (f > first && mesh->face_parts[f - 1].part == part) {
      mesh->face_parts[f - 1].area += area;
      continue;
    }
    columns[f - first] = c;
    mesh->face_parts[mesh->n_face_parts++] = (struct face_part){
        .node = (int)node, .part = part, .terminal = b->of_column[which][c] - 1, .area = area};
  }
  for (size_t f = first; f < mesh->n_face_parts; f++)
    add_ray(b, s, mesh->face_parts[f].terminal, mesh->face_parts[f].area, a, columns[f - first]);
}

/** First and last point of a side within [from, to]; false: none. */
static bool points_within(const struct builder *b, const struct shape_contact *contact,
                          size_t *first, size_t *last) {
  int along = sides[contact->side].along;
  size_t n = b->tensor->n[along], found = 0;
  const double *x = b->tensor->x[along];
  double noise = ON_BOUNDARY * x[n - 1];
  if (n == 1) { /* 1D: the side is a single point */
    *first = *last = 0;
    return true;
  }
  for (size_t a = 0; a < n; a++)
    if (x[a] >= contact->from - noise && x[a] <= contact->to + noise) {
      *first = found++ ? *first : a;
      *last = a;
    }
  return found > 0;
}

/** Mark the nodes and the pieces of the side that one contact covers. */
static enum hd_status cover(struct builder *b, size_t i, struct hd_error *err) {
  const struct shape_contact *contact = &b->shape->contacts[i];
  const struct side *s = &sides[contact->side];
  bool line = b->tensor->dimension == 2;
  size_t first = 0, last = 0;
  if (!points_within(b, contact, &first, &last) || (line && first == last))
    return hd_fail(err, HD_INPUT,
                   "contacts[%zu]: reaches from %g m to %g m along its side and holds fewer than "
                   "two nodes of the mesh; must be wider or the spacing there smaller",
                   i, contact->from, contact->to);
  int mark = contact->terminal + 1;
  for (size_t a = first; a <= last; a++) {
    int *node = &b->of_node[node_behind(b, s, a, 0)];
    if (*node && *node != mark)
      return hd_fail(err, HD_INPUT,
                     "contacts[%zu]: overlaps or touches a contact of another terminal, must be at "
                     "least one mesh interval apart",
                     i);
    *node = mark;
    if (a < last || !line)
      b->of_column[contact->side][a] = mark;
  }
  return HD_OK;
}

/** Cover all contacts, then walk along every side and append what lies in them. */
static enum hd_status walk(struct builder *b, struct hd_error *err) {
  const struct tensor *t = b->tensor;
  enum hd_status status = HD_OK;
  for (size_t i = 0; i < b->shape->n_contacts; i++) {
    enum hd_status this = cover(b, i, err);
    status = this == HD_OK ? status : this;
  }
  for (size_t terminal = 0; terminal < b->shape->n_terminals; terminal++) {
    bool found = false;
    for (size_t i = 0; i < b->shape->n_contacts; i++)
      found = found || (size_t)b->shape->contacts[i].terminal == terminal;
    if (!found)
      status = hd_fail(err, HD_INPUT,
                       "contacts: terminal %zu has none, each terminal must have one", terminal);
  }
  if (status != HD_OK)
    return status;
  for (int which = 0; which < 2 * t->dimension; which++)
    for (size_t a = 0; a < t->n[sides[which].along]; a++)
      add_point(b, (enum shape_side)which, a);
  return HD_OK;
}

/** Room for the largest possible number of faces and rays. */
static enum hd_status make_room(struct builder *b, struct hd_error *err) {
  struct mesh *mesh = b->mesh;
  size_t n_faces = 0, n_ray_nodes = 0;
  TRY(hd_alloc(&b->of_node, mesh->n_nodes, sizeof *b->of_node, err));
  for (int which = 0; which < 4; which++) {
    const struct side *s = &sides[which];
    TRY(hd_alloc(&b->of_column[which], b->tensor->n_cells[s->along], sizeof(int), err));
    if (b->tensor->n[s->normal] == 1) /* y sides of 1D */
      continue;
    n_faces += 2 * b->tensor->n[s->along];
    n_ray_nodes += 2 * b->tensor->n[s->along] * ray_length(b, s);
  }
  TRY(hd_alloc(&mesh->face_parts, n_faces, sizeof *mesh->face_parts, err));
  TRY(hd_alloc(&mesh->rays, n_faces, sizeof *mesh->rays, err));
  TRY(hd_alloc(&mesh->ray_nodes, n_ray_nodes, sizeof *mesh->ray_nodes, err));
  TRY(hd_alloc(&mesh->ray_distance, n_ray_nodes, sizeof *mesh->ray_distance, err));
  return hd_alloc(&mesh->ray_part, n_ray_nodes, sizeof *mesh->ray_part, err);
}

/** Give back the room that was not needed. */
static enum hd_status trim(struct mesh *mesh, struct hd_error *err) {
  TRY(hd_resize(&mesh->face_parts, mesh->n_face_parts, sizeof *mesh->face_parts, err));
  TRY(hd_resize(&mesh->rays, mesh->n_rays, sizeof *mesh->rays, err));
  TRY(hd_resize(&mesh->ray_nodes, mesh->n_ray_nodes, sizeof *mesh->ray_nodes, err));
  TRY(hd_resize(&mesh->ray_distance, mesh->n_ray_nodes, sizeof *mesh->ray_distance, err));
  return hd_resize(&mesh->ray_part, mesh->n_ray_nodes, sizeof *mesh->ray_part, err);
}

/**
 * Append the faces of all contacts and the rays that start at them, one for each face part.
 * mesh    has its nodes and node parts
 * Errors  HD_INPUT (fewer than two nodes, overlap, terminal without contact), HD_MEMORY
 */
enum hd_status mesh_add_contacts(struct mesh *mesh, const struct tensor *tensor,
                                 const struct shape *shape, struct hd_error *err) {
  struct builder b = {.mesh = mesh, .tensor = tensor, .shape = shape};
  enum hd_status status = make_room(&b, err);
  if (status == HD_OK)
    status = walk(&b, err);
  if (status == HD_OK)
    status = trim(mesh, err);
  hd_free(&b.of_node);
  for (int which = 0; which < 4; which++)
    hd_free(&b.of_column[which]);
  return status;
}
