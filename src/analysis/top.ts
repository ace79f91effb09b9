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

/** Largest first. */
export function topObjects(heap: Heap, request: TopRequest): HeapObject[] {
  return heap.all(
    `SELECT o.id, o.address, o.type, o.size, o.refcount, o.content, o.is_text, o.truncated
       FROM {heap}.object AS o WHERE ${condition(heap, request)} ORDER BY o.size DESC LIMIT ?`,
    request.limit,
  );
}

/** Types by the size of their instances together, largest first; with the totals of all types. */
export function topTypes(
  heap: Heap,
  request: TopRequest,
): { types: HeapType[]; count: bigint; size: bigint } {
  const types =
    request.alsoIn.length || request.notIn.length || namesObjects(request.filter)
      ? countedTypes(heap, request)
      : wholeTypes(heap, request.filter);
  return {
    types: types.slice(0, request.limit),
    count: types.reduce((sum, type) => sum + type.count, 0n),
    size: types.reduce((sum, type) => sum + type.size, 0n),
  };
}

/** The totals of a type are in the index; they serve as long as no single object is left out. */
function wholeTypes(heap: Heap, { include, exclude }: Filter): HeapType[] {
  return heap
    .types()
    .filter(
      ({ id, count }) =>
        count > 0n &&
        !(id !== null && exclude.types.has(id)) &&
        (!include || (id !== null && include.types.has(id))),
    );
}

function countedTypes(heap: Heap, request: TopRequest): HeapType[] {
  const rows = heap.all<{ type: bigint | null; count: bigint; size: bigint }>(
    `SELECT o.type, count(*) AS count, sum(o.size) AS size
       FROM {heap}.object AS o WHERE ${condition(heap, request)} GROUP BY o.type ORDER BY size DESC, o.type`,
  );
  const byId = new Map(heap.types().map((type) => [type.id, type]));
  return rows.flatMap(({ type, count, size }) => {
    const known = byId.get(type);
    return known ? [{ ...known, count, size }] : [];
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
