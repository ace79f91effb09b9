// System calls, memory, and what the compiler expects of a libc.
#include "walk/walker.h"

enum { kWrite = 1, kMap = 9, kUnmap = 11, kExitGroup = 231 };

static long call6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static long call(long number, long a, long b, long c) { return call6(number, a, b, c, 0, 0, 0); }

void hd_exit(int status) {
  for (;;) call(kExitGroup, status, 0, 0);
}

long hd_write(int fd, const void* bytes, uint64_t size) { return call(kWrite, fd, (long)bytes, (long)size); }

// Maps the arena up to `end` at least; 0 if that is not possible.
static int map_arena(struct hd_walk* walk, hd_address end) {
  enum {
    kReadWrite = 3,
    kPrivateAnonymousFixed = 0x02 | 0x20 | 0x4000 | 0x100000,
    kLeast = 1 << 20,
    kPage = 4096
  };
  const uint64_t used = walk->arena_mapped - walk->arena.start;
  uint64_t size = end - walk->arena_mapped;
  const uint64_t least = used / 8 > kLeast ? used / 8 : kLeast;
  if (size < least) size = least;
  size = (size + kPage - 1) & ~(uint64_t)(kPage - 1);
  if (size > walk->arena.end - walk->arena_mapped) size = walk->arena.end - walk->arena_mapped;
  const long mapped =
      call6(kMap, (long)walk->arena_mapped, (long)size, kReadWrite, kPrivateAnonymousFixed, -1, 0);
  if (mapped != (long)walk->arena_mapped) {
    // A kernel before 4.17 chose another place.
    if (mapped > 0) call(kUnmap, mapped, (long)size, 0);
    return 0;
  }
  walk->arena_mapped += size;
  return 1;
}

void* hd_allocate(struct hd_walker* w, uint64_t size) {
  size = (size + 63) & ~(uint64_t)63;
  struct hd_walk* const walk = w->walk;
  const hd_address found = walk->arena.start + walk->arena_used;
  if (size > walk->arena.end - found) hd_stop(w, "the memory set aside for the walker's tables was used up");
  if (found + size > walk->arena_mapped && !map_arena(walk, found + size))
    hd_stop(w, "there is no memory for the walker's tables (a limit of the target?)");
  walk->arena_used += size;
  return (void*)found;
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
