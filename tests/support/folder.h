/* A folder for each test, and processes that are killed or meet a full disk. */
#ifndef HALIDRIFT_TESTS_FOLDER_H
#define HALIDRIFT_TESTS_FOLDER_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FOLDER_TEXT = 1 << 20 };

static char folder[64]; /* of this test */

static inline void remove_tree(int parent, const char *name) {
  if (unlinkat(parent, name, 0) == 0)
    return;
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY);
  DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
  for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      remove_tree(fd, entry->d_name);
  if (dir)
    closedir(dir);
  unlinkat(parent, name, AT_REMOVEDIR);
}

static inline void folder_set_up(void) {
  snprintf(folder, sizeof folder, "test.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static inline void folder_tear_down(void) {
  remove_tree(AT_FDCWD, folder);
}

static inline const char *in_folder(const char *name) {
  static char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static inline bool exists(const char *name) {
  return access(in_folder(name), F_OK) == 0;
}

static inline const char *content(const char *name) {
  static char text[FOLDER_TEXT];
  FILE *file = fopen(in_folder(name), "r");
  ck_assert_ptr_nonnull(file);
  text[fread(text, 1, FOLDER_TEXT - 1, file)] = '\0';
  fclose(file);
  return text;
}

static inline void put(const char *name, const char *text) {
  FILE *file = fopen(in_folder(name), "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

/* Run `body` in a process of its own; its exit code, or minus the signal that ended it. */
static inline int in_child(int (*body)(void)) {
  fflush(NULL);
  pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0)
    _exit(body());
  int status = 0;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* From here on no file of this process grows beyond `bytes`: a disk that is full. */
static inline void limit_files(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit = {bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
}

#endif
