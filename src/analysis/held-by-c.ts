import type { Heap, HeapObject } from "../store/heap.js";
import { setSql } from "../store/set.js";
import { isIncomplete } from "./incomplete.js";

export interface HeldType {
  typeName: string;
  count: bigint;
  /** Bytes, as `retained`. */
  size: bigint;
  /** Of them together, what each retains by itself. */
  retained: bigint;
  /** References that are from no object of the dump; with an earlier dump, so many more than there. */
  references: bigint;
  /** The one that retains most. */
  example: HeapObject;
  /** The type of C code of which most have a word that is the address of one of these; null if none has. A guess. */
  possibleHolder: PossibleHolder | null;
}

export interface PossibleHolder {
  typeName: string;
  /** Of the word, in bytes. */
  offset: bigint;
  /** Of the objects, for how many there is one. */
  count: bigint;
}

export interface HeldByC {
  types: HeldType[];
  /** Of all types, the ones that are not shown too. */
  count: bigint;
  retained: bigint;
  /** Objects left out: code of libraries, and what something of the dump keeps alive, too. */
  library: bigint;
  shared: bigint;
  /** Why the dump does not say it: its mode, or lost objects, whose references look like those of C code. */
  unknown: "mode" | "incomplete" | null;
  /** Whether only a set was looked at. */
  ofSet: boolean;
  /** The earlier dump, if only what has come since was asked for. */
  since: string | null;
}

interface HeldByCRequest {
  limit: number;
  /** What libraries always have, and what is kept alive anyway, too. */
  all: boolean;
  of: string | undefined;
  /** Only what C code did not hold yet in this dump, or has more references to now. */
  since: Heap | undefined;
}

/** Objects that only C code holds, by type, those that retain most first. */
export function findHeldByC(heap: Heap, { limit, all, of, since }: HeldByCRequest): HeldByC {
  heap.db.exec(
    `DROP TABLE IF EXISTS temp.held_found;
     DROP TABLE IF EXISTS temp.held_before;
     CREATE TEMP TABLE held_before (object INTEGER PRIMARY KEY, from_outside INTEGER)`,
  );
  if (since) {
    heap.db.exec(`INSERT INTO held_before SELECT object, from_outside FROM ${since.schema}.held_by_c`);
  }
  const same = since
    ? `(SELECT same FROM ${heap.schema}.same_as('${since.schema}') AS old WHERE old.id = held.object)`
    : "NULL";
  heap.db.exec(
    `CREATE TEMP TABLE held_found AS
       SELECT held.object, held.kind, held.from_outside - coalesce(before.from_outside, 0) AS from_outside
         FROM ${heap.schema}.held_by_c AS held LEFT JOIN held_before AS before ON before.object = ${same}
        WHERE held.from_outside > coalesce(before.from_outside, 0) AND ${setSql(heap, of, "held.object")}`,
  );
  const rows = heap.all<
    Omit<HeldType, "typeName" | "example" | "possibleHolder"> & { type: bigint | null; example: bigint }
  >(
    // The bare column `example` is of the row that has the maximum.
    `SELECT o.type, count(*) AS count, sum(o.size) AS size, sum(o.retained) AS retained,
            sum(held.from_outside) AS "references", o.id AS example, max(o.retained) AS most
       FROM temp.held_found AS held CROSS JOIN {heap}.object AS o ON o.id = held.object
      WHERE held.kind = 'alone' OR ? GROUP BY o.type ORDER BY retained DESC`,
    all ? 1 : 0,
  );
  const leftOut = (kind: string) =>
    all
      ? 0n
      : (heap.get<{ n: bigint }>("SELECT count(*) AS n FROM temp.held_found WHERE kind = ?", kind)?.n ?? 0n);
  const shown = rows.slice(0, limit);
  const possible = possibleHolders(heap);
  const objects = heap.objects(shown.map(({ example }) => example));
  return {
    types: shown.map(({ type, example, ...row }) => ({
      ...row,
      typeName: heap.typeName(type),
      example: objects(example),
      possibleHolder: possible.get(type) ?? null,
    })),
    count: rows.reduce((sum, { count }) => sum + count, 0n),
    retained: rows.reduce((sum, { retained }) => sum + retained, 0n),
    library: leftOut("library"),
    shared: leftOut("shared"),
    unknown:
      heap.meta().get("mode") === "python"
        ? "mode"
        : [heap, ...(since ? [since] : [])].some(isIncomplete)
          ? "incomplete"
          : null,
    ofSet: of !== undefined,
    since: since?.path ?? null,
  };
}

/** By type of what is held. */
function possibleHolders(heap: Heap): Map<bigint | null, PossibleHolder> {
  const rows = heap.all<{ type: bigint | null; holder: bigint | null; offset: bigint; count: bigint }>(
    `SELECT held.type, holder.type AS holder, possible."offset", count(DISTINCT held.id) AS count
       FROM {heap}.possible_holder AS possible CROSS JOIN {heap}.object AS held ON held.id = possible.object
       CROSS JOIN {heap}.object AS holder ON holder.id = possible.holder
      GROUP BY held.type, holder.type, possible."offset" ORDER BY count`,
  );
  return new Map(
    rows.map(({ type, holder, offset, count }) => [type, { typeName: heap.typeName(holder), offset, count }]),
  );
}
