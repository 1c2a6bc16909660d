/* What the user says about the shape of a device: layers, boxes, contacts, spacing. No physics. */
#ifndef HALIDRIFT_GEOMETRY_SHAPE_H
#define HALIDRIFT_GEOMETRY_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include "solver/base/error.h"

/** 1D: x with a cross-section area. Planar: x, y with a depth. Axisymmetric: r, z (2 pi r). */
enum shape_coordinates { SHAPE_1D, SHAPE_PLANAR, SHAPE_AXISYMMETRIC };

/** Side of the domain. In 1D only X_MIN and X_MAX exist; in axisymmetric x is r and y is z. */
enum shape_side { SHAPE_X_MIN, SHAPE_X_MAX, SHAPE_Y_MIN, SHAPE_Y_MAX };
enum { SHAPE_SIDES = 4 };

/** Layers stack along x in 1D and along y (z) in 2D, the first one starting at coordinate 0. */
struct shape_layer {
  double thickness; /* m, > 0 */
  int region;       /* index of the region that it belongs to */
  double h_end;     /* m: spacing at both ends of the layer */
  double h_max;     /* m: largest spacing inside */
  int intervals;    /* > 0: exactly this many equal intervals; h_end and h_max are ignored */
};

/** What a box may hold instead of a region: nothing, or an electrode (shape_electrode). */
enum { SHAPE_VOID = -1 };

/** Filling of a box that is the electrode of a terminal. */
static inline int shape_electrode(int terminal) {
  return SHAPE_VOID - 1 - terminal;
}

/** Terminal of a filling that is an electrode, -1 otherwise. */
static inline int shape_terminal(int filling) {
  return filling < SHAPE_VOID ? SHAPE_VOID - 1 - filling : -1;
}

/** A box paints its filling over the layers below it (later boxes over earlier ones). Cells belong
 * to it by their midpoint; its edges are points of the mesh where the intervals are not fixed.
 * A void is an insulating hole. An electrode is a hole whose surface belongs to its terminal. */
struct shape_box {
  double lo[2], hi[2]; /* m; [1] unused in 1D */
  int region;          /* index of a region, SHAPE_VOID, or shape_electrode(terminal) */
  double h_end, h_max; /* m: spacing at its edges and inside */
};

/** A piece of the outer boundary that belongs to a terminal. */
struct shape_contact {
  int terminal; /* index; several pieces may share a terminal */
  enum shape_side side;
  double from, to; /* m along the side; -INFINITY, INFINITY: the whole side */
  double h_end;    /* m: spacing normal to the side at the contact and at its edges */
};

/** Extra points that the mesh must have (doping steps and the like). */
struct shape_stop {
  int axis;        /* 0: x or r; 1: y or z */
  double position; /* m */
  double h_end;    /* m: spacing there */
};

/** A stretch of an axis with a largest spacing of its own (near contacts and junctions). */
struct shape_zone {
  int axis;        /* 0: x or r; 1: y or z */
  double from, to; /* m */
  double h_max;    /* m */
};

/** Spacings that are NAN or infinite make no demand. */
struct shape {
  enum shape_coordinates coordinates;
  double area;                     /* m^2, 1D */
  double depth;                    /* m, planar */
  double width;                    /* m, extent along x or r; 2D only */
  double h_width_end, h_width_max; /* m: spacing at the ends of x (r) and inside, 2D */
  int width_intervals;             /* > 0: equal intervals along x (r) */
  int stack_intervals; /* > 0: equal intervals over the whole stack, layer ends need not be nodes */
  double growth;       /* ratio of neighbouring intervals, > 1, for instance 1.3 */
  double ray_range;    /* m: rays (see mesh.h) reach this far from a contact; 0: no rays */
  size_t n_layers, n_boxes, n_contacts, n_stops, n_zones, n_regions, n_terminals;
  struct shape_layer *layers;     /* owned */
  struct shape_box *boxes;        /* owned */
  struct shape_contact *contacts; /* owned */
  struct shape_stop *stops;       /* owned */
  struct shape_zone *zones;       /* owned */
};

/** Check every number and index of a shape that is complete. Collects all errors (HD_INPUT). */
enum hd_status shape_check(const struct shape *shape, struct hd_error *err);

/** Free the arrays and null them. */
void shape_free(struct shape *shape);

/** 1 or 2. Layers stack along axis (dimension - 1). */
int shape_dimension(const struct shape *shape);

/** Extent of the domain along an axis, m; 0 along the missing axis of 1D. */
double shape_extent(const struct shape *shape, int axis);

/** Height of the stack: sum of the layers' thicknesses, m. */
double shape_height(const struct shape *shape);

#endif
