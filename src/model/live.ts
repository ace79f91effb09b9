// What became of an object of a dump in the process that runs.

/** Changed: or another object of its type, which cannot be told. */
export type LiveFate = "same" | "changed" | "other" | "gone" | "unknown";

export type LiveReason =
  /** Of what is gone. */
  | "unmapped"
  | "freed"
  | "no-object"
  /** Of what is not known. */
  | "unreadable"
  | "changing"
  | "too-large"
  /** No change was seen, but C code may keep more of it, or the dump does not have all. */
  | "c-state"
  | "content"
  /** A generator or a coroutine that runs: where it stands is not known. */
  | "running";

/**
 * What lies at an address: an object; one of a C type that may keep more than was read; no memory; memory of an object
 * that was freed; no object; or it is not known: it leads to where no memory is, was never twice the same, or is
 * too large.
 */
export type LiveState =
  | "object"
  | "untraversed"
  | "unmapped"
  | "freed"
  | "no-object"
  | "unreadable"
  | "changing"
  | "too-large";
