/* The parts of reading a run: each fills its part of the spec from its part of the tree. */
#ifndef HALIDRIFT_SOLVER_CONFIG_BUILD_H
#define HALIDRIFT_SOLVER_CONFIG_BUILD_H

#include "solver/config/study.h"
#include "solver/config/table.h"
#include "solver/spec.h"

/** A parsed input into a spec: all of the parts below (solver/config/read.c). */
enum hd_status build_run(struct run_spec *spec, const struct node *root, const char *path,
                         struct hd_error *err);

/** Devices: `device` or the list `devices`. */
enum hd_status build_devices(struct reader *reader, const struct node *root, struct run_spec *spec);

/** Species and interactions of one device. */
enum hd_status build_species(struct reader *reader, const struct node *group,
                             struct device_spec *device);

/** Layers, boxes, profiles, interfaces and the materials that they name. */
enum hd_status build_regions(struct reader *reader, const struct node *group,
                             struct device_spec *device);

/** Where a region stands in the input: its layer or its box. `group` is the device. */
const struct node *build_region_node(const struct node *group, const struct device_spec *device,
                                     size_t region);

/** Contacts and what species do there. */
enum hd_status build_contacts(struct reader *reader, const struct node *group,
                              struct device_spec *device);

/** Side of the device that `at` names (index of piece_sides), or a sentence: r and z exist in
 * axisymmetric coordinates only. */
bool build_side(struct reader *reader, const struct node *group, const struct device_spec *device,
                int at, enum shape_side *side);

/** Index of piece_sides of a side. */
int build_side_name(enum shape_coordinates coordinates, enum shape_side side);

/** Heat of one device. */
enum hd_status build_heat(struct reader *reader, const struct node *group,
                          struct device_spec *device);

/** Nets, elements, devices in the circuit. */
enum hd_status build_circuit(struct reader *reader, const struct node *root, struct run_spec *spec);

/** Keys that name what is driven, in the order of enum drive_target; NULL-terminated. */
extern const char *const drive_keys[];
/** Name of what is driven, and the unit of its waveform. */
const char *drive_name(const struct run_spec *spec, int target, int index);
const char *drive_unit(const struct run_spec *spec, int target, int index);
/** What one of drive_keys in a group names. False: there is none, or a sentence was noted. */
bool build_target(struct reader *reader, const struct node *group, const struct run_spec *spec,
                  int *target, int *index);

/** Element by the name that key `key` of `group` holds; -1 and a sentence when there is none. */
int build_source(struct reader *reader, const struct node *group, const char *key,
                 const struct circuit_spec *circuit);
/** Waveforms of one experiment. */
enum hd_status build_drives(struct reader *reader, const struct node *group,
                            const struct run_spec *spec, struct experiment_spec *experiment);

/** Element of one kind that a circuit has once; -1. */
int build_only_element(const struct circuit_spec *circuit, int kind);
/** Device and terminal whose current is watched. */
void build_watched(struct reader *reader, const struct node *group, const struct run_spec *spec,
                   int *instance, int *terminal);
/** Number of experiments that an entry of the list makes. */
size_t build_protocol_members(const struct node *group);
/** Protocol of member `part` of an experiment; sets its duration and its name. */
enum hd_status build_protocol(struct reader *reader, const struct node *group,
                              const struct run_spec *spec, size_t part,
                              struct experiment_spec *experiment);

enum hd_status build_experiments(struct reader *reader, const struct node *root,
                                 struct run_spec *spec);

/** Port and frequencies of a small-signal experiment. */
enum hd_status build_spectrum(struct reader *reader, const struct node *group,
                              const struct circuit_spec *circuit,
                              struct experiment_spec *experiment);

/** The block `study`. */
enum hd_status build_study(struct reader *reader, const struct node *root,
                           struct study_spec *study);

/** The source that an experiment steps: `source`, or the only voltage source; no drive may have it.
 * -1 and a sentence when there is none. */
int build_stepped_source(struct reader *reader, const struct node *group,
                         const struct circuit_spec *circuit,
                         const struct experiment_spec *experiment);

/** What a continuation has besides: its values and its group `curve`. */
enum hd_status build_curve(struct reader *reader, const struct node *group,
                           const struct circuit_spec *circuit, struct experiment_spec *experiment);
/** Values of the curves over keys, when all the rest of the input has been read. */
enum hd_status build_curve_keys(struct reader *reader, struct run_spec *spec);

/** One waveform in the unit of what it drives ("V", "A", ""). `group` may be NULL: constant. */
enum hd_status build_waveform(struct reader *reader, const struct node *group, const char *unit,
                              struct waveform *waveform);

/** Points ( [x, y], ... ) into two arrays; x must ascend strictly. */
enum hd_status build_points(struct reader *reader, const struct node *list, const char *unit_x,
                            const char *unit_y, double **x, double **y, size_t *count);

/** What no table can see: neutrality, site densities, bands, contacts that overlap. */
enum hd_status check_device(struct reader *reader, const struct node *group,
                            const struct device_spec *device);

/** Allocate one zeroed element per member of the list (NULL: none). */
enum hd_status build_list(struct reader *reader, const struct node *list, size_t size,
                          void *elements, size_t *count);

/** Index of `name` among names that lie `stride` bytes apart; -1 and a sentence when absent. */
int build_index(struct reader *reader, const struct node *node, const char *what, const char *name,
                const void *names, size_t stride, size_t count);

/** Refuse a name that stands twice; names lie `stride` bytes apart. */
void build_refuse_repeated(struct reader *reader, const struct node *list, const void *names,
                           size_t stride, size_t count);

/** Rows of species_params that this kind of species reads. */
const char *build_species_keys(const struct species *species);

/** Keys that this kind of generation reads besides `type`. */
const char *build_generation_keys(int kind);

/** Rows of contact_params that a device with this heat reads (NULL: all). */
const char *build_contact_keys(const struct heat *heat);

/** Rows of device_params and mesh_params (NULL: all) that these coordinates read. */
const char *build_device_keys(enum shape_coordinates coordinates);
const char *build_mesh_keys(enum shape_coordinates coordinates);

/** Keys of a table joined with more ("name type" + law keys). */
enum { KEYS = 256 };
const char *build_keys(char keys[KEYS], const char *always, const char *more);

#endif
