import { statSync } from "node:fs";
import { type Collector, collectorOf } from "../model/collector.js";
import type { Heap, HeapType } from "../store/heap.js";
import { type MemoryReport, surveyMemory } from "./memory.js";
import { findUnknownMemory, type UnknownMemory } from "./unknown-memory.js";

export interface Description {
  path: string;
  /** Of the file, in bytes. */
  fileSize: bigint;
  format: number;
  /** What is missing or damaged, each as a clause; empty if the dump is complete. */
  problems: string[];
  /** Undefined if the dump does not tell. */
  collector: Collector | undefined;
  /** What the dump says of itself: META and END together. */
  meta: Map<string, string>;
  /** References to objects that are not in the dump. */
  dangling: bigint;
  objects: bigint;
  references: bigint;
  /** Shallow sizes together, in bytes. */
  size: bigint;
  /** The largest, by all their instances together. */
  types: HeapType[];
  /** Undefined if the dump does not tell. */
  memory: MemoryReport | undefined;
  unknownMemory: UnknownMemory | undefined;
}

const TYPES = 5;

/** What the index adds to what the dump says of itself. */
const OF_INDEX = new Set([
  "format",
  "complete",
  "problems",
  "indexed_objects",
  "indexed_references",
  "damaged_chunks",
  "duplicate_objects",
  "dangling_references",
]);

export function describe(heap: Heap): Description {
  const { count, size } = heap.totals();
  const meta = heap.meta();
  return {
    path: heap.path,
    fileSize: statSync(heap.path, { bigint: true }).size,
    format: Number(meta.get("format")),
    problems: heap.problems(),
    collector: collectorOf((key) => meta.get(key)),
    meta: new Map([...meta].filter(([key]) => !OF_INDEX.has(key))),
    dangling: BigInt(meta.get("dangling_references") ?? 0),
    objects: count,
    references: heap.referenceCount(),
    size,
    types: heap.types().slice(0, TYPES),
    memory: surveyMemory([heap]),
    unknownMemory: findUnknownMemory(heap),
  };
}
