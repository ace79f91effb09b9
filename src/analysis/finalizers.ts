// Which types have a finalizer that is written in Python.
import type { Heap } from "../store/heap.js";

/** `__del__`, or null for a type that has none, or of which the dump does not say it. */
export function finalizers(heap: Heap): (type: bigint | null) => string | null {
  const known = new Map<bigint, string | null>();
  return (type) => {
    if (type === null) return null;
    let finalizer = known.get(type);
    if (finalizer === undefined) {
      const found = heap.get<{ label: string }>(
        `SELECT own.label FROM {heap}.reference AS mro
           JOIN {heap}.reference AS base ON base.source = mro.target AND base.kind = 'item'
           JOIN {heap}.holds(base.target) AS own
          WHERE mro.source = ? AND mro.label = '__mro__' AND own.label = '__del__' LIMIT 1`,
        type,
      );
      finalizer = found?.label ?? null;
      known.set(type, finalizer);
    }
    return finalizer;
  };
}
