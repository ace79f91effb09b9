import { type Grouping, isBySize } from "../model/groupings.js";
import { type Heap, type HeapObject, OBJECT, type Root } from "../store/heap.js";
import { type Filter, filterSql } from "./filter.js";
import { type Above, parentsOf } from "./parents.js";

export interface TopRequest {
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
  const rows = heap.all<SizedObject>(
    `SELECT ${OBJECT}, o.retained, ${by === "retained" ? "o.path" : "NULL"} AS path
       FROM {heap}.object AS o WHERE ${condition(heap, request)} ORDER BY o.${by} DESC LIMIT ?`,
    request.limit,
  );
  const roots = heap.roots(rows.map(({ id }) => id));
  const objects = rows.map((object) => ({
    ...object,
    roots: roots(object.id),
    ...(parents ? { above: parentsOf(heap, object.id, parents) } : {}),
  }));
  return { by, objects, total: heap.totals() };
}

export interface TopGroup {
  /** Null for what is in no group, such as garbage. */
  name: string | null;
  /** Of the type, where groups are types; null where damage lost it. */
  address: bigint | null;
  count: bigint;
  /** Bytes, as `retained`, which is null where not all of a group is counted. */
  size: bigint;
  retained: bigint | null;
}

export interface TopGroups {
  by: Grouping;
  groups: TopGroup[];
  /** Of all groups, the ones not shown too. */
  count: bigint;
  size: bigint;
}

/** Types and lines by size, other groups by what they retain, or by size where not all objects count. */
export function topGroups(heap: Heap, by: Grouping, request: TopRequest): TopGroups {
  const whole = countsWholeGroups(by, request);
  const counted = `(SELECT object_set(o.id) FROM {heap}.object AS o WHERE ${condition(heap, request)})`;
  const groups = heap.all<TopGroup>(
    `SELECT name, address, count, size, ${whole ? "retained" : "NULL AS retained"}
       FROM {heap}.grouped('${by}'${whole ? "" : `, ${counted}`}) AS o WHERE ${whole ? filterSql(request.filter) : "TRUE"}
      ORDER BY ${isBySize(by) ? "size DESC, name" : "retained DESC, size DESC, example"}`,
  );
  return {
    by,
    groups: groups.slice(0, request.limit),
    count: groups.reduce((sum, { count }) => sum + count, 0n),
    size: groups.reduce((sum, { size }) => sum + size, 0n),
  };
}

/** A filter of types leaves those that it does not name out as a whole; they have no part in groups of another kind. */
function countsWholeGroups(
  by: Grouping,
  { filter: { include, exclude }, alsoIn, notIn }: TopRequest,
): boolean {
  if (alsoIn.length || notIn.length || include?.objects.size || exclude.objects.size) return false;
  return by === "type" || (!include && !exclude.types.size);
}

function condition(heap: Heap, { filter, alsoIn, notIn }: TopRequest): string {
  const sameIn = (other: Heap) =>
    `SELECT 1 FROM ${heap.schema}.same_as('${other.schema}') AS s WHERE s.id = o.id AND s.same IS NOT NULL`;
  return [
    filterSql(filter),
    ...alsoIn.map((other) => `EXISTS (${sameIn(other)})`),
    ...notIn.map((other) => `NOT EXISTS (${sameIn(other)})`),
  ].join(" AND ");
}
