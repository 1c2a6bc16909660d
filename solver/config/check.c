/* Checks that see a whole device: bands, site densities, neutrality. */
#include <math.h>
#include <stdlib.h>
#include "solver/config/build.h"

/** Materials must have what the species and contacts of the device use. */
static void check_materials(struct reader *reader, const struct node *group,
                            const struct device_spec *device) {
  char place[PLACE];
  int needs = 0;
  for (size_t i = 0; i < device->n_species; i++)
    needs |= device->species[i].kind == SPECIES_ELECTRON ? (int)MATERIAL_ELECTRONS
             : device->species[i].kind == SPECIES_HOLE   ? (int)MATERIAL_HOLES
                                                         : 0;
  for (size_t i = 0; i < device->n_contacts; i++)
    if (device->contacts[i].image_force)
      needs |= MATERIAL_IMAGE_FORCE;
  int heat = device->heat.kind == HEAT_LATTICE ? MATERIAL_CONDUCTS_HEAT | MATERIAL_STORES_HEAT : 0;
  if (device->heat.kind == HEAT_LUMPED && isnan(device->heat.capacity))
    heat = MATERIAL_STORES_HEAT;
  for (size_t m = 0; m < device->n_materials; m++)
    for (size_t i = 0; i < device->n_regions; i++)
      if (device->regions[i].material == (int)m) {
        const struct node *node = build_region_node(group, device, i);
        int bits = device->materials[m].insulator ? heat : needs | heat;
        material_check(&device->materials[m], bits, place_of(node, "material", place), reader->err);
        break;
      }
}

static double density_in(const struct device_spec *device, size_t region, size_t ion) {
  const struct region_species *entry = region_of_species(&device->regions[region], ion);
  if (device->materials[device->regions[region].material].insulator || (entry && !entry->present))
    return 0;
  return region_density(device, region, ion);
}

/** No more ions than sites, in regions, profiles and at contacts. */
static void check_sites(struct reader *reader, const struct node *group,
                        const struct device_spec *device) {
  for (size_t s = 0; s < device->n_species; s++) {
    double sites = device->species[s].site_density;
    for (size_t i = 0; i < device->n_regions; i++)
      if (density_in(device, i, s) >= sites &&
          density_in(device, i, s) != device->species[s].density)
        input_error(reader, build_region_node(group, device, i), "ions",
                    "density of %s: got %g m-3, must be < site_density %g m-3",
                    device->species[s].name, density_in(device, i, s), sites);
    for (size_t i = 0; i < device->n_profiles; i++)
      if (device->profiles[i].ion == (int)s && device->profiles[i].density >= sites)
        input_error(reader, tree_member(group, "profiles")->children[i], "density",
                    "got %g m-3, must be < site_density %g m-3 of %s", device->profiles[i].density,
                    sites, device->species[s].name);
  }
}

/**
 * Mean charge of what nothing but electrons could balance. Ions with a background are neutral by
 * themselves. An ion without one must be compensated by doping, other ions or a fixed charge, or
 * the input must say that the charge is meant (net_charge).
 */
static void check_neutrality(struct reader *reader, const struct node *group,
                             const struct device_spec *device) {
  const double tolerance = 1e-6; /* of the summed charges: densities are typed with few digits */
  double net = 0, scale = 0, height = 0;
  bool any = false;
  for (size_t i = 0; i < device->shape.n_layers; i++) {
    double thickness = device->shape.layers[i].thickness;
    const struct region_spec *region = &device->regions[i];
    double fixed = region->donors - region->acceptors + region->fixed_charge;
    height += thickness;
    net += thickness * fixed;
    scale += thickness * (region->donors + region->acceptors + fabs(region->fixed_charge));
    for (size_t s = 0; s < device->n_species; s++) {
      if (device->species[s].kind != SPECIES_ION || device->species[s].background)
        continue;
      any = true;
      net += thickness * device->species[s].charge * density_in(device, i, s);
      scale += thickness * abs(device->species[s].charge) * density_in(device, i, s);
    }
  }
  if (any && !device->net_charge && fabs(net) > tolerance * scale)
    input_error(reader, group, "species",
                "ions without background and fixed charges leave a mean charge of %g m^-3, must be "
                "0; balance it (donors, acceptors, fixed_charge, another ion), or set net_charge = "
                "true if electrons shall do so",
                net / height);
}

/** What no table can see. */
enum hd_status check_device(struct reader *reader, const struct node *group,
                            const struct device_spec *device) {
  for (size_t i = 0; i < device->n_regions; i++)
    if (device->regions[i].material < 0)
      return HD_OK; /* said before */
  check_materials(reader, group, device);
  check_sites(reader, group, device);
  check_neutrality(reader, group, device);
  return HD_OK;
}
