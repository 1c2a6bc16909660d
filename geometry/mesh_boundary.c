#include "geometry/mesh_parts.h"

#include <math.h>
#include "solver/base/memory.h"

/* A contact is made of faces between a cell of material and a cell of metal: that of an electrode
 * box, or one beyond the boundary where a contact lies on it. A node's part of the surface is made
 * of the halves of such faces next to it, split by direction and by the region behind them. */

/** Relative tolerance of positions on the boundary: rounding of sums of spacings. */
static const double ON_BOUNDARY = 1e-9;

/** Faces that look the same way as one side of the grid, and how to walk along and away from them.
 */
struct side {
  int along, normal; /* axes */
  bool upper;        /* the metal is beyond the upper end of the normal axis */
};

static const struct side sides[] = {
    [SHAPE_X_MIN] = {.along = 1, .normal = 0, .upper = false},
    [SHAPE_X_MAX] = {.along = 1, .normal = 0, .upper = true},
    [SHAPE_Y_MIN] = {.along = 0, .normal = 1, .upper = false},
    [SHAPE_Y_MAX] = {.along = 0, .normal = 1, .upper = true},
};

/** A row of faces: those at point `line` of the normal axis. */
struct row {
  enum shape_side which;
  size_t line;
};

struct builder {
  struct mesh *mesh;
  const struct tensor *tensor;
  const struct shape *shape;
  int *of_node;      /* [n_nodes] 1 + terminal of each node, 0: none */
  int *of_column[4]; /* per side, [n_cells along it] 1 + terminal of that piece of the side, 0: none
                      */
};

/** The row of faces that is a side of the grid. */
static struct row outer_row(const struct builder *b, enum shape_side which) {
  const struct side *s = &sides[which];
  return (struct row){.which = which, .line = s->upper ? b->tensor->n[s->normal] - 1 : 0};
}

/** Node `depth` points away from the row, at point `a` along it. */
static size_t node_behind(const struct builder *b, struct row row, size_t a, size_t depth) {
  const struct side *s = &sides[row.which];
  size_t d = s->upper ? row.line - depth : row.line + depth;
  return s->normal == 0 ? mesh_node(b->mesh, d, a) : mesh_node(b->mesh, a, d);
}

/** Filling of the cell in column `c` along the row and at place `d` across it. */
static int filling_at(const struct builder *b, struct row row, size_t c, size_t d) {
  return sides[row.which].normal == 0 ? tensor_region(b->tensor, d, c)
                                      : tensor_region(b->tensor, c, d);
}

/** Filling of the cell in column `c`, `depth` cells away from the row. */
static int filling_behind(const struct builder *b, struct row row, size_t c, size_t depth) {
  return filling_at(b, row, c, sides[row.which].upper ? row.line - 1 - depth : row.line + depth);
}

/** Terminal of the metal beyond the face in column `c`, or -1. */
static int terminal_before(const struct builder *b, struct row row, size_t c) {
  const struct side *s = &sides[row.which];
  size_t d = s->upper ? row.line : row.line - 1;
  if (d >= b->tensor->n_cells[s->normal])
    return b->of_column[row.which][c] - 1;
  return shape_terminal(filling_at(b, row, c, d));
}

/** Terminal of a face between metal and material in column `c`, or -1. */
static int face_terminal(const struct builder *b, struct row row, size_t c) {
  if (c >= b->tensor->n_cells[sides[row.which].along] || filling_behind(b, row, c, 0) < 0)
    return -1;
  return terminal_before(b, row, c);
}

/** Distance of the points at `depth` from the row, m. */
static double distance_behind(const struct builder *b, struct row row, size_t depth) {
  const struct side *s = &sides[row.which];
  const double *x = b->tensor->x[s->normal];
  return s->upper ? x[row.line] - x[row.line - depth] : x[row.line + depth] - x[row.line];
}

/** Area of the half of the face in column `c` next to its lower or upper point, m^2. */
static double half_area(const struct builder *b, struct row row, size_t c, bool upper) {
  const struct tensor *t = b->tensor;
  const struct side *s = &sides[row.which];
  struct span half = tensor_half(t, s->along, c, upper);
  return s->normal == 0 ? metric_face_x(&t->metric, t->x[s->normal][row.line], half)
                        : metric_face_y(&t->metric, half);
}

/** Number of points on the way from a face in column `c` to the ray's end. */
static size_t ray_length(const struct builder *b, struct row row, size_t c) {
  size_t n = 1;
  double range = b->shape->ray_range * (1 + ON_BOUNDARY);
  while (filling_behind(b, row, c, n - 1) >= 0 && distance_behind(b, row, n) <= range)
    n++;
  return n;
}

/** Append the ray that leaves point `a` of a row through column `c`. */
static void add_ray(struct builder *b, struct row row, int terminal, double area, size_t a,
                    size_t c) {
  struct mesh *mesh = b->mesh;
  size_t count = ray_length(b, row, c);
  if (count < 2)
    return;
  struct mesh_ray *ray = &mesh->rays[mesh->n_rays++];
  *ray = (struct mesh_ray){
      .terminal = terminal, .area = area, .first = mesh->n_ray_nodes, .count = count};
  for (size_t depth = 0; depth < count; depth++) {
    size_t at = mesh->n_ray_nodes++, node = node_behind(b, row, a, depth);
    mesh->ray_nodes[at] = (int)node;
    mesh->ray_distance[at] = distance_behind(b, row, depth);
    mesh->ray_part[at] = mesh_part_in(mesh, node, filling_behind(b, row, c, depth ? depth - 1 : 0));
  }
}

/** No node may belong to two terminals. */
static enum hd_status claim(struct builder *b, size_t node, int terminal, struct hd_error *err) {
  int *mark = &b->of_node[node];
  const double *x = b->mesh->x[node];
  if (*mark && *mark != terminal + 1)
    return hd_fail(err, HD_INPUT,
                   "boxes: electrodes of two terminals touch at (%g m, %g m), must be at least one "
                   "mesh interval apart",
                   x[0], x[1]);
  *mark = terminal + 1;
  return HD_OK;
}

/** Whether the face in column `c` lies on the row's side of the domain and belongs to no contact.
 */
static bool is_free(const struct builder *b, struct row row, size_t c) {
  return row.line == outer_row(b, row.which).line &&
         c < b->tensor->n_cells[sides[row.which].along] && filling_behind(b, row, c, 0) >= 0 &&
         terminal_before(b, row, c) < 0;
}

/** Append the part of a free side that belongs to point `a`. */
static void add_side(struct builder *b, struct row row, size_t a) {
  double area = 0;
  for (int where = BELOW; where <= ABOVE; where++)
    if (is_free(b, row, mesh_cell_beside(a, where)))
      area += half_area(b, row, mesh_cell_beside(a, where), where == BELOW);
  if (area > 0)
    b->mesh->side_parts[b->mesh->n_side_parts++] =
        (struct side_part){.node = (int)node_behind(b, row, a, 0), .side = row.which, .area = area};
}

/** Append the face parts and rays of point `a`: its halves of faces, merged when alike. */
static enum hd_status add_point(struct builder *b, struct row row, size_t a, struct hd_error *err) {
  struct mesh *mesh = b->mesh;
  size_t node = node_behind(b, row, a, 0), first = mesh->n_face_parts, columns[2] = {0};
  for (int where = BELOW; where <= ABOVE; where++) {
    size_t c = mesh_cell_beside(a, where);
    int terminal = face_terminal(b, row, c);
    if (terminal < 0)
      continue;
    TRY(claim(b, node, terminal, err));
    int part = mesh_part_in(mesh, node, filling_behind(b, row, c, 0));
    double area = half_area(b, row, c, where == BELOW);
    size_t f = mesh->n_face_parts;
    if (f > first && mesh->face_parts[f - 1].part == part) {
      mesh->face_parts[f - 1].area += area;
      continue;
    }
    columns[f - first] = c;
    mesh->face_parts[mesh->n_face_parts++] =
        (struct face_part){.node = (int)node, .part = part, .terminal = terminal, .area = area};
  }
  for (size_t f = first; f < mesh->n_face_parts; f++)
    add_ray(b, row, mesh->face_parts[f].terminal, mesh->face_parts[f].area, a, columns[f - first]);
  add_side(b, row, a);
  return HD_OK;
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
  struct row row = outer_row(b, contact->side);
  bool line = b->tensor->dimension == 2, material = false;
  size_t first = 0, last = 0;
  if (!points_within(b, contact, &first, &last) || (line && first == last))
    return hd_fail(err, HD_INPUT,
                   "contacts[%zu]: reaches from %g m to %g m along its side and holds fewer than "
                   "two nodes of the mesh; must be wider or the spacing there smaller",
                   i, contact->from, contact->to);
  int mark = contact->terminal + 1;
  for (size_t a = first; a <= last; a++) {
    size_t node = node_behind(b, row, a, 0);
    if (node != MESH_NO_NODE && b->of_node[node] && b->of_node[node] != mark)
      return hd_fail(err, HD_INPUT,
                     "contacts[%zu]: overlaps or touches a contact of another terminal, must be at "
                     "least one mesh interval apart",
                     i);
    if (node != MESH_NO_NODE)
      b->of_node[node] = mark;
    if (a == last && line)
      continue;
    b->of_column[contact->side][a] = mark;
    material = material || filling_behind(b, row, a, 0) >= 0;
  }
  if (!material)
    return hd_fail(err, HD_INPUT,
                   "contacts[%zu]: lies on voids and electrodes only, must touch a material", i);
  return HD_OK;
}

/** Call `visit` for every point along every row of faces. */
static enum hd_status for_each_point(struct builder *b,
                                     enum hd_status (*visit)(struct builder *, struct row, size_t,
                                                             struct hd_error *),
                                     struct hd_error *err) {
  const struct tensor *t = b->tensor;
  for (int which = 0; which < 2 * t->dimension; which++)
    for (size_t a = 0; a < t->n[sides[which].along]; a++)
      for (size_t line = 0; line < t->n[sides[which].normal]; line++)
        TRY(visit(b, (struct row){.which = (enum shape_side)which, .line = line}, a, err));
  return HD_OK;
}

/** Every terminal must have got a face. */
static enum hd_status check_terminals(const struct builder *b, struct hd_error *err) {
  enum hd_status status = HD_OK;
  for (size_t terminal = 0; terminal < b->shape->n_terminals; terminal++) {
    bool named = false, found = false;
    for (size_t i = 0; i < b->shape->n_contacts; i++)
      named = named || (size_t)b->shape->contacts[i].terminal == terminal;
    for (size_t i = 0; i < b->shape->n_boxes; i++)
      named = named || shape_terminal(b->shape->boxes[i].region) == (int)terminal;
    for (size_t f = 0; f < b->mesh->n_face_parts; f++)
      found = found || (size_t)b->mesh->face_parts[f].terminal == terminal;
    if (!named)
      status = hd_fail(err, HD_INPUT,
                       "contacts: terminal %zu has none, each terminal must have one", terminal);
    else if (!found)
      status = hd_fail(err, HD_INPUT,
                       "boxes: the electrode of terminal %zu touches no material: it is covered by "
                       "other boxes, or surrounded by voids",
                       terminal);
  }
  return status;
}

/** Cover all contacts, then walk along all rows of faces and append what lies in them. */
static enum hd_status walk(struct builder *b, struct hd_error *err) {
  enum hd_status status = HD_OK;
  for (size_t i = 0; i < b->shape->n_contacts; i++) {
    enum hd_status this = cover(b, i, err);
    status = this == HD_OK ? status : this;
  }
  if (status == HD_OK)
    status = for_each_point(b, add_point, err);
  return status == HD_OK ? check_terminals(b, err) : status;
}

/** Count the faces and ray nodes that a point may have. */
static enum hd_status count_point(struct builder *b, struct row row, size_t a,
                                  struct hd_error *err) {
  struct mesh *mesh = b->mesh;
  size_t n = b->tensor->n[sides[row.which].normal];
  (void)err;
  mesh->n_side_parts += row.line == outer_row(b, row.which).line;
  for (int where = BELOW; where <= ABOVE; where++) {
    size_t c = mesh_cell_beside(a, where);
    bool outer = row.line == 0 || row.line + 1 == n; /* may be covered by a contact */
    if (c >= b->tensor->n_cells[sides[row.which].along] || filling_behind(b, row, c, 0) < 0)
      continue;
    if (!outer && terminal_before(b, row, c) < 0)
      continue;
    mesh->n_face_parts++;
    mesh->n_ray_nodes += ray_length(b, row, c);
  }
  return HD_OK;
}

/** Room for the largest possible number of faces and rays. */
static enum hd_status make_room(struct builder *b, struct hd_error *err) {
  struct mesh *mesh = b->mesh;
  TRY(hd_alloc(&b->of_node, mesh->n_nodes, sizeof *b->of_node, err));
  for (int which = 0; which < 4; which++)
    TRY(hd_alloc(&b->of_column[which], b->tensor->n_cells[sides[which].along], sizeof(int), err));
  TRY(for_each_point(b, count_point, err));
  size_t n_faces = mesh->n_face_parts, n_ray_nodes = mesh->n_ray_nodes;
  size_t n_side_parts = mesh->n_side_parts;
  mesh->n_face_parts = mesh->n_ray_nodes = mesh->n_side_parts = 0;
  TRY(hd_alloc(&mesh->side_parts, n_side_parts, sizeof *mesh->side_parts, err));
  TRY(hd_alloc(&mesh->face_parts, n_faces, sizeof *mesh->face_parts, err));
  TRY(hd_alloc(&mesh->rays, n_faces, sizeof *mesh->rays, err));
  TRY(hd_alloc(&mesh->ray_nodes, n_ray_nodes, sizeof *mesh->ray_nodes, err));
  TRY(hd_alloc(&mesh->ray_distance, n_ray_nodes, sizeof *mesh->ray_distance, err));
  return hd_alloc(&mesh->ray_part, n_ray_nodes, sizeof *mesh->ray_part, err);
}

/** Give back the room that was not needed. */
static enum hd_status trim(struct mesh *mesh, struct hd_error *err) {
  TRY(hd_resize(&mesh->side_parts, mesh->n_side_parts, sizeof *mesh->side_parts, err));
  TRY(hd_resize(&mesh->face_parts, mesh->n_face_parts, sizeof *mesh->face_parts, err));
  TRY(hd_resize(&mesh->rays, mesh->n_rays, sizeof *mesh->rays, err));
  TRY(hd_resize(&mesh->ray_nodes, mesh->n_ray_nodes, sizeof *mesh->ray_nodes, err));
  TRY(hd_resize(&mesh->ray_distance, mesh->n_ray_nodes, sizeof *mesh->ray_distance, err));
  return hd_resize(&mesh->ray_part, mesh->n_ray_nodes, sizeof *mesh->ray_part, err);
}

/**
 * Append the faces of all contacts, the rays that start at them, one for each face part, and what
 * is left of the sides.
 * mesh    has its nodes and node parts
 * Errors  HD_INPUT (fewer than two nodes, no material, overlap, terminal without contact),
 * HD_MEMORY
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
