/* Rates of single ions: hops between two cells of a lattice gas, and exchange with an electrode.
 * With the energy of the hop taken half way (dv + self) they obey detailed balance in the total
 * energy exactly. */
#ifndef HALIDRIFT_PHYSICS_HOP_H
#define HALIDRIFT_PHYSICS_HOP_H

/** One direction and the other: 1/s, or chances. */
struct hop_rates {
  double forward, backward;
};

/** One end of a hop. */
struct hop_end {
  double frequency; /* D measure / V: hops of one ion out of this cell at dv = 0, 1/s */
  double count;     /* ions */
  double sites;     /* 0: no limit */
};

/** k -> l and l -> k; dv = v_l - v_k, over kT, self: half of what the hop itself adds to dv. */
struct hop_rates hop_between(const struct hop_end *k, const struct hop_end *l, double dv,
                             double self);

/** Chances that an ion which goes back and forth at these rates is on the other side after dt. */
struct hop_rates hop_chances(struct hop_rates rates, double dt);

/** An electrode that exchanges ions with the contact node beside the cell. */
struct hop_electrode {
  double velocity;    /* k_a area, m^3/s; INFINITY: the contact holds the density */
  double conductance; /* D measure, m^3/s, from the contact node to the cell */
  double density;     /* c_eq, m^-3 */
  double full;        /* c_eq over the density of sites; 0: no limit */
};

/** Electrode -> cell and back; dv = v_cell - v_contact. */
struct hop_rates hop_exchange(const struct hop_electrode *electrode, const struct hop_end *cell,
                              double dv, double self);

#endif
