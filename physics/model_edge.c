/* The kernel of an edge: fluxes of all species, and the heat that they leave. */
#include <math.h>
#include <string.h>
#include "physics/flux.h"
#include "physics/heat.h"
#include "physics/model.h"

/** One species on one edge. */
struct edge {
  const struct model *model;
  int s;
  double dv, dmu;      /* differences of the excess and (carriers) of the electrochemical potential,
                          over kT */
  double scale, field; /* D times field acceleration, and its derivative by psi_l - psi_k */
  /* Only with a temperature */
  double T, cold; /* K: mean of both ends; r = T_0 / T there */
  double scale_T; /* derivative of scale by the mean T */
  struct flux_value flux;
};

/** Chain rule of one end: the flux by (c, f, v) of this end to the flux by its unknowns. */
static void flux_chain(const struct model *model, int s, const struct species_state *state,
                       double by_c, double by_f, double by_v, double *row) {
  const struct species_state *own = &state[s];
  double by_a = by_c * own->d_c + by_f * own->d_f + by_v * own->d_v;
  for (int j = 0; j < model->n_unknowns; j++)
    row[j] = by_a * model->A[s][j] + by_v * model->B[s][j];
  if (!model->has_local)
    return;
  for (int t = 0; t < model->n_species; t++) {
    double by_local = -by_v * model->local[s][t] * state[t].d_c * state[t].scale / model->c_unit[t];
    for (int j = 0; j < model->n_unknowns; j++)
      row[j] += by_local * model->A[t][j];
  }
}

/** The same with a temperature at each end. Ions: v is r e with the mean r. Carriers: the share of
 * this end in dv is r z phi / V_T - ln N - a + w, so that dv is dmu - d ln c to rounding. */
static void flux_chain_heat(const struct edge *edge, const struct species_state *state, double T,
                            double by_c, double by_f, double by_v, double *row) {
  const struct model *model = edge->model;
  const struct species_state *own = &state[edge->s];
  if (!model->carrier[edge->s]) {
    flux_chain(model, edge->s, state, by_c, by_f, by_v * edge->cold, row);
    for (int t = 0; model->has_local && t < model->n_species; t++)
      row[model->heat] -=
          by_v * edge->cold * model->local[edge->s][t] * state[t].c_T / model->c_unit[t];
    return;
  }
  double by_a = (by_v * (own->d_v - 1.0) + by_c * own->d_c + by_f * own->d_f) * own->scale;
  for (int j = 0; j < model->n_unknowns; j++)
    row[j] = by_a * model->A[edge->s][j];
  row[1 + edge->s] += by_v * edge->cold * model->charge[edge->s] / model->V_T;
  row[model->heat] = by_c * own->c_T + by_v * ((own->d_v - 1.0) * own->a_T - heat_band_power / T);
}

/** Coefficient and drive at one temperature. */
static void edge_isothermal(struct edge *edge, const struct model_species *row, const double *u_k,
                            const double *u_l, const struct species_state *k,
                            const struct species_state *l) {
  const struct model *model = edge->model;
  int s = edge->s;
  edge->scale = row->D;
  edge->dv = l->v - k->v;
  if (model->carrier[s])
    edge->dmu = model->charge[s] * (u_l[1 + s] - u_k[1 + s]) / model->V_T;
}

/** Coefficient and drive at the mean temperature of the edge, by which the differences of the
 * potentials are divided: the flux of a carrier vanishes where phi is equal, that of an ion where
 * ln(x / f) + E / kT is. */
static void edge_thermal(struct edge *edge, const struct model_species *row, const double *u_k,
                         const double *u_l, const struct species_state *k,
                         const struct species_state *l) {
  const struct model *model = edge->model;
  int s = edge->s;
  double T = edge->T = 0.5 * (u_k[model->heat] + u_l[model->heat]);
  edge->cold = model->T / T;
  edge->scale =
      row->D * pow(T / model->T, row->power) * exp(row->activation * (1.0 / model->T - 1.0 / T));
  edge->scale_T = edge->scale * (row->power + row->activation / T) / T;
  if (!model->carrier[s]) {
    edge->dv = edge->cold * (l->e - k->e);
    return;
  }
  edge->dmu = model->charge[s] * (u_l[1 + s] - u_k[1 + s]) / model->V_T * edge->cold;
  edge->dv = edge->dmu - (l->a - k->a) + (l->w - k->w) -
             heat_band_power * log(u_l[model->heat] / u_k[model->heat]);
}

/** Field acceleration of hopping. */
static void edge_accelerate(struct edge *edge, double length, const double *u_k,
                            const double *u_l) {
  const struct model *model = edge->model;
  bool thermal = model->heat >= 0;
  edge->field = 0.0;
  if (!(model->hop_length[edge->s] > 0.0))
    return;
  double per_volt =
      0.5 * model->hop_length[edge->s] / (length * model->V_T) * (thermal ? edge->cold : 1.0);
  double z = per_volt * (u_l[0] - u_k[0]), D = edge->scale;
  double growth = flux_hop_acceleration(z, &edge->field);
  edge->scale *= growth;
  if (thermal)
    edge->scale_T = edge->scale_T * growth - D * edge->field * z / edge->T;
  edge->field *= D * per_volt;
}

/** Heat of one species: particles times the drop of phi (carriers) or of the energy (ions). */
static void edge_heat(const struct edge *edge, const double *u_k, const double *u_l,
                      const struct species_state *state_k, const struct species_state *state_l,
                      bool partials, struct model_flux *out) {
  const struct model *model = edge->model;
  int s = edge->s, phi = 1 + s;
  bool carrier = model->carrier[s];
  double drop = carrier ? model->charge[s] * (u_k[phi] - u_l[phi])
                        : model->V_T * (state_k[s].e - state_l[s].e);
  double F = model->q * out->F[s];
  out->heat[s] = F * drop;
  if (!partials)
    return;
  double *d_k = out->d_heat_k[s], *d_l = out->d_heat_l[s];
  for (int j = 0; j < model->n_unknowns; j++) {
    double by_e = carrier ? 0.0 : F * model->V_T * model->B[s][j];
    d_k[j] = model->q * drop * out->d_k[s][j] + by_e;
    d_l[j] = model->q * drop * out->d_l[s][j] - by_e;
  }
  if (carrier) {
    d_k[phi] += F * model->charge[s];
    d_l[phi] -= F * model->charge[s];
  }
  for (int t = 0; model->has_local && t < model->n_species; t++) {
    double local = F * model->V_T * model->local[s][t] / model->c_unit[t];
    for (int j = 0; j < model->n_unknowns; j++) {
      d_k[j] -= local * state_k[t].d_c * state_k[t].scale * model->A[t][j];
      d_l[j] += local * state_l[t].d_c * state_l[t].scale * model->A[t][j];
    }
    d_k[model->heat] -= local * state_k[t].c_T;
    d_l[model->heat] += local * state_l[t].c_T;
  }
}

/** Partials of one species' flux. */
static void edge_partials(const struct edge *edge, const double *u_k, const double *u_l,
                          const struct species_state *state_k, const struct species_state *state_l,
                          struct model_flux *out) {
  const struct model *model = edge->model;
  const struct flux_value *flux = &edge->flux;
  double scale = edge->scale;
  int s = edge->s, heat = model->heat;
  if (heat < 0) {
    flux_chain(model, s, state_k, scale * flux->d_ck, scale * flux->d_fk, -scale * flux->d_dv,
               out->d_k[s]);
    flux_chain(model, s, state_l, scale * flux->d_cl, scale * flux->d_fl, scale * flux->d_dv,
               out->d_l[s]);
  } else {
    flux_chain_heat(edge, state_k, u_k[heat], scale * flux->d_ck, scale * flux->d_fk,
                    -scale * flux->d_dv, out->d_k[s]);
    flux_chain_heat(edge, state_l, u_l[heat], scale * flux->d_cl, scale * flux->d_fl,
                    scale * flux->d_dv, out->d_l[s]);
    double drive = model->carrier[s] ? edge->dmu : edge->dv;
    double shared = 0.5 * (edge->scale_T * flux->F - scale * flux->d_dv * drive / edge->T);
    out->d_k[s][heat] += shared;
    out->d_l[s][heat] += shared;
  }
  out->d_k[s][0] -= edge->field * flux->F;
  out->d_l[s][0] += edge->field * flux->F;
}

static void edge_species(const struct model *model, int s, const struct model_species *row,
                         double length, const double *u_k, const double *u_l,
                         const struct species_state *state_k, const struct species_state *state_l,
                         double emf, bool partials, struct model_flux *out) {
  struct edge edge; /* filled below, without a pass of zeros before */
  edge.model = model;
  edge.s = s;
  const struct species_state *k = &state_k[s], *l = &state_l[s];
  if (model->heat < 0)
    edge_isothermal(&edge, row, u_k, u_l, k, l);
  else
    edge_thermal(&edge, row, u_k, u_l, k, l);
  edge_accelerate(&edge, length, u_k, u_l);
  edge.flux = model->carrier[s]   ? flux_quasi_fermi(k->c, l->c, edge.dv, edge.dmu)
              : model->crowded[s] ? flux_crowded(k->c, l->c, k->f, l->f, edge.dv + emf)
                                  : flux_scharfetter_gummel(k->c, l->c, k->f, l->f, edge.dv + emf);
  out->F[s] = edge.scale * edge.flux.F;
  out->exchange[s] = edge.scale * (edge.flux.d_ck * k->c - edge.flux.d_cl * l->c);
  if (partials)
    edge_partials(&edge, u_k, u_l, state_k, state_l, out);
  if (model->heat >= 0)
    edge_heat(&edge, u_k, u_l, state_k, state_l, partials, out);
}

/** A species that cannot be in the region of the edge. */
static void edge_absent(const struct model *model, int s, struct model_flux *out) {
  out->F[s] = out->exchange[s] = 0.0;
  memset(out->d_k[s], 0, sizeof out->d_k[s]);
  memset(out->d_l[s], 0, sizeof out->d_l[s]);
  if (model->heat < 0)
    return;
  out->heat[s] = 0.0;
  memset(out->d_heat_k[s], 0, sizeof out->d_heat_k[s]);
  memset(out->d_heat_l[s], 0, sizeof out->d_heat_l[s]);
}

/**
 * Fluxes of all species along one edge.
 * length  m;  u_k, u_l  [n_unknowns];  out  fluxes k -> l per metre of edge measure, m^-1 s^-1
 * emf     [n_species] added to the differences dv of ions, over kT; NULL: none
 */
void model_edge(const struct model *model, int region, double length, const double *u_k,
                const double *u_l, const struct species_state *state_k,
                const struct species_state *state_l, const double *emf, bool partials,
                struct model_flux *out) {
  for (int s = 0; s < model->n_species; s++) {
    const struct model_species *row = &model->regions[region].species[s];
    if (row->present)
      edge_species(model, s, row, length, u_k, u_l, state_k, state_l, emf ? emf[s] : 0.0, partials,
                   out);
    else
      edge_absent(model, s, out);
  }
}
