/* Memory of C code, in known amounts. Without Python's headers: it is loaded with ctypes. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What a C++ object of the class Node points to, if that has virtual functions. */
void* const _ZTV4Node[] = {&malloc, &free};

struct request {
  long count, size;
  /* One of so many stays. */
  int every;
  pthread_barrier_t* done;
};

static void take(const struct request* request) {
  void** taken = malloc(request->count * sizeof *taken);
  for (long i = 0; i < request->count; i++) {
    taken[i] = malloc(request->size);
    memset(taken[i], 1, request->size);
    *(void* const**)taken[i] = _ZTV4Node;
  }
  for (long i = 0; i < request->count; i++) {
    if (i % request->every) free(taken[i]);
  }
  free(taken);
}

/* Loses `count` chunks. */
void lose(long count, long size) { take(&(struct request){count, size, 1, 0}); }

/* Loses one of four, and frees the others. */
void lose_quarter(long count, long size) { take(&(struct request){count, size, 4, 0}); }

static void* run(void* argument) {
  const struct request* const request = argument;
  take(request);
  pthread_barrier_wait(request->done);
  for (;;) pause();
  return 0;
}

/* In a thread that stays, which has an arena of its own. */
void lose_in_thread(long count, long size) {
  pthread_barrier_t done;
  pthread_barrier_init(&done, 0, 2);
  struct request request = {count, size, 1, &done};
  pthread_t thread;
  pthread_create(&thread, 0, run, &request);
  pthread_barrier_wait(&done);
}

/* In mappings that are of several parts for the kernel: as numpy does it. */
void lose_huge(long count, long size) {
  for (long i = 0; i < count; i++) {
    char* taken = malloc(size);
    char* next_page = (char*)(((uintptr_t)taken | 4095) + 1);
    madvise(next_page, size - (next_page - taken), MADV_HUGEPAGE);
    memset(taken, 1, size);
  }
}

/* Mappings of so many bytes with one page in memory each, kept apart. */
void map_sparsely(long count, long size) {
  for (long i = 0; i < count; i++) {
    char* mapped =
        mmap(0, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    mprotect(mapped + size, 4096, PROT_NONE);
    mapped[0] = 1;
  }
}

void map_shared(long size) {
  memset(mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 1, size);
}

/* Memory that no allocator knows. */
void map_pages(long size) {
  memset(mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, size);
}

/* Of malloc's own account: in use, free, and in mappings of their own. */
void account(uint64_t* used, uint64_t* free, uint64_t* mapped) {
  const struct mallinfo2 info = mallinfo2();
  *used = info.uordblks;
  *free = info.fordblks;
  *mapped = info.hblkhd;
}
