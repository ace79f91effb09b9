// Objects that own memory which no types file tells of.
import type { Heap } from "../store/heap.js";

export interface UnknownMemory {
  /** Of all types. */
  objects: bigint;
  /** Those of most objects first. */
  types: { typeName: string; count: bigint }[];
}

/** Undefined if the dump does not say: its mode, or a version before, did not look. */
export function findUnknownMemory(heap: Heap): UnknownMemory | undefined {
  const rows = heap.all<{ typeName: string; count: bigint | null }>(
    `SELECT name AS typeName, memory_unknown AS count FROM {heap}.type
      WHERE memory_unknown > 0 OR memory_unknown IS NULL ORDER BY memory_unknown DESC, name`,
  );
  const types = rows.filter((row): row is UnknownMemory["types"][number] => row.count !== null);
  if (types.length < rows.length) return undefined;
  return { objects: types.reduce((sum, { count }) => sum + count, 0n), types };
}
