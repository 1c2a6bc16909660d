/* The triangles between the edges of a mesh: what a picture or a level line inside a cell needs and
 * the equations do not. Made from the graph alone, whatever built it. */
#ifndef HALIDRIFT_GEOMETRY_TRIANGLES_H
#define HALIDRIFT_GEOMETRY_TRIANGLES_H

#include "geometry/mesh.h"

struct triangles {
  size_t n;         /* 0 in 1D */
  int (*corner)[3]; /* [n] owned: nodes, counter-clockwise */
  size_t n_pairs; /* edges of the mesh, each once, and the diagonals that cut cells in triangles */
  int (*pair)[2]; /* [n_pairs] owned */
};

/** Find the cells between the edges and cut them into triangles. Errors: HD_MEMORY */
enum hd_status triangles_create(struct triangles *triangles, const struct mesh *mesh,
                                struct hd_error *err);
/** Free; a zeroed struct is accepted. */
void triangles_free(struct triangles *triangles);

#endif
