import type { Heap, HeapObject } from "../store/heap.js";
import { literal } from "../store/set.js";
import { isIncomplete } from "./incomplete.js";

export interface Waste {
  /** duplicate, boxes, empty, sparse or slots. */
  kind: string;
  typeName: string;
  /** What holds them; null if it does not matter. */
  what: string | null;
  /** Of the greater part of them; null if there is none such. */
  owner: string | null;
  count: bigint;
  /** Bytes, as `wasted`. */
  size: bigint;
  wasted: bigint;
  /** False if contents were cut, and are equal as far as they go, or sizes are estimated. */
  certain: boolean;
  example: HeapObject;
}

export interface WasteOf {
  rows: Waste[];
  /** By kind, the one that wastes most first; of rows that are left out, too. */
  kinds: { kind: string; rows: bigint; count: bigint; wasted: bigint }[];
  /** Bytes of all objects that were looked at. */
  size: bigint;
  /** Whether the dump is not complete: what it has lost is in no figure. */
  incomplete: boolean;
  /** Whether what belongs to code is among them. */
  all: boolean;
}

interface Row extends Omit<Waste, "typeName" | "certain" | "example"> {
  type: bigint | null;
  certain: bigint;
  example: bigint;
}

/** What uses more memory than it needs, the worst first; what belongs to code only if `all`. */
export function findWaste(heap: Heap, limit: number, all: boolean, of?: string): WasteOf {
  heap.db.exec("DROP TABLE IF EXISTS temp.waste_found");
  heap.db.exec(
    `CREATE TEMP TABLE waste_found AS SELECT * FROM ${heap.schema}.waste(${all ? 1 : 0}, ${of === undefined ? "NULL" : literal(of)})`,
  );
  const rows = heap.all<Row>("SELECT * FROM temp.waste_found ORDER BY wasted DESC LIMIT ?", limit);
  const objects = heap.objects(rows.map(({ example }) => example));
  return {
    rows: rows.map(({ type, certain, example, ...row }) => ({
      ...row,
      typeName: heap.typeName(type),
      certain: certain === 1n,
      example: objects(example),
    })),
    kinds: heap.all(
      `SELECT kind, count(*) AS rows, sum(count) AS count, sum(wasted) AS wasted
         FROM temp.waste_found GROUP BY kind ORDER BY wasted DESC`,
    ),
    size:
      of === undefined
        ? heap.totals().size
        : (heap.get<{ size: bigint }>("SELECT size FROM {heap}.set_totals(?)", of)?.size ?? 0n),
    incomplete: isIncomplete(heap),
    all,
  };
}
