// The file of the log: which one a process writes, and how it stays a whole document. Part of gc_graph.h.
#ifndef HEAPDUMP_GC_GRAPH_FILE_H
#define HEAPDUMP_GC_GRAPH_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

// Ends the list of runs and the document. The next run is written over it.
#define GC_GRAPH_TAIL "]}\n"

static struct {
  FILE *file;
  pid_t pid;      // Whose log it is: a forked child writes another.
  off_t tail;     // Where GC_GRAPH_TAIL stands.
  bool disabled;  // The file could not be opened or written.
} gc_graph;

// A collection of one interpreter at a time is written. One that another interpreter starts meanwhile is left
// out: if it waited, a finalizer that waits for that interpreter would wait forever.
static atomic_flag gc_graph_busy = ATOMIC_FLAG_INIT;

// Of the collection that this thread runs.
static _Thread_local struct {
  pid_t pid;  // 0: not written.
  bool nodes_written;
  bool first;  // Nothing in the list that is being written.
} gc_graph_run;

static void gc_graph_disable(const char *path) {
  fprintf(stderr, "GC_GRAPH: %s: %s\n", path, strerror(errno));
  gc_graph.disabled = true;
}

// A process that runs has locked its log. The lock is gone when the process is, so that the next program
// replaces it.
static FILE *gc_graph_lock(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return NULL;
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 || ftruncate(fd, 0) != 0) {
    int error = errno;
    close(fd);
    errno = error;
    return NULL;
  }
  return fdopen(fd, "r+");
}

// False if this process writes none now. A second process (a fork, a program that was started) adds its id to
// the name.
static bool gc_graph_open(void) {
  pid_t pid = getpid();
  const char *name = getenv("GC_GRAPH");
  if (gc_graph.disabled || name == NULL || *name == '\0') {
    return false;
  }
  if (gc_graph.file != NULL && gc_graph.pid == pid) {
    return true;
  }
  char own[4096];
  snprintf(own, sizeof own, "%s.%ld", name, (long)pid);
  bool forked = gc_graph.file != NULL;
  if (forked) {
    // Nothing is in the buffer: it is empty whenever Python code may run, and only that forks. fclose() could
    // move the position, which the parent shares.
    close(fileno(gc_graph.file));
    gc_graph.file = NULL;
  }
  gc_graph.pid = pid;
  FILE *file = forked ? NULL : gc_graph_lock(name);
  if (file == NULL && (forked || errno == EWOULDBLOCK)) {
    name = own;
    file = gc_graph_lock(name);
  }
  if (file == NULL) {
    gc_graph_disable(name);
    return false;
  }
  setvbuf(file, NULL, _IOFBF, 1 << 20);
  fputs(
      "{\"legend\": {\"n\": \"name\", \"gc\": \"gc address\", \"t\": \"type name\", \"ntv\": \"is native\", "
      "\"rc\": \"ref count\", \"gr\": \"gc refcount\", \"nr\": \"is unreachable\", \"ct\": \"is "
      "collecting\"}, "
      "\"runs\": [[\"gc graphs\"]",
      file);
  gc_graph.file = file;
  gc_graph.tail = ftello(file);
  return true;
}

static void gc_graph_flush(void) {
  if (fflush(gc_graph.file) != 0 || ferror(gc_graph.file)) {
    gc_graph_disable("the log");
    gc_graph_run.pid = 0;
  }
}

#endif
