#include "geometry/mesh.h"

#include <math.h>
#include "solver/base/memory.h"

/** Relative tolerance of sums of volumes: rounding of some million terms. */
static const double SUM_ROUNDING = 1e-9;

static bool wrong(struct hd_error *err, const char *what, size_t i) {
  hd_fail(err, HD_INTERNAL, "mesh: %s %zu breaks the rules of geometry/mesh.h", what, i);
  return false;
}

static bool is_positive(double value) {
  return value > 0 && isfinite(value);
}

static bool is_part_of(const struct mesh *mesh, int part, int node) {
  return part >= 0 && (size_t)part < mesh->n_node_parts && mesh->node_parts[part].node == node;
}

static bool is_node(const struct mesh *mesh, int node) {
  return node >= 0 && (size_t)node < mesh->n_nodes;
}

static bool is_terminal(const struct mesh *mesh, int terminal) {
  return terminal >= 0 && (size_t)terminal < mesh->n_terminals;
}

/** Each node has one point, and the points give the nodes in order. */
static bool points_are_valid(const struct mesh *mesh) {
  size_t n_points = mesh->n_axis[0] * mesh->n_axis[1], n_nodes = 0;
  if (!mesh->of_point)
    return n_points == mesh->n_nodes;
  for (size_t point = 0; point < n_points; point++)
    if (mesh->of_point[point] >= 0 && (size_t)mesh->of_point[point] != n_nodes++)
      return false;
  return n_nodes == mesh->n_nodes;
}

static bool nodes_are_valid(const struct mesh *mesh, struct hd_error *err) {
  const size_t *first = mesh->first_part;
  if (!points_are_valid(mesh))
    return wrong(err, "node count", mesh->n_nodes);
  if (first[0] != 0 || first[mesh->n_nodes] != mesh->n_node_parts)
    return wrong(err, "first part", 0);
  for (size_t node = 0; node < mesh->n_nodes; node++) {
    if (first[node] >= first[node + 1])
      return wrong(err, "first part", node);
    for (size_t p = first[node]; p < first[node + 1]; p++) {
      const struct node_part *part = &mesh->node_parts[p];
      bool ordered = p == first[node] || part[-1].region < part->region;
      if (part->node != (int)node || part->region < 0 || (size_t)part->region >= mesh->n_regions ||
          !is_positive(part->volume) || !ordered)
        return wrong(err, "node part", p);
    }
  }
  for (int axis = 0; axis < 2; axis++)
    for (size_t i = 1; i < mesh->n_axis[axis]; i++)
      if (!(mesh->axis[axis][i] > mesh->axis[axis][i - 1]))
        return wrong(err, "axis point", i);
  return true;
}

static bool edges_are_valid(const struct mesh *mesh, struct hd_error *err) {
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *part = &mesh->edge_parts[e];
    if (part->k < 0 || part->k >= part->l || !is_node(mesh, part->l) ||
        !is_part_of(mesh, part->part_k, part->k) || !is_part_of(mesh, part->part_l, part->l) ||
        mesh->node_parts[part->part_k].region != part->region ||
        mesh->node_parts[part->part_l].region != part->region || !is_positive(part->length) ||
        !is_positive(part->measure))
      return wrong(err, "edge part", e);
  }
  return true;
}

/** In each region the edges' prisms fill the volume once per dimension:
 * sum over edges of face area times length = dimension times sum over nodes of volume. */
static bool measures_close(const struct mesh *mesh, struct hd_error *err) {
  double *excess;
  if (hd_alloc(&excess, 2 * mesh->n_regions, sizeof *excess, err) != HD_OK)
    return false;
  double *volume = excess + mesh->n_regions;
  for (size_t p = 0; p < mesh->n_node_parts; p++) {
    volume[mesh->node_parts[p].region] += mesh->node_parts[p].volume;
    excess[mesh->node_parts[p].region] -= mesh->dimension * mesh->node_parts[p].volume;
  }
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *part = &mesh->edge_parts[e];
    excess[part->region] += part->measure * part->length * part->length;
  }
  bool closed = true;
  for (size_t r = 0; closed && r < mesh->n_regions; r++)
    if (!(fabs(excess[r]) <= SUM_ROUNDING * volume[r]))
      closed = wrong(err, "volume of region", r);
  hd_free(&excess);
  return closed;
}

static bool faces_are_valid(const struct mesh *mesh, struct hd_error *err) {
  for (size_t f = 0; f < mesh->n_face_parts; f++) {
    const struct face_part *part = &mesh->face_parts[f];
    if (!is_node(mesh, part->node) || !is_part_of(mesh, part->part, part->node) ||
        !is_terminal(mesh, part->terminal) || !is_positive(part->area))
      return wrong(err, "face part", f);
  }
  for (size_t i = 0; i < mesh->n_side_parts; i++) {
    const struct side_part *part = &mesh->side_parts[i];
    if (!is_node(mesh, part->node) || (int)part->side >= 2 * mesh->dimension ||
        !is_positive(part->area))
      return wrong(err, "side part", i);
  }
  for (size_t i = 0; i < mesh->n_interface_parts; i++) {
    const struct interface_part *part = &mesh->interface_parts[i];
    if (!is_node(mesh, part->node) || !is_part_of(mesh, part->part_a, part->node) ||
        !is_part_of(mesh, part->part_b, part->node) ||
        mesh->node_parts[part->part_a].region >= mesh->node_parts[part->part_b].region ||
        !is_positive(part->area))
      return wrong(err, "interface part", i);
  }
  return true;
}

static bool rays_are_valid(const struct mesh *mesh, struct hd_error *err) {
  size_t next = 0;
  for (size_t r = 0; r < mesh->n_rays; r++) {
    const struct mesh_ray *ray = &mesh->rays[r];
    if (ray->first != next || ray->count < 2 || !is_terminal(mesh, ray->terminal) ||
        !is_positive(ray->area) || ray->first + ray->count > mesh->n_ray_nodes)
      return wrong(err, "ray", r);
    for (size_t i = ray->first; i < ray->first + ray->count; i++) {
      double before = i == ray->first ? -1 : mesh->ray_distance[i - 1];
      if (!is_node(mesh, mesh->ray_nodes[i]) ||
          !is_part_of(mesh, mesh->ray_part[i], mesh->ray_nodes[i]) ||
          !(mesh->ray_distance[i] > before) || (i == ray->first && mesh->ray_distance[i] != 0))
        return wrong(err, "ray node", i);
    }
    next = ray->first + ray->count;
  }
  return next == mesh->n_ray_nodes || wrong(err, "ray node count", mesh->n_ray_nodes);
}

/**
 * Check every index, sign and closure rule of a mesh.
 * Errors  HD_INTERNAL with the first broken rule; false is returned
 */
bool mesh_is_valid(const struct mesh *mesh, struct hd_error *err) {
  return nodes_are_valid(mesh, err) && edges_are_valid(mesh, err) && measures_close(mesh, err) &&
         faces_are_valid(mesh, err) && rays_are_valid(mesh, err);
}
