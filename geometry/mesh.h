/* The mesh: a graph with measures. All measures are three-dimensional (1D carries an area, 2D a
 * depth, axisymmetric 2 pi r), so one assembly serves every dimension. */
#ifndef HALIDRIFT_GEOMETRY_MESH_H
#define HALIDRIFT_GEOMETRY_MESH_H

#include <stdbool.h>
#include <stddef.h>
#include "geometry/shape.h"
#include "solver/base/error.h"

/** The part of a node's control volume that lies in one region. */
struct node_part {
  int node;
  int region;
  double volume; /* m^3 */
};

/** The part of an edge whose dual face lies in one region. */
struct edge_part {
  int k, l;           /* nodes, k < l */
  int part_k, part_l; /* node parts of k and l in this region */
  int region;
  double length;  /* m */
  double measure; /* m: face area / length */
};

/** The part of a boundary face that belongs to one node, one region and one terminal. A corner node
 * of a contact that goes round the corner has one on each side. */
struct face_part {
  int node;
  int part; /* node part of the node in the region the face borders on */
  int terminal;
  double area; /* m^2 */
};

/** The part of a side of the domain that belongs to one node and to no contact. The axis is no
 * side; surfaces of voids are no parts of a side. */
struct side_part {
  int node;
  enum shape_side side;
  double area; /* m^2 */
};

/** Interface between two regions seen from one node (for interface recombination). */
struct interface_part {
  int node;
  int part_a, part_b; /* node parts on both sides, region(part_a) < region(part_b) */
  double area;        /* m^2 */
};

/** A straight row of mesh nodes from a contact node into the device, normal to the contact; one for
 * each face part, so that their areas sum to the contact's. It may reach the opposite boundary; it
 * ends at a void or an electrode. */
struct mesh_ray {
  int terminal;
  double area; /* m^2: contact area that it stands for */
  size_t
      first; /* its nodes are mesh->ray_nodes[first .. first + count - 1]; [first] is the contact */
  size_t count;
};

struct mesh {
  enum shape_coordinates coordinates;
  int dimension; /* 1 or 2 */
  size_t n_nodes, n_node_parts, n_edge_parts, n_face_parts, n_interface_parts, n_rays, n_ray_nodes;
  size_t n_side_parts, n_regions, n_terminals;
  double (*x)[2];               /* [n_nodes] coordinates, m; x[][1] = 0 in 1D */
  struct node_part *node_parts; /* sorted by node */
  size_t *first_part;           /* [n_nodes + 1] into node_parts */
  struct edge_part *edge_parts;
  struct face_part *face_parts;
  struct side_part *side_parts;
  struct interface_part *interface_parts;
  struct mesh_ray *rays;
  int *ray_nodes;       /* node indices */
  double *ray_distance; /* m from the contact along the ray; [first] is 0 */
  int *ray_part;        /* node part of that node in the region that the ray comes through */
  size_t n_axis[2];     /* tensor grid: points along both axes; n_axis[1] = 1 in 1D */
  double *axis[2];      /* the points, m. numbered by y_fastest */
  bool y_fastest;       /* true: node = i * n_axis[1] + j; false: node = j * n_axis[0] + i */
  int *of_point;        /* [n_axis[0] * n_axis[1]] node of each point, -1: none (inside a void or an
                           electrode); NULL: each point is a node */
};

/** What mesh_node says of a point that is no node. */
#define MESH_NO_NODE ((size_t)-1)

/** Build the mesh of a shape. Errors: HD_INPUT (empty region, contact off the boundary, electrodes
 * that touch, a part cut off from all contacts, too many nodes), HD_MEMORY. *mesh is owned by the
 * caller. */
enum hd_status mesh_build(struct mesh **mesh, const struct shape *shape, struct hd_error *err);

/** Check every index, sign, and closure rule of the structure. */
bool mesh_is_valid(const struct mesh *mesh, struct hd_error *err);

/** Node index of the point (i, j) of the tensor grid, or MESH_NO_NODE. */
size_t mesh_node(const struct mesh *mesh, size_t i, size_t j);

/** Where a point is, for messages: "x = 3 nm" in 1D, "(3, 4) nm" in 2D. */
void mesh_place(int dimension, const double x[2], char *text, size_t size);

void mesh_free(struct mesh **mesh);

#endif
