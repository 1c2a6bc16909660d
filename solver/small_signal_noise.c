#include "solver/small_signal_noise.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include "solver/assemble.h"
#include "solver/base/memory.h"

/** What fluctuates. FLUX to TUNNELLING are told apart by species. */
enum kind { FLUX, CONTACT, TUNNELLING, RECOMBINATION, INTERFACE, LIGHT, RESISTOR, KINDS };

static const char *const kind_names[KINDS] = {[FLUX] = "flux",
                                              [CONTACT] = "contact",
                                              [TUNNELLING] = "tunnelling",
                                              [RECOMBINATION] = "recombination",
                                              [INTERFACE] = "interface",
                                              [LIGHT] = "light",
                                              [RESISTOR] = "resistor"};

/** A mechanism: a kind in a device, or a resistor. */
struct mechanism {
  char name[4 * HD_NAME];
  int kind, owner, species; /* owner: instance or element; species -1: of all */
};

/** Events of one sort: they change the residual by `coefficient` in some rows. */
struct event {
  size_t mechanism, first; /* first entry; the next event's ends them */
  double density;          /* one-sided, of their number per time: twice the rate, 1/s */
  int node[2];             /* of the instance, between which they happen; -1: of the circuit */
};

struct entry {
  int row;
  double coefficient; /* of one event, the row's factor included */
};

struct noise {
  struct system *system;            /* borrowed */
  const struct small_signal *small; /* borrowed */
  size_t n_mechanisms, n_events, n_entries, event_room, entry_room;
  struct mechanism *mechanisms; /* owned */
  struct event *events;         /* [n_events + 1] owned */
  struct entry *entries;        /* [n_entries] owned */
};

/* ---- the list ---- */

/** Begin events with this density between two nodes; entries follow. */
static enum hd_status begin(struct noise *noise, size_t mechanism, double density, int k, int l,
                            struct hd_error *err) {
  if (noise->n_events + 1 >= noise->event_room) {
    noise->event_room = 2 * noise->event_room + 1024;
    TRY(hd_resize(&noise->events, noise->event_room, sizeof *noise->events, err));
  }
  noise->events[noise->n_events++] = (struct event){mechanism, noise->n_entries, density, {k, l}};
  noise->events[noise->n_events].first = noise->n_entries;
  return HD_OK;
}

/** What each event changes in one row; rows that are dropped do not count. */
static enum hd_status change(struct noise *noise, int row, double amount, struct hd_error *err) {
  if (row >= noise->system->n || amount == 0.0)
    return HD_OK;
  if (noise->n_entries == noise->entry_room) {
    noise->entry_room = 2 * noise->entry_room + 4096;
    TRY(hd_resize(&noise->entries, noise->entry_room, sizeof *noise->entries, err));
  }
  noise->entries[noise->n_entries++] = (struct entry){
      .row = row, .coefficient = amount * small_signal_row_factor(noise->small, row)};
  noise->events[noise->n_events].first = noise->n_entries;
  return HD_OK;
}

/* ---- mechanisms ---- */

static enum hd_status add_mechanism(struct noise *noise, int kind, int owner, int species,
                                    const char *whose, struct hd_error *err) {
  size_t room = noise->n_mechanisms + 1;
  TRY(hd_resize(&noise->mechanisms, room, sizeof *noise->mechanisms, err));
  struct mechanism *added = &noise->mechanisms[noise->n_mechanisms++];
  *added = (struct mechanism){.kind = kind, .owner = owner, .species = species};
  snprintf(added->name, sizeof added->name, *whose ? "%s(%s)" : "%s", kind_names[kind], whose);
  return HD_OK;
}

/** Those of one species: its hops, and how it passes at contacts. */
static enum hd_status list_species(struct noise *noise, int i, int s, struct hd_error *err) {
  const struct device *device = noise->system->instances[i].device;
  bool several = noise->system->n_instances > 1, face = false, link = false;
  char whose[2 * HD_NAME];
  snprintf(whose, sizeof whose, "%s%s%s", several ? device->spec->name : "", several ? "." : "",
           device->spec->species[s].name);
  for (size_t f = 0; f < device->n_faces; f++)
    face = face || device->faces[f].species == s;
  for (size_t l = 0; l < device->n_links; l++)
    link = link || device->links[l].species == s;
  TRY(add_mechanism(noise, FLUX, i, s, whose, err));
  if (face)
    TRY(add_mechanism(noise, CONTACT, i, s, whose, err));
  return link ? add_mechanism(noise, TUNNELLING, i, s, whose, err) : HD_OK;
}

static enum hd_status list_device(struct noise *noise, int i, struct hd_error *err) {
  const struct device *device = noise->system->instances[i].device;
  const struct device_spec *spec = device->spec;
  const char *whose = noise->system->n_instances > 1 ? spec->name : "";
  for (int s = 0; s < device->model.n_species; s++)
    TRY(list_species(noise, i, s, err));
  if (device->model.electron < 0 || device->model.hole < 0)
    return HD_OK;
  TRY(add_mechanism(noise, RECOMBINATION, i, -1, whose, err));
  if (spec->n_interfaces > 0)
    TRY(add_mechanism(noise, INTERFACE, i, -1, whose, err));
  return spec->generation.kind == GENERATION_NONE ? HD_OK
                                                  : add_mechanism(noise, LIGHT, i, -1, whose, err);
}

/**
 * Density of the thermal noise of an element with the equation d_v v + d_i i = 0, a resistance
 * |d_i / d_v|: Johnson and Nyquist's 4 k T R of its voltage is 4 k T |d_v d_i| of its equation.
 */
static double element_density(const struct system *system, size_t e) {
  const struct element *element = &system->elements[e];
  struct element_input input = {.t = 0.0};
  struct element_value value = element_table[element->kind].value(element, &input);
  return 4.0 * system->run->constants.k * system->run->temperature * fabs(value.d_v * value.d_i);
}

/** Number of a mechanism that was listed. */
static size_t find_mechanism(const struct noise *noise, int kind, int owner, int species) {
  size_t i = 0;
  while (noise->mechanisms[i].kind != kind || noise->mechanisms[i].owner != owner ||
         noise->mechanisms[i].species != species)
    i++;
  return i;
}

/* ---- events of a device ---- */

/** One instance under way. */
struct work {
  struct noise *noise;
  struct pass pass;
  int instance;
  enum hd_status status; /* of the visits */
  struct hd_error *err;
};

static enum hd_status start(struct work *work, int kind, int species, double rate, int k, int l) {
  size_t mechanism = find_mechanism(work->noise, kind, work->instance, species);
  return begin(work->noise, mechanism, 2.0 * rate, k, l, work->err);
}

/** A particle goes from node k to node l: what the rows of currents have of it. */
static enum hd_status change_currents(struct work *work, int s, int k, int l) {
  const struct pass *p = &work->pass;
  double charge = p->model->q * p->model->charge[s];
  for (int T = 0; T + 1 < p->device->n_terminals; T++) {
    double w = small_signal_test(work->noise->small, (size_t)work->instance, T, k, s) -
               small_signal_test(work->noise->small, (size_t)work->instance, T, l, s);
    TRY(change(work->noise, current_row(p, T), -w * charge, work->err));
  }
  return HD_OK;
}

/** Hops of all species both ways along one edge. */
static enum hd_status edge_events(struct work *work, const struct edge_part *edge) {
  const struct pass *p = &work->pass;
  struct model_flux flux;
  model_edge(p->model, edge->region, edge->length, &p->instance->u[edge->k * p->n_unknowns],
             &p->instance->u[edge->l * p->n_unknowns], part_state(p, (size_t)edge->part_k),
             part_state(p, (size_t)edge->part_l), NULL, false, &flux);
  for (int s = 0; s < p->n_species; s++) {
    double rate = edge->measure * flux.exchange[s];
    if (!assemble_carries(p, edge, s) || !(rate > 0.0))
      continue;
    TRY(start(work, FLUX, s, rate, edge->k, edge->l));
    TRY(change(work->noise, balance_row(p, edge->k, 1 + s), 1.0, work->err));
    TRY(change(work->noise, balance_row(p, edge->l, 1 + s), -1.0, work->err));
    TRY(change_currents(work, s, edge->k, edge->l));
  }
  return HD_OK;
}

/** A pair comes or goes at a node. */
static enum hd_status pair_events(struct work *work, int kind, int node, double rate) {
  const struct pass *p = &work->pass;
  if (!(rate > 0.0))
    return HD_OK;
  TRY(start(work, kind, -1, rate, node, node));
  TRY(change(work->noise, balance_row(p, node, 1 + p->model->electron), 1.0, work->err));
  return change(work->noise, balance_row(p, node, 1 + p->model->hole), 1.0, work->err);
}

static enum hd_status node_events(struct work *work, size_t i) {
  const struct pass *p = &work->pass;
  const struct node_part *part = &p->device->mesh->node_parts[i];
  struct model_reaction reaction;
  model_react(p->model, part->region, &p->instance->u[part->node * p->n_unknowns], part_state(p, i),
              false, &reaction);
  TRY(pair_events(work, RECOMBINATION, part->node, part->volume * reaction.both));
  return pair_events(work, LIGHT, part->node, part->volume * assemble_light(p, i));
}

static void interface_events(const struct pass *p, const struct interface_part *face,
                             const struct interface_spec *spec, int part_e, int part_h,
                             void *context) {
  struct work *work = context;
  if (work->status == HD_OK)
    work->status = pair_events(work, INTERFACE, face->node,
                               assemble_interface_both(p, face, spec, part_e, part_h));
}

/** A particle passes between a node and the metal beside it. */
static enum hd_status face_events(struct work *work, const struct contact_face *face) {
  const struct pass *p = &work->pass;
  int s = face->species, component = p->device->component[face->node * p->n_species + s];
  double rate = face->area * assemble_face_both(p, face);
  if (!(rate > 0.0) || (p->point->frozen && !p->model->carrier[s]))
    return HD_OK;
  TRY(start(work, CONTACT, s, rate, face->node, face->node));
  TRY(change(work->noise, balance_row(p, face->node, 1 + s), 1.0, work->err));
  if (component < 0)
    return HD_OK;
  double per_site = 1.0 / (p->model->c_unit[s] * p->device->components[component].capacity);
  return change(work->noise, p->instance->lambda_base + component, per_site, work->err);
}

/** A particle passes between the metal and a node inside. */
static enum hd_status link_events(struct work *work, const struct tunnel_link *link) {
  const struct pass *p = &work->pass;
  double rate = link->area * assemble_link_both(p, link);
  if (!(rate > 0.0))
    return HD_OK;
  TRY(start(work, TUNNELLING, link->species, rate, link->contact, link->node));
  TRY(change(work->noise, balance_row(p, link->node, 1 + link->species), -1.0, work->err));
  return change_currents(work, link->species, link->contact, link->node);
}

static enum hd_status device_events(struct work *work) {
  const struct pass *p = &work->pass;
  const struct mesh *mesh = p->device->mesh;
  for (size_t e = 0; e < mesh->n_edge_parts; e++)
    TRY(edge_events(work, &mesh->edge_parts[e]));
  for (size_t i = 0; i < mesh->n_node_parts; i++)
    if (p->model->electron >= 0 && p->model->hole >= 0)
      TRY(node_events(work, i));
  assemble_each_interface(p, interface_events, work);
  TRY(work->status);
  for (size_t f = 0; f < p->device->n_faces; f++)
    TRY(face_events(work, &p->device->faces[f]));
  for (size_t i = 0; i < p->device->n_links; i++)
    TRY(link_events(work, &p->device->links[i]));
  return HD_OK;
}

/* ---- public ---- */

/**
 * List the mechanisms of all devices and of the circuit.
 * Errors  HD_MEMORY; the caller frees in any case
 */
enum hd_status noise_create(struct noise **out, struct system *system, struct hd_error *err) {
  TRY(hd_alloc(out, 1, sizeof **out, err));
  (*out)->system = system;
  for (size_t i = 0; i < system->n_instances; i++)
    TRY(list_device(*out, (int)i, err));
  for (size_t e = 0; e < system->run->circuit.n_elements; e++)
    if (element_density(system, e) > 0.0)
      TRY(add_mechanism(*out, RESISTOR, (int)e, -1, system->elements[e].name, err));
  return HD_OK;
}

/** Events of all resistors. */
static enum hd_status circuit_events(struct noise *noise, struct hd_error *err) {
  for (size_t m = 0; m < noise->n_mechanisms; m++) {
    int e = noise->mechanisms[m].owner;
    if (noise->mechanisms[m].kind != RESISTOR)
      continue;
    TRY(begin(noise, m, element_density(noise->system, (size_t)e), -1, -1, err));
    TRY(change(noise, noise->system->branch_base + e, 1.0, err));
  }
  return HD_OK;
}

/**
 * List the events of a state with their rates.
 * y       [n] the state that `small` is about
 * Errors  HD_MEMORY
 */
enum hd_status noise_collect(struct noise *noise, const struct small_signal *small, const double *y,
                             struct hd_error *err) {
  struct system *system = noise->system;
  bool frozen = small_signal_is_frozen(small);
  struct system_plan *plan;
  struct system_point point = {.mode = SYSTEM_TRANSIENT, .frozen = frozen, .y = y};
  noise->small = small;
  noise->n_events = noise->n_entries = 0;
  TRY(system_plan(system, SYSTEM_TRANSIENT, frozen, &plan, err));
  system_gather(system, y, NULL, 0.0);
  for (size_t i = 0; i < system->n_instances; i++) {
    struct work work = {.noise = noise, .instance = (int)i, .err = err};
    work.pass = (struct pass){.system = system, .point = &point, .plan = plan};
    assemble_set_instance(&work.pass, i);
    TRY(device_events(&work));
  }
  return circuit_events(noise, err);
}

size_t noise_count(const struct noise *noise) {
  return noise->n_mechanisms;
}

const char *noise_name(const struct noise *noise, size_t i) {
  return noise->mechanisms[i].name;
}

int noise_place(const struct noise *noise, size_t i, char name[NOISE_FIELD]) {
  const struct mechanism *own = &noise->mechanisms[i];
  if (own->kind == RESISTOR)
    return -1;
  const struct device *device = noise->system->instances[own->owner].device;
  const char *whose = own->species < 0 ? "" : device->spec->species[own->species].name;
  snprintf(name, NOISE_FIELD, "noise_%s%s%s", kind_names[own->kind], *whose ? "_" : "", whose);
  return own->owner;
}

/** What one sort of events brings to the port. */
static double event_density(const struct noise *noise, const struct event *event,
                            const double complex *z) {
  double re = 0.0, im = 0.0;
  for (size_t at = event->first; at < event[1].first; at++) {
    re += noise->entries[at].coefficient * creal(z[noise->entries[at].row]);
    im += noise->entries[at].coefficient * cimag(z[noise->entries[at].row]);
  }
  return event->density * (re * re + im * im);
}

/**
 * Sum over all events of density times |answer of the port to one of them per second|^2.
 * z       [n] adjoint: the answer to a residual r is -z^T r
 * shares  out [noise_count]
 */
double noise_density(const struct noise *noise, const double complex *z, double *shares) {
  double sum = 0.0;
  for (size_t i = 0; i < noise->n_mechanisms; i++)
    shares[i] = 0.0;
  for (size_t i = 0; i < noise->n_events; i++)
    shares[noise->events[i].mechanism] += event_density(noise, &noise->events[i], z);
  for (size_t i = 0; i < noise->n_mechanisms; i++)
    sum += shares[i];
  return sum;
}

/**
 * The same sum by places.
 * spread  out [noise_count][n_nodes of its instance], NULL where noise_place says -1
 */
void noise_spread(const struct noise *noise, const double complex *z, double S,
                  double *const *spread) {
  for (size_t i = 0; i < noise->n_mechanisms; i++)
    for (int k = 0;
         spread[i] && k < noise->system->instances[noise->mechanisms[i].owner].device->n_nodes; k++)
      spread[i][k] = 0.0;
  for (size_t i = 0; i < noise->n_events && S > 0.0; i++) {
    const struct event *event = &noise->events[i];
    double *own = spread[event->mechanism];
    double half = own ? 0.5 * event_density(noise, event, z) / S : 0.0;
    for (int side = 0; own && side < 2; side++)
      own[event->node[side]] += half;
  }
}

/** Free; NULL is accepted. */
void noise_free(struct noise **noise) {
  if (!*noise)
    return;
  hd_free(&(*noise)->mechanisms);
  hd_free(&(*noise)->events);
  hd_free(&(*noise)->entries);
  hd_free(noise);
}
