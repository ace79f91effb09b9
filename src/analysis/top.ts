import type { Heap, HeapObject, HeapType, Root } from "../store/heap.js";
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
  typeName: string;
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
    `SELECT o.id, o.address, o.type, o.size, o.refcount, o.content, o.is_text, o.truncated, o.retained,
            ${by === "retained" ? "o.path" : "NULL"} AS path
       FROM {heap}.object AS o WHERE ${condition(heap, request)} ORDER BY o.${by} DESC LIMIT ?`,
    request.limit,
  );
  const objects = rows.map((object) => ({
    ...object,
    typeName: heap.typeName(object.type),
    roots: heap.rootsOf(object.id),
    ...(parents ? { above: parentsOf(heap, object.id, parents) } : {}),
  }));
  return { by, objects, total: heap.totals() };
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

export interface TopTypes {
  types: TopType[];
  /** Of all types, the ones not shown too. */
  count: bigint;
  size: bigint;
}

export interface TopOwners {
  owners: TopOwner[];
  /** Of all owners, the ones not shown too. */
  count: bigint;
  size: bigint;
}

/** Owners by what they retain, or by size where not all objects count; with the totals of all owners. */
export function topOwners(heap: Heap, request: TopRequest): TopOwners {
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
export function topTypes(heap: Heap, request: TopRequest): TopTypes {
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
  const sameIn = (other: Heap) =>
    `SELECT 1 FROM ${heap.schema}.same_as('${other.schema}') AS s WHERE s.id = o.id AND s.same IS NOT NULL`;
  return [
    filterSql(filter),
    ...alsoIn.map((other) => `EXISTS (${sameIn(other)})`),
    ...notIn.map((other) => `NOT EXISTS (${sameIn(other)})`),
  ].join(" AND ");
}
