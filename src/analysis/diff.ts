import type { Grouping } from "../model/groupings.js";
import type { Heap } from "../store/heap.js";
import { literal } from "../store/set.js";
import { isIncomplete } from "./incomplete.js";
import { hoursBetween } from "./series.js";

/** The dump that the last is compared with: the first, the one before it, or the earlier one with the most bytes. */
export type DiffAgainst = "base" | "previous" | "peak";

export interface DiffRow {
  /** Of the group; null for what is in none: garbage, or what no module holds. */
  name: string | null;
  count_old: bigint;
  /** Bytes, as the other sizes. */
  size_old: bigint;
  count: bigint;
  size: bigint;
  new: bigint;
  new_size: bigint;
  gone: bigint;
  gone_size: bigint;
  kept: bigint;
  /** Bytes in each of the dumps, in their order. */
  sizes: bigint[];
}

export interface Diff {
  /** Those whose bytes changed most. */
  rows: DiffRow[];
  /** Of all rows, the ones left out too. */
  total: Omit<DiffRow, "name" | "sizes"> & { rows: bigint };
  old: Heap;
  hours: number | null;
  /** Whether one of the dumps is not complete: what it has lost is in no figure. */
  incomplete: boolean;
}

const SUMMED = ["count_old", "size_old", "count", "size", "new", "new_size", "gone", "gone_size", "kept"];

/** The last of the heaps compared with an earlier one. */
export function findDifferences(
  heaps: Heap[],
  by: Grouping,
  against: DiffAgainst,
  limit: number,
  of?: string,
): Diff {
  const last = heaps.at(-1) as Heap;
  const earlier = heaps.slice(0, -1);
  const old = comparedWith(earlier, against);
  last.db.exec("DROP TABLE IF EXISTS temp.difference");
  last.db.exec(
    `CREATE TEMP TABLE difference AS
       SELECT * FROM ${last.schema}.diff('${old.schema}', '${by}', ${of === undefined ? "NULL" : literal(of)})`,
  );
  const rows = last.all<Omit<DiffRow, "sizes">>(
    `SELECT * FROM temp.difference WHERE new > 0 OR gone > 0 OR size <> size_old
      ORDER BY abs(size - size_old) DESC, new_size + gone_size DESC, name LIMIT ?`,
    limit,
  );
  const total = last.get<Diff["total"]>(
    `SELECT count(*) AS rows, ${SUMMED.map((name) => `coalesce(sum(${name}), 0) AS ${name}`)} FROM temp.difference`,
  ) as Diff["total"];
  const series = earlier.map((heap) => (heap === old ? undefined : sizesIn(heap, last, by, of, rows)));
  return {
    rows: rows.map((row) => ({
      ...row,
      sizes: [...series.map((sizes) => (sizes ? (sizes.get(row.name) ?? 0n) : row.size_old)), row.size],
    })),
    total,
    old,
    hours: hoursBetween(old, last),
    incomplete: heaps.some(isIncomplete),
  };
}

function comparedWith(earlier: Heap[], against: DiffAgainst): Heap {
  const found =
    against === "previous"
      ? earlier.at(-1)
      : against === "base"
        ? earlier[0]
        : earlier.reduce((peak, heap) => (heap.totals().size > peak.totals().size ? heap : peak));
  return found as Heap;
}

function sizesIn(
  heap: Heap,
  last: Heap,
  by: Grouping,
  of: string | undefined,
  rows: { name: string | null }[],
): Map<string | null, bigint> {
  const found = last.all<{ name: string | null; size_old: bigint }>(
    `SELECT name, size_old FROM {heap}.diff(?, ?, ?)
      WHERE name IS NULL OR name IN (SELECT value FROM json_each(?))`,
    heap.schema,
    by,
    of ?? null,
    JSON.stringify(rows.map(({ name }) => name)),
  );
  return new Map(found.map(({ name, size_old }) => [name, size_old]));
}
