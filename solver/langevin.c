#include "solver/langevin.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>
#include "solver/assemble.h"
#include "solver/base/memory.h"
#include "solver/base/random.h"

/** Streams of random numbers: one per experiment, beside that of the hops. */
enum { STREAM_FORCES = 16 };
/** Blocks of the counter for each force: 64 words, of which the ziggurat takes one in 97 %. */
enum { BLOCKS = 16 };
/** Ends of intervals and kinks that are the same but for rounding, as a part of an interval. */
static const double SAME = 1e-6;
/** A force is at most that of an edge with so many hops, both ways, in an interval: where fewer are
 * expected they are rare events, which a normal number does not describe. */
static const double HOPS_MIN = 1.0;

struct langevin {
  struct system *system; /* borrowed */
  const struct stochastic_spec *spec;
  size_t experiment;
  long index; /* of the present interval; -1: none yet */
  double end; /* s */
};

/**
 * Forces of an experiment; it needs the system's memory for them only.
 * Errors  HD_MEMORY
 */
enum hd_status langevin_create(struct langevin **out, struct system *system, size_t experiment,
                               struct hd_error *err) {
  TRY(hd_alloc(out, 1, sizeof **out, err));
  **out = (struct langevin){
      .system = system, .spec = &system->run->stochastic, .experiment = experiment, .index = -1};
  return HD_OK;
}

static size_t edge_forces(const struct system_instance *instance) {
  return instance->device->mesh->n_edge_parts * (size_t)instance->device->model.n_species;
}

/** Forces on edges and, behind them, on faces. */
static size_t all_forces(const struct system_instance *instance) {
  return edge_forces(instance) + instance->device->n_faces;
}

static void clear(struct system_instance *instance) {
  memset(instance->emf, 0, all_forces(instance) * sizeof(double));
}

/** Free; NULL is accepted. */
void langevin_free(struct langevin **langevin) {
  if (!*langevin)
    return;
  for (size_t i = 0; i < (*langevin)->system->n_instances; i++)
    clear(&(*langevin)->system->instances[i]);
  hd_free(langevin);
}

double langevin_end(const struct langevin *langevin) {
  return langevin->end;
}

bool langevin_over(const struct langevin *langevin, double t) {
  return t >= langevin->end - SAME * langevin->spec->interval;
}

bool langevin_ends_before(const struct langevin *langevin, double t) {
  return t > langevin->end + SAME * langevin->spec->interval;
}

/**
 * Force of one way whose hops in both directions have the given rate:
 *   eta = xi sqrt(4 / (rate interval)),  xi a unit normal number
 * Near equilibrium a force drives rate/2 ions per kT, so the ions that it moves in an interval have
 * the variance rate * interval of hops that do not know of each other.
 * rate    1/s
 * number  of the way among all of the system
 */
static double force(const struct langevin *langevin, double rate, size_t number) {
  const struct stochastic_spec *spec = langevin->spec;
  struct random_stream stream = random_begin((uint32_t)spec->seed, (uint32_t)spec->trajectory,
                                             (uint32_t)(STREAM_FORCES + langevin->experiment));
  stream.block = (uint64_t)langevin->index << 32 | (uint64_t)number * BLOCKS;
  gsl_rng random = random_gsl(&stream);
  double xi = gsl_ran_gaussian_ziggurat(&random, 1.0);
  return xi * sqrt(4.0 / fmax(rate * spec->interval, HOPS_MIN));
}

static void draw_edges(const struct langevin *langevin, const struct pass *p, size_t first) {
  const struct mesh *mesh = p->device->mesh;
  size_t species = (size_t)p->n_species;
  for (size_t e = 0; e < mesh->n_edge_parts; e++) {
    const struct edge_part *edge = &mesh->edge_parts[e];
    struct model_flux flux;
    model_edge(p->model, edge->region, edge->length, &p->instance->u[edge->k * p->n_unknowns],
               &p->instance->u[edge->l * p->n_unknowns], part_state(p, (size_t)edge->part_k),
               part_state(p, (size_t)edge->part_l), NULL, false, &flux);
    for (size_t s = 0; s < species; s++)
      if (!p->model->carrier[s] && p->model->regions[edge->region].species[s].present)
        p->instance->emf[e * species + s] =
            force(langevin, edge->measure * flux.exchange[s], first + e * species + s);
  }
}

static void draw_faces(const struct langevin *langevin, const struct pass *p, size_t first) {
  for (size_t f = 0; f < p->device->n_faces; f++) {
    const struct contact_face *face = &p->device->faces[f];
    if (!p->model->carrier[face->species])
      p->instance->face_emf[f] =
          force(langevin, face->area * assemble_face_both(p, face), first + f);
  }
}

void langevin_draw(struct langevin *langevin, double t, const double *y) {
  struct system *system = langevin->system;
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .t = t, .y = y};
  struct pass p = {.system = system, .point = &point};
  size_t first = 0;
  langevin->index = (long)floor(t / langevin->spec->interval + SAME);
  langevin->end = (double)(langevin->index + 1) * langevin->spec->interval;
  system_gather(system, y, NULL, t);
  for (size_t i = 0; i < system->n_instances; i++) {
    assemble_set_instance(&p, i);
    clear(p.instance);
    draw_edges(langevin, &p, first);
    draw_faces(langevin, &p, first + edge_forces(p.instance));
    first += all_forces(p.instance);
  }
}

/* ---- checkpoints ---- */

enum hd_status langevin_save(const struct langevin *langevin, struct store *store,
                             struct hd_error *err) {
  char name[STORE_NAME];
  double clock[] = {(double)langevin->index, langevin->end};
  TRY(store_put(store, "langevin_clock", 2, clock, err));
  for (size_t i = 0; i < langevin->system->n_instances; i++) {
    const struct system_instance *instance = &langevin->system->instances[i];
    TRY(store_put(store, store_name(name, "langevin_emf_%zu", i), all_forces(instance),
                  instance->emf, err));
  }
  return HD_OK;
}

enum hd_status langevin_restore(struct langevin *langevin, const struct store *store,
                                struct hd_error *err) {
  char name[STORE_NAME];
  double clock[2];
  TRY(store_get(store, "langevin_clock", 2, clock, err));
  langevin->index = (long)clock[0];
  langevin->end = clock[1];
  for (size_t i = 0; i < langevin->system->n_instances; i++) {
    struct system_instance *instance = &langevin->system->instances[i];
    TRY(store_get(store, store_name(name, "langevin_emf_%zu", i), all_forces(instance),
                  instance->emf, err));
  }
  return HD_OK;
}
