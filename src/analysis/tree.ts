// The tree of dominators, like objects as one.
import type { Heap, HeapObject } from "../store/heap.js";
import { parseSelector } from "./selectors.js";

export interface TreeGroup {
  /** How their dominators hold them, `[*]` for any key; null if they do so in several ways. */
  part: string | null;
  typeName: string;
  count: bigint;
  /** Bytes, as `retained`. */
  size: bigint;
  retained: bigint;
  /** The one that retains most. */
  example: HeapObject;
  below: TreeGroup[];
  /** Groups below it that retain less than what is shown. */
  hidden: { groups: bigint; retained: bigint };
}

export interface Tree {
  groups: TreeGroup[];
  /** Bytes, of all objects. */
  size: bigint;
}

interface Row {
  row: bigint;
  parent: bigint | null;
  part: string | null;
  type: bigint | null;
  count: bigint;
  size: bigint;
  retained: bigint;
  example: bigint;
  hidden: bigint;
  hidden_retained: bigint;
}

export interface TreeRequest {
  /** An address or a type; all that is alive if undefined. */
  what: string | undefined;
  depth: number;
  /** Bytes, or a share of all. */
  least: { bytes: bigint } | { share: number };
}

export function unfoldTree(heap: Heap, { what, depth, least }: TreeRequest): Tree {
  const { size } = heap.totals();
  const bytes = "bytes" in least ? least.bytes : BigInt(Math.ceil(Number(size) * least.share));
  const rows = heap.all<Row>(
    `SELECT rowid AS row, parent, part, type, count, size, retained, example, hidden, hidden_retained
       FROM {heap}.dominator_groups(${objectsOf(heap, what)}, @depth, @bytes)`,
    { depth, bytes },
  );
  const objects = heap.objects(new Set(rows.map(({ example }) => example)));
  const groups = new Map<bigint, TreeGroup>();
  const top: TreeGroup[] = [];
  for (const { row, parent, type, example, hidden, hidden_retained, ...rest } of rows) {
    const group = {
      ...rest,
      typeName: heap.typeName(type),
      example: objects(example),
      below: [],
      hidden: { groups: hidden, retained: hidden_retained },
    };
    groups.set(row, group);
    (parent === null ? top : (groups.get(parent)?.below ?? top)).push(group);
  }
  return { groups: top, size };
}

/** As SQL. */
function objectsOf(heap: Heap, what: string | undefined): string {
  if (what === undefined) return "NULL";
  const selected = parseSelector(heap, what);
  const condition =
    "object" in selected ? `id = ${selected.object}` : `type IN (${selected.types.map(String).join(", ")})`;
  return `(SELECT object_set(id) FROM ${heap.schema}.object WHERE ${condition})`;
}
