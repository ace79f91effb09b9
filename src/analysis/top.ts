import { type Heap, type HeapObject, OBJECT, type Root } from "../store/heap.js";
import { explainBy, literal, rowSet, setSql } from "../store/set.js";
import { type Filter, filterSql } from "./filter.js";
import { type Above, parentsOf } from "./parents.js";

export interface TopRequest {
  /** A set (docs/sets.md); undefined for all. */
  of?: string | undefined;
  /** The path of the dump that `new` in that set is compared with. */
  since?: string | undefined;
  filter: Filter;
  /** Dumps that must have the object, too. */
  alsoIn: Heap[];
  /** Dumps that must not have it. */
  notIn: Heap[];
  limit: number;
}

export interface SizedObject extends HeapObject {
  /** Bytes. */
  retained: bigint;
  /** Null for garbage, and where objects are by their own size. */
  path: string | null;
}

export interface TopObject extends SizedObject {
  roots: Root[];
  /** What holds it, if that was asked for. */
  above?: Above;
}

export interface TopObjects {
  by: "size" | "retained";
  objects: TopObject[];
  /** By retained size: objects left out that retain little less than the one above them, which has little besides. */
  inChains: number;
  /** Of the whole heap. */
  total: { count: bigint; size: bigint };
}

/** Largest first, by one of their two sizes; with what holds each, within `parents`. */
export function topObjects(
  heap: Heap,
  by: "size" | "retained",
  request: TopRequest,
  parents?: Parameters<typeof parentsOf>[2],
): TopObjects {
  const ask = (limit: number) =>
    heap.all<SizedObject & { dominator: bigint | null }>(
      `SELECT ${OBJECT}, o.retained, o.dominator, ${by === "retained" ? "o.path" : "NULL"} AS path
         FROM {heap}.object AS o WHERE ${condition(heap, request)} ORDER BY o.${by} DESC LIMIT ?`,
      limit,
    );
  const { rows, inChains } =
    by === "retained" ? headsOfChains(ask, request.limit) : { rows: ask(request.limit), inChains: 0 };
  const roots = heap.roots(rows.map(({ id }) => id));
  const objects = rows.map((object) => ({
    ...object,
    roots: roots(object.id),
    ...(parents ? { above: parentsOf(heap, object.id, parents) } : {}),
  }));
  return { by, objects, inChains, total: heap.totals() };
}

/** Of what the head of a chain retains, an object has so many tenths that goes on it. */
const OF_CHAIN = 9n;

/** A module, its dict and the one large thing in it are one row: the first of them. Asks for more until there are enough. */
function headsOfChains<Row extends { id: bigint; retained: bigint; dominator: bigint | null }>(
  ask: (limit: number) => Row[],
  wanted: number,
): { rows: Row[]; inChains: number } {
  for (let limit = wanted * 4; ; limit *= 4) {
    const all = ask(limit);
    const heads = new Map<bigint, Row>();
    for (const row of all) {
      const head = row.dominator === null ? undefined : heads.get(row.dominator);
      heads.set(row.id, head && row.retained * 10n >= head.retained * OF_CHAIN ? head : row);
    }
    const isHead = (row: Row) => heads.get(row.id) === row;
    const rows = all.filter(isHead).slice(0, wanted);
    if (rows.length < wanted && all.length === limit) continue;
    const last = rows.at(-1)?.retained ?? 0n;
    return { rows, inChains: all.filter((row) => !isHead(row) && row.retained >= last).length };
  }
}

export type Sort = "size" | "count" | "retained";

export interface PartRow {
  /** Its number, by size, whatever the order. */
  row: bigint;
  /** Null for what is in no group, such as garbage. */
  name: string | null;
  /** Of the type, where rows are types; null where damage lost it. */
  address: bigint | null;
  count: bigint;
  /** Bytes, as the other figures. */
  size: bigint;
  /** What would be freed with all of the row at once. */
  retained: bigint;
  /** Its size and those of the rows above it. */
  cumulative: bigint;
  /** The row as a set; null if options other than `--of` left objects out. */
  set: string | null;
}

export interface Sum {
  count: bigint;
  size: bigint;
}

export interface Parts {
  by: string;
  since: string | undefined;
  rows: PartRow[];
  /** Of all rows, the ones not shown too. */
  total: Sum;
  /** What would be freed with all of them at once. */
  freed: Sum;
}

/** A set divided by what its objects have in common. */
export function topParts(heap: Heap, by: string, sort: Sort, request: TopRequest): Parts {
  const { of, limit } = request;
  const objects = countsAll(request)
    ? "NULL"
    : `(SELECT object_set(o.id) FROM {heap}.object AS o WHERE ${condition(heap, request)})`;
  const set = of === undefined ? "'all'" : literal(of);
  const rows = explainBy(by, () =>
    heap.all<Omit<PartRow, "cumulative" | "set">>(
      `SELECT row, name, address, count, size, retained
         FROM {heap}.partition(${literal(by)}, ${set}, ${objects}, '${sort}') WHERE rank < ?`,
      limit,
    ),
  );
  const sums = heap.get(`SELECT * FROM {heap}.set_totals(${set}, ${objects})`) as Sum & {
    freed: bigint;
    freed_size: bigint;
  };
  let cumulative = 0n;
  return {
    by,
    since: request.since,
    rows: rows.map((row) => {
      cumulative += row.size;
      return { ...row, cumulative, set: countsAll(request) ? rowSet(of, by, row.row) : null };
    }),
    total: { count: sums.count, size: sums.size },
    freed: { count: sums.freed, size: sums.freed_size },
  };
}

/** Whether the options leave out nothing of the set. */
function countsAll({ filter: { include, exclude }, alsoIn, notIn }: TopRequest): boolean {
  return !include && !exclude.objects.size && !exclude.types.size && !alsoIn.length && !notIn.length;
}

function condition(heap: Heap, { of, filter, alsoIn, notIn }: TopRequest): string {
  const sameIn = (other: Heap) =>
    `SELECT 1 FROM ${heap.schema}.same_as('${other.schema}') AS s WHERE s.id = o.id AND s.same IS NOT NULL`;
  return [
    setSql(heap, of),
    filterSql(filter),
    ...alsoIn.map((other) => `EXISTS (${sameIn(other)})`),
    ...notIn.map((other) => `NOT EXISTS (${sameIn(other)})`),
  ].join(" AND ");
}
