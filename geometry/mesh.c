#include "geometry/mesh.h"

#include <stdio.h>
#include <string.h>
#include "geometry/mesh_parts.h"
#include "solver/base/memory.h"

/* Node (i, j) owns the halves towards it of the up to four cells around it. A part of its control
 * volume, of a dual face or of an interface is the sum over those cells that lie in one region. */

/** Index of the cell below or above a point of an axis. */
size_t mesh_cell_beside(size_t i, int side) {
  return side == ABOVE ? i : i - 1; /* wraps to SIZE_MAX below the first */
}

/** Node part of a node in a region, or -1. */
int mesh_part_in(const struct mesh *mesh, size_t node, int region) {
  for (size_t p = mesh->first_part[node]; p < mesh->first_part[node + 1]; p++)
    if (mesh->node_parts[p].region == region)
      return (int)p;
  return -1;
}

/** Node index of the point (i, j) of the tensor grid, or MESH_NO_NODE; j = 0 in 1D. */
size_t mesh_node(const struct mesh *mesh, size_t i, size_t j) {
  size_t point = mesh->y_fastest ? i * mesh->n_axis[1] + j : j * mesh->n_axis[0] + i;
  if (!mesh->of_point)
    return point;
  return mesh->of_point[point] < 0 ? MESH_NO_NODE : (size_t)mesh->of_point[point];
}

/** The indices of a point, numbered along the fast axis first. */
static void point_indices(const struct mesh *mesh, size_t point, size_t *i, size_t *j) {
  size_t fast = mesh->n_axis[mesh->y_fastest ? 1 : 0];
  *i = mesh->y_fastest ? point / fast : point % fast;
  *j = mesh->y_fastest ? point % fast : point / fast;
}

/** Whether a cell around the point (i, j) holds material. */
static bool is_in_material(const struct tensor *t, size_t i, size_t j) {
  for (int a = BELOW; a <= ABOVE; a++)
    for (int b = BELOW; b <= ABOVE; b++)
      if (tensor_region(t, mesh_cell_beside(i, a), mesh_cell_beside(j, b)) >= 0)
        return true;
  return false;
}

/** The half of the cell beside point `i` that belongs to the point. */
static struct span half_beside(const struct tensor *t, int axis, size_t i, int side) {
  return tensor_half(t, axis, mesh_cell_beside(i, side), side == BELOW);
}

/** Append the node parts of one node, in order of their regions. */
static void add_node_parts(struct mesh *mesh, const struct tensor *t, size_t node, size_t i,
                           size_t j) {
  size_t first = mesh->n_node_parts;
  for (int a = BELOW; a <= ABOVE; a++)
    for (int b = BELOW; b <= ABOVE; b++) {
      int region = tensor_region(t, mesh_cell_beside(i, a), mesh_cell_beside(j, b));
      if (region < 0)
        continue;
      double volume = metric_volume(&t->metric, half_beside(t, 0, i, a), half_beside(t, 1, j, b));
      size_t p = first;
      while (p < mesh->n_node_parts && mesh->node_parts[p].region < region)
        p++;
      if (p == mesh->n_node_parts || mesh->node_parts[p].region != region) {
        memmove(&mesh->node_parts[p + 1], &mesh->node_parts[p],
                (mesh->n_node_parts - p) * sizeof *mesh->node_parts);
        mesh->node_parts[p] = (struct node_part){.node = (int)node, .region = region};
        mesh->n_node_parts++;
      }
      mesh->node_parts[p].volume += volume;
    }
  mesh->first_part[node + 1] = mesh->n_node_parts;
}

/** Append one piece of the edge k-l, or add it to the piece before in the same region. */
static void add_edge_piece(struct mesh *mesh, size_t first, struct edge_part piece) {
  for (size_t e = first; e < mesh->n_edge_parts; e++)
    if (mesh->edge_parts[e].region == piece.region) {
      mesh->edge_parts[e].measure += piece.measure;
      return;
    }
  piece.part_k = mesh_part_in(mesh, (size_t)piece.k, piece.region);
  piece.part_l = mesh_part_in(mesh, (size_t)piece.l, piece.region);
  mesh->edge_parts[mesh->n_edge_parts++] = piece;
}

/** Append the parts of the edge from (i, j) to the next point along `axis`, if there is one. */
static void add_edge_parts(struct mesh *mesh, const struct tensor *t, int axis, size_t i,
                           size_t j) {
  size_t at = axis == 0 ? i : j, first = mesh->n_edge_parts;
  if (at + 1 >= t->n[axis])
    return;
  double length = t->x[axis][at + 1] - t->x[axis][at];
  double middle = tensor_half(t, axis, at, false).hi;
  struct edge_part piece = {
      .k = (int)mesh_node(mesh, i, j),
      .l = (int)(axis == 0 ? mesh_node(mesh, i + 1, j) : mesh_node(mesh, i, j + 1)),
      .length = length};
  for (int side = BELOW; side <= ABOVE; side++) {
    size_t beside = mesh_cell_beside(axis == 0 ? j : i, side);
    piece.region = axis == 0 ? tensor_region(t, i, beside) : tensor_region(t, beside, j);
    if (piece.region < 0)
      continue;
    double area = axis == 0 ? metric_face_x(&t->metric, middle, half_beside(t, 1, j, side))
                            : metric_face_y(&t->metric, half_beside(t, 0, i, side));
    piece.measure = area / length;
    add_edge_piece(mesh, first, piece);
  }
}

/** Append a piece of the interface between the cells of two regions, seen from one node. */
static void add_interface_piece(struct mesh *mesh, size_t first, size_t node, int region_a,
                                int region_b, double area) {
  if (region_a < 0 || region_b < 0 || region_a == region_b)
    return;
  int low = region_a < region_b ? region_a : region_b;
  int part_a = mesh_part_in(mesh, node, low);
  int part_b = mesh_part_in(mesh, node, region_a + region_b - low);
  for (size_t p = first; p < mesh->n_interface_parts; p++) {
    struct interface_part *part = &mesh->interface_parts[p];
    if (part->part_a == part_a && part->part_b == part_b) {
      part->area += area;
      return;
    }
  }
  mesh->interface_parts[mesh->n_interface_parts++] =
      (struct interface_part){.node = (int)node, .part_a = part_a, .part_b = part_b, .area = area};
}

/** Append the interface parts of one node. */
static void add_interface_parts(struct mesh *mesh, const struct tensor *t, size_t node, size_t i,
                                size_t j) {
  size_t first = mesh->n_interface_parts;
  size_t left = mesh_cell_beside(i, BELOW), right = mesh_cell_beside(i, ABOVE);
  size_t down = mesh_cell_beside(j, BELOW), up = mesh_cell_beside(j, ABOVE);
  for (int side = BELOW; side <= ABOVE; side++) {
    size_t row = side == BELOW ? down : up, column = side == BELOW ? left : right;
    if (row < t->n_cells[1])
      add_interface_piece(mesh, first, node, tensor_region(t, left, row),
                          tensor_region(t, right, row),
                          metric_face_x(&t->metric, t->x[0][i], half_beside(t, 1, j, side)));
    if (t->dimension == 2 && column < t->n_cells[0])
      add_interface_piece(mesh, first, node, tensor_region(t, column, down),
                          tensor_region(t, column, up),
                          metric_face_y(&t->metric, half_beside(t, 0, i, side)));
  }
}

/** Number the points that are nodes, in their order. */
static enum hd_status number_nodes(struct mesh *mesh, const struct tensor *t,
                                   struct hd_error *err) {
  size_t n_points = t->n[0] * t->n[1], i, j;
  TRY(hd_alloc(&mesh->of_point, n_points, sizeof *mesh->of_point, err));
  for (size_t point = 0; point < n_points; point++) {
    point_indices(mesh, point, &i, &j);
    mesh->of_point[point] = is_in_material(t, i, j) ? (int)mesh->n_nodes++ : -1;
  }
  if (mesh->n_nodes == n_points)
    hd_free(&mesh->of_point);
  return HD_OK;
}

/** Nodes of a tensor grid: counts, numbering, coordinates; room for the largest possible graph. */
static enum hd_status start(struct mesh *mesh, struct tensor *t, const struct shape *shape,
                            struct hd_error *err) {
  size_t n_cells = t->n_cells[0] * t->n_cells[1], corners = t->dimension == 2 ? 4 : 2;
  mesh->coordinates = shape->coordinates;
  mesh->dimension = t->dimension;
  mesh->n_regions = shape->n_regions;
  mesh->n_terminals = shape->n_terminals;
  mesh->y_fastest = t->n[1] <= t->n[0];
  for (int axis = 0; axis < 2; axis++) {
    mesh->n_axis[axis] = t->n[axis];
    TRY(hd_alloc(&mesh->axis[axis], t->n[axis], sizeof *mesh->axis[axis], err));
    memcpy(mesh->axis[axis], t->x[axis], t->n[axis] * sizeof *mesh->axis[axis]);
  }
  TRY(number_nodes(mesh, t, err));
  TRY(hd_alloc(&mesh->x, mesh->n_nodes, sizeof *mesh->x, err));
  TRY(hd_alloc(&mesh->first_part, mesh->n_nodes + 1, sizeof *mesh->first_part, err));
  TRY(hd_alloc(&mesh->node_parts, corners * n_cells, sizeof *mesh->node_parts, err));
  TRY(hd_alloc(&mesh->edge_parts, corners * n_cells, sizeof *mesh->edge_parts, err));
  TRY(hd_alloc(&mesh->interface_parts, corners * mesh->n_nodes, sizeof *mesh->interface_parts,
               err));
  for (size_t i = 0; i < t->n[0]; i++)
    for (size_t j = 0; j < t->n[1]; j++) {
      size_t node = mesh_node(mesh, i, j);
      if (node == MESH_NO_NODE)
        continue;
      mesh->x[node][0] = t->x[0][i];
      mesh->x[node][1] = t->x[1][j];
    }
  return HD_OK;
}

/** Fill the graph of a tensor grid, then give back the room that was not needed. */
static enum hd_status fill(struct mesh *mesh, struct tensor *t, const struct shape *shape,
                           struct hd_error *err) {
  TRY(start(mesh, t, shape, err));
  size_t n_points = t->n[0] * t->n[1], i, j;
  for (size_t point = 0; point < n_points; point++) {
    point_indices(mesh, point, &i, &j);
    if (mesh_node(mesh, i, j) != MESH_NO_NODE)
      add_node_parts(mesh, t, mesh_node(mesh, i, j), i, j);
  }
  for (size_t point = 0; point < n_points; point++) {
    point_indices(mesh, point, &i, &j);
    if (mesh_node(mesh, i, j) == MESH_NO_NODE)
      continue;
    for (int axis = 0; axis < t->dimension; axis++)
      add_edge_parts(mesh, t, axis, i, j);
    add_interface_parts(mesh, t, mesh_node(mesh, i, j), i, j);
  }
  TRY(hd_resize(&mesh->node_parts, mesh->n_node_parts, sizeof *mesh->node_parts, err));
  TRY(hd_resize(&mesh->edge_parts, mesh->n_edge_parts, sizeof *mesh->edge_parts, err));
  TRY(hd_resize(&mesh->interface_parts, mesh->n_interface_parts, sizeof *mesh->interface_parts,
                err));
  TRY(mesh_add_contacts(mesh, t, shape, err));
  return mesh_reach_contacts(mesh, err);
}

/**
 * Build the mesh of a shape.
 * mesh    out: owned by the caller, mesh_free; NULL after an error
 * shape   complete; spacings that are NAN make no demand
 * Errors  HD_INPUT with one sentence each, HD_MEMORY
 */
enum hd_status mesh_build(struct mesh **mesh, const struct shape *shape, struct hd_error *err) {
  *mesh = NULL;
  TRY(shape_check(shape, err));
  struct tensor tensor = {0};
  struct mesh *new = NULL;
  enum hd_status status = tensor_build(&tensor, shape, err);
  if (status == HD_OK)
    status = hd_alloc(&new, 1, sizeof *new, err);
  if (status == HD_OK)
    status = fill(new, &tensor, shape, err);
  tensor_free(&tensor);
  if (status == HD_OK)
    *mesh = new;
  else
    mesh_free(&new);
  return status;
}

/**
 * Say where a point is.
 * x       m
 * text    out [size]
 * Errors  none
 */
void mesh_place(int dimension, const double x[2], char *text, size_t size) {
  if (dimension == 1)
    snprintf(text, size, "x = %.6g nm", 1e9 * x[0]);
  else
    snprintf(text, size, "(%.6g, %.6g) nm", 1e9 * x[0], 1e9 * x[1]);
}

/** Free a mesh and null the pointer; NULL is accepted. */
void mesh_free(struct mesh **mesh) {
  if (!mesh || !*mesh)
    return;
  struct mesh *m = *mesh;
  hd_free(&m->x);
  hd_free(&m->node_parts);
  hd_free(&m->first_part);
  hd_free(&m->edge_parts);
  hd_free(&m->face_parts);
  hd_free(&m->side_parts);
  hd_free(&m->interface_parts);
  hd_free(&m->rays);
  hd_free(&m->ray_nodes);
  hd_free(&m->ray_distance);
  hd_free(&m->ray_part);
  hd_free(&m->axis[0]);
  hd_free(&m->axis[1]);
  hd_free(&m->of_point);
  hd_free(mesh);
}
