// The same object in two dumps: same address, same type and, where it has one, the same immutable content.
import type { Heap } from "../store/heap.js";

/** Types whose content never changes in an object's life, and is written as it is. */
const IMMUTABLE = ["str", "bytes", "int", "float", "complex"];

/** SQL that holds for objects `o` of `heap` that are in `other`, too. Prepares a temporary table for it. */
export function inOther(heap: Heap, other: Heap): string {
  const match = `temp.same_type_${other.schema}`;
  heap.db.exec(`
    CREATE TEMP TABLE IF NOT EXISTS same_type_${other.schema} (type INTEGER PRIMARY KEY, other INTEGER, immutable);
    DELETE FROM ${match};
    INSERT OR IGNORE INTO ${match}
      SELECT own.id, other.id, own.name IN (${IMMUTABLE.map((name) => `'${name}'`).join(", ")})
        FROM ${heap.schema}.type AS own
        JOIN ${other.schema}.type AS other ON other.address = own.address AND other.name = own.name
       WHERE own.id IS NOT NULL AND other.id IS NOT NULL`);
  return `EXISTS (SELECT 1 FROM ${other.schema}.object AS p CROSS JOIN ${match} AS m
                   WHERE p.address = o.address AND m.type = o.type AND m.other = p.type AND ${SAME_CONTENT})`;
}

// A content that was cut is compared as far as both go; one that a dump left out is not compared.
const SAME_CONTENT = `(NOT m.immutable OR p.content IS NULL OR o.content IS NULL
  OR (substr(p.content, 1, length(o.content)) = substr(o.content, 1, length(p.content))
      AND (o.truncated OR p.truncated OR length(o.content) = length(p.content))))`;

const SAMPLE = 2000n;

/** Why a match between two dumps may be wrong; undefined where nothing speaks against it. */
export function doubtAboutSame(heap: Heap, other: Heap): string | undefined {
  const reused = reuse(heap, other);
  if (reused < 0.05) return undefined;
  const percent = Math.round(reused * 100);
  return `${percent} % of the addresses in both dumps hold another object in ${other.path}: some matches are of objects that took over an address`;
}

/** The part of the addresses in both heaps that hold another object in `other`, of an even sample. */
function reuse(heap: Heap, other: Heap): number {
  const { count } = heap.totals();
  const step = count > SAMPLE ? count / SAMPLE : 1n;
  const row = heap.get<{ seen: bigint; same: bigint | null }>(
    `WITH RECURSIVE sample(id) AS (SELECT 0 UNION ALL SELECT id + @step FROM sample WHERE id + @step < @count)
     SELECT count(*) AS seen, sum(${inOther(heap, other)}) AS same
       FROM sample CROSS JOIN {heap}.object AS o ON o.id = sample.id
      WHERE EXISTS (SELECT 1 FROM ${other.schema}.object AS q WHERE q.address = o.address)`,
    { step, count },
  );
  return row?.seen ? 1 - Number(row.same ?? 0n) / Number(row.seen) : 0;
}
