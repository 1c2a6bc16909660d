/* Noise spectra about a steady state: every elementary event of the equations (a hop along an edge,
 * a recombination, an exchange with a contact, a tunnelling) happens at random at the sum of its
 * two one-way rates, and the adjoint of the small signals says what each brings to the port;
 * theory.md section 22. */
#ifndef HALIDRIFT_SOLVER_SMALL_SIGNAL_NOISE_H
#define HALIDRIFT_SOLVER_SMALL_SIGNAL_NOISE_H

#include "solver/small_signal.h"

struct noise;

/** The mechanisms of a system, without events; borrowed. */
enum hd_status noise_create(struct noise **noise, struct system *system, struct hd_error *err);
/** The events of a state y that `small` is about, in place of those before; `small` is borrowed. */
enum hd_status noise_collect(struct noise *noise, const struct small_signal *small, const double *y,
                             struct hd_error *err);
/** Mechanisms that are told apart, and their names: "flux(electron)", "recombination", ... */
size_t noise_count(const struct noise *noise);
const char *noise_name(const struct noise *noise, size_t i);
/** One-sided spectral density of what a port answers with, A^2/Hz or V^2/Hz; z[n] from
 * small_signal_adjoint; shares[noise_count] out: of each mechanism. */
double noise_density(const struct noise *noise, const double complex *z, double *shares);
/** Room for the name of a field. */
enum { NOISE_FIELD = 2 * HD_NAME };
/** Instance in which a mechanism acts, and the name of its field, "noise_flux_vacancy"; -1: it is
 * one of the circuit and has no place. */
int noise_place(const struct noise *noise, size_t i, char name[NOISE_FIELD]);
/** Shares of the density S by places: spread[mechanism][node] out, NULL where it has none. What
 * happens between two nodes counts half at each; a mechanism's sum is its share of S. */
void noise_spread(const struct noise *noise, const double complex *z, double S,
                  double *const *spread);
void noise_free(struct noise **noise);

#endif
