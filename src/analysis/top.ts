import type { Heap, HeapObject, HeapType } from "../store/heap.js";
import { type Filter, filterSql } from "./filter.js";
import { inOther } from "./same.js";

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

/** Largest first, by one of their two sizes. */
export function topObjects(heap: Heap, by: "size" | "retained", request: TopRequest): SizedObject[] {
  return heap.all(
    `SELECT o.id, o.address, o.type, o.size, o.refcount, o.content, o.is_text, o.truncated, o.retained,
            ${by === "retained" ? "o.path" : "NULL"} AS path
       FROM {heap}.object AS o WHERE ${condition(heap, request)} ORDER BY o.${by} DESC LIMIT ?`,
    request.limit,
  );
}

export interface TopGroup {
  count: bigint;
  /** Bytes, as `retained`, which is null where not all of the group is counted. */
  size: bigint;
  retained: bigint | null;
}

export interface TopType extends HeapType, TopGroup {}

export interface TopOwner extends TopGroup {
  /** Null for garbage. */
  name: string | null;
}

/** Owners by what they retain, or by size where not all objects count; with the totals of all owners. */
export function topOwners(
  heap: Heap,
  request: TopRequest,
): { owners: TopOwner[]; count: bigint; size: bigint } {
  const { include, exclude } = request.filter;
  const all =
    !include &&
    !exclude.objects.size &&
    !exclude.types.size &&
    !request.alsoIn.length &&
    !request.notIn.length;
  const owners = heap.all<TopOwner>(
    all
      ? "SELECT name, count, size, retained FROM {heap}.owner ORDER BY retained DESC, size DESC"
      : `SELECT o.owner AS name, count(*) AS count, sum(o.size) AS size, NULL AS retained
           FROM {heap}.object AS o WHERE ${condition(heap, request)} GROUP BY o.owner ORDER BY size DESC`,
  );
  return { owners: owners.slice(0, request.limit), ...totals(owners) };
}

function totals(groups: TopGroup[]): { count: bigint; size: bigint } {
  return {
    count: groups.reduce((sum, group) => sum + group.count, 0n),
    size: groups.reduce((sum, group) => sum + group.size, 0n),
  };
}

/** Types by the size of their instances together, largest first; with the totals of all types. */
export function topTypes(heap: Heap, request: TopRequest): { types: TopType[]; count: bigint; size: bigint } {
  const types =
    request.alsoIn.length || request.notIn.length || namesObjects(request.filter)
      ? countedTypes(heap, request)
      : wholeTypes(heap, request.filter);
  return { types: types.slice(0, request.limit), ...totals(types) };
}

/** The totals of a type are in the index; they serve as long as no single object is left out. */
function wholeTypes(heap: Heap, { include, exclude }: Filter): TopType[] {
  const rows = heap.all<{ id: bigint | null; retained: bigint }>("SELECT id, retained FROM {heap}.type");
  const retained = new Map(rows.map((row) => [row.id, row.retained]));
  return heap
    .types()
    .filter(
      ({ id, count }) =>
        count > 0n &&
        !(id !== null && exclude.types.has(id)) &&
        (!include || (id !== null && include.types.has(id))),
    )
    .map((type) => ({ ...type, retained: retained.get(type.id) ?? null }));
}

function countedTypes(heap: Heap, request: TopRequest): TopType[] {
  const rows = heap.all<{ type: bigint | null; count: bigint; size: bigint }>(
    `SELECT o.type, count(*) AS count, sum(o.size) AS size
       FROM {heap}.object AS o WHERE ${condition(heap, request)} GROUP BY o.type ORDER BY size DESC, o.type`,
  );
  const byId = new Map(heap.types().map((type) => [type.id, type]));
  return rows.flatMap(({ type, count, size }) => {
    const known = byId.get(type);
    return known ? [{ ...known, count, size, retained: null }] : [];
  });
}

function namesObjects({ include, exclude }: Filter): boolean {
  return Boolean(include?.objects.size || exclude.objects.size);
}

function condition(heap: Heap, { filter, alsoIn, notIn }: TopRequest): string {
  return [
    filterSql(filter),
    ...alsoIn.map((other) => inOther(heap, other)),
    ...notIn.map((other) => `NOT ${inOther(heap, other)}`),
  ].join(" AND ");
}
