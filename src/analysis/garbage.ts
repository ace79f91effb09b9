// What a program cannot reach any more and the collector has not freed, and why.
import { type Collector, collectorOf } from "../model/collector.js";
import type { GarbageReason } from "../model/garbage-reasons.js";
import type { Heap, HeapObject } from "../store/heap.js";
import { isIncomplete } from "./incomplete.js";
import { largerFirst } from "./order.js";

export interface GarbageType {
  reason: GarbageReason;
  /** Of what no collection has freed yet: the youngest generation whose collection would; else null. */
  generation: bigint | null;
  typeName: string;
  count: bigint;
  /** Shallow sizes, in bytes. */
  size: bigint;
  /** The largest. */
  example: HeapObject;
}

export interface GarbageSum {
  reason: GarbageReason;
  generation: bigint | null;
  count: bigint;
  size: bigint;
}

export interface GarbageOf {
  /** Those of most bytes first; as many as asked for. */
  types: GarbageType[];
  /** By what keeps them, of all types. */
  reasons: GarbageSum[];
  total: { count: bigint; size: bigint; types: bigint };
  /** Undefined if the dump does not tell. */
  collector: Collector | undefined;
  /** Whether objects that were lost may hold some of it. */
  incomplete: boolean;
}

interface Row extends Omit<GarbageType, "reason" | "typeName" | "example"> {
  reason: GarbageReason | null;
  name: string;
  example: bigint;
}

export function findGarbage(heap: Heap, limit: number): GarbageOf {
  const rows = heap
    .all<Row>("SELECT reason, generation, name, count, size, example FROM {heap}.garbage_group")
    .map((row) => ({ ...row, reason: row.reason ?? ("unknown" as const) }));
  const shown = rows.slice(0, limit);
  const objects = heap.objects(shown.map(({ example }) => example));
  const sums = new Map<string, GarbageSum>();
  for (const { reason, generation, count, size } of rows) {
    const key = `${reason} ${generation}`;
    const sum = sums.get(key) ?? { reason, generation, count: 0n, size: 0n };
    sums.set(key, { ...sum, count: sum.count + count, size: sum.size + size });
  }
  const meta = heap.meta();
  return {
    types: shown.map(({ name, example, ...row }) => ({ ...row, typeName: name, example: objects(example) })),
    reasons: [...sums.values()].sort((a, b) => largerFirst(a.size, b.size)),
    total: {
      count: rows.reduce((sum, { count }) => sum + count, 0n),
      size: rows.reduce((sum, { size }) => sum + size, 0n),
      types: BigInt(rows.length),
    },
    collector: collectorOf((key) => meta.get(key)),
    incomplete: isIncomplete(heap),
  };
}
