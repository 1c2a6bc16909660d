#include "solver/config/config.h"
enum hd_status config_explain(FILE *file, const char *key, struct hd_error *err) {
  (void)file;
  return hd_fail(err, HD_USAGE, "no key %s", key);
}
enum hd_status config_list(FILE *file, const char *what, struct hd_error *err) {
  (void)file;
  return hd_fail(err, HD_USAGE, "no list %s", what);
}
enum hd_status config_reference(FILE *file, struct hd_error *err) {
  (void)file;
  return hd_fail(err, HD_USAGE, "not yet");
}
