import { statSync } from "node:fs";
import type { DumpSurvey } from "../dump/reader.js";
import type { Heap, HeapType } from "../store/heap.js";

export interface Description {
  path: string;
  /** Of the file, in bytes. */
  fileSize: bigint;
  dump: DumpSurvey;
  /** As the index has it: the dump's own, and what was found while reading. */
  meta: Map<string, string>;
  objects: bigint;
  references: bigint;
  /** Shallow sizes together, in bytes. */
  size: bigint;
  /** The largest, by all their instances together. */
  types: HeapType[];
}

const TYPES = 5;

export function describe(heap: Heap, dump: DumpSurvey): Description {
  const { count, size } = heap.totals();
  const meta = heap.meta();
  const problems = [...dump.problems];
  // Checksums can be right and objects missing all the same: a payload that lost some, or a chunk that was left out.
  if (problems.length === 0 && meta.get("complete") === "false") {
    problems.push(`its end tells of ${meta.get("objects")} objects, and ${count} can be read`);
  }
  return {
    path: heap.path,
    fileSize: statSync(heap.path, { bigint: true }).size,
    dump: { ...dump, problems, complete: problems.length === 0 },
    meta,
    objects: count,
    references: heap.referenceCount(),
    size,
    types: heap.types().slice(0, TYPES),
  };
}
