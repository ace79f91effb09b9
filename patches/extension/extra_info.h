// Writes what an extension knows of its objects as JSON, {ADDRESS: {COLUMN: VALUE}}, into the file that the
// environment variable GC_GRAPH_SIZES names: `heapdump gc --extra-info` and `heapdump graph --extra-info`
// show it as columns.
//
// For C and C++. The caller holds the GIL.
#ifndef HEAPDUMP_EXTRA_INFO_H
#define HEAPDUMP_EXTRA_INFO_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A process that was forked writes a file of its own, with its id in the name.
static FILE *extra_info_file(void) {
  static FILE *file = NULL;
  static pid_t owner = 0;
  pid_t pid = getpid();
  if (owner == pid) {
    return file;
  }
  const char *name = getenv("GC_GRAPH_SIZES");
  if (name == NULL || *name == '\0') {
    owner = pid;
    return NULL;
  }
  char path[4096];
  if (owner == 0) {
    snprintf(path, sizeof path, "%s", name);
  } else {
    snprintf(path, sizeof path, "%s.%ld", name, (long)pid);
  }
  if (file != NULL) {
    // The parent shares the position, which fclose() could move.
    close(fileno(file));
  }
  owner = pid;
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  file = fd < 0 ? NULL : fdopen(fd, "r+");
  if (file == NULL) {
    fprintf(stderr, "GC_GRAPH_SIZES: %s: %s\n", path, strerror(errno));
    return NULL;
  }
  fputs("{}\n", file);
  fflush(file);
  return file;
}

// Adds the bytes that an object has besides itself. The file is a whole document after each call; of several
// entries of one address, which was used again, the last one counts.
static void extra_info_size(const void *object, unsigned long long bytes) {
  static FILE *last = NULL;
  static off_t tail = 0;
  FILE *file = extra_info_file();
  if (file == NULL) {
    return;
  }
  int first = file != last;
  if (first) {
    last = file;
    tail = 1;
  }
  if (fseeko(file, tail, SEEK_SET) != 0) {
    return;
  }
  fprintf(file, "%s\n\"%p\": {\"size\": %llu}", first ? "" : ",", object, bytes);
  tail = ftello(file);
  fputs("}\n", file);
  fflush(file);
}

#endif
