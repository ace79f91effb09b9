// Why objects stay that a program cannot reach any more, and what to do about it. The names are those of
// native/sqlite/garbage_table.cc.
export const GARBAGE_REASONS = {
  uncollected: {
    why: "no collection has come yet",
    mend: "the collector frees them by itself, gc.collect() at once",
  },
  uncollectable: {
    why: "a finalizer of the old form (tp_del) keeps them from being freed, their own or that of one that reaches them",
    mend: "break their circles, or give the type of C code a tp_finalize instead",
  },
  saved: {
    why: "gc.garbage holds them",
    mend: "gc.set_debug(0) if it is gc.DEBUG_SAVEALL that keeps them, and gc.garbage.clear()",
  },
  frozen: {
    why: "gc.freeze() took them, or what holds them, out of what is collected",
    mend: "gc.unfreeze(), or gc.collect() before gc.freeze()",
  },
  hidden: {
    why: "the collector does not know of one of their references, or of one of the objects in their circle",
    mend: "break their circles: types of C code without tp_traverse, or with one that leaves something out, are in them",
  },
  unknown: {
    why: "the dump does not tell what a collection goes by",
    mend: "take a dump in mode fork, with this version of heapdump",
  },
} as const;

export type GarbageReason = keyof typeof GARBAGE_REASONS;
