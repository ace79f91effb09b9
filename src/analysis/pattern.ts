// What holds the objects of a set, kind by kind, and what holds that.
import type { Heap, HeapObject } from "../store/heap.js";
import type { Bounds } from "./path.js";

export interface PatternRow {
  row: bigint;
  /** The row of which these are the holders. */
  parent: bigint | null;
  depth: bigint;
  /** Null for a set of several kinds. */
  kind: string | null;
  count: bigint;
  /** Bytes. */
  size: bigint;
  /** Objects among them that a root holds by itself. */
  roots: bigint;
  example: HeapObject;
  /** Why no row is below. */
  ends: "same" | "root" | "stop" | "depth" | null;
  same: bigint | null;
  /** Kinds of holders without a row. */
  more: bigint;
  /** These objects as a set (docs/sets.md); null if something is excluded. */
  set: string | null;
}

export interface Pattern {
  set: string;
  rows: PatternRow[];
  maxDepth: number;
}

export interface PatternLimits {
  maxDepth: number;
  /** Kinds of holders of one row. */
  maxBreadth: number;
  /** Levels beyond the first are left out until there are no more rows. */
  maxRows: number;
}

export function holderPattern(
  heap: Heap,
  set: string,
  { maxDepth, maxBreadth, maxRows }: PatternLimits,
  { avoid }: Bounds,
): Pattern {
  const rows = heap.all<Omit<PatternRow, "example"> & { example: bigint }>(
    `SELECT "row", parent, depth, kind, count, size, roots, example, ends, same, more, of_row AS "set"
       FROM {heap}.holder_pattern(?, ?, ?, ?, ?)`,
    set,
    maxDepth,
    maxBreadth,
    maxRows,
    avoid ?? "",
  );
  const objects = heap.objects(rows.map(({ example }) => example));
  return { set, maxDepth, rows: rows.map((row) => ({ ...row, example: objects(row.example) })) };
}
