// System calls, memory, and what the compiler expects of a libc.
#include "walk/walker.h"

enum { kWrite = 1, kExitGroup = 231 };

static long call(long number, long a, long b, long c) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return result;
}

void hd_exit(int status) {
  for (;;) call(kExitGroup, status, 0, 0);
}

long hd_write(int fd, const void* bytes, uint64_t size) { return call(kWrite, fd, (long)bytes, (long)size); }

void* hd_allocate(struct hd_walker* w, uint64_t size) {
  size = (size + 63) & ~(uint64_t)63;
  struct hd_walk* const walk = w->walk;
  const uint64_t left = walk->arena.end - walk->arena.start - walk->arena_used;
  if (size > left) hd_stop(w, "the memory set aside for the walker's tables was used up");
  void* const found = (void*)(walk->arena.start + walk->arena_used);
  walk->arena_used += size;
  return found;
}

void hd_copy(uint8_t* to, const uint8_t* from, uint64_t size) {
  if (size >= 256) {
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return;
  }
  while (size >= 8) {
    *(uint64_t*)to = *(const uint64_t*)from;
    to += 8;
    from += 8;
    size -= 8;
  }
  while (size--) {
    __asm__ volatile("" : : : "memory");  // or the compiler makes it a call of memcpy
    *to++ = *from++;
  }
}

void* memcpy(void* to, const void* from, uint64_t size) {
  hd_copy(to, from, size);
  return to;
}

void* memset(void* to, int byte, uint64_t size) {
  void* at = to;
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
  return to;
}

void* memmove(void* to, const void* from, uint64_t size) {
  uint8_t* const target = to;
  const uint8_t* const source = from;
  if (target <= source || target >= source + size) {
    hd_copy(target, source, size);
  } else {
    while (size--) {
      __asm__ volatile("" : : : "memory");
      target[size] = source[size];
    }
  }
  return to;
}
