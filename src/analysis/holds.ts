// What holds an object, and what it holds, as a person sees it: without types and weak references, and through an
// instance's `__dict__`. The extension knows; no question looks at more than MOST of one object.
import type { Heap } from "../store/heap.js";

export interface Hold {
  holder: bigint;
  held: bigint;
  kind: string;
  /** As Python writes it if it has one: a key with its quotes, an index, a name. */
  label: string | null;
  /** What it adds to the path of the holder. */
  part: string;
}

const MOST = 2000;

export interface Holds {
  holds: Hold[];
  /** How many more there are. */
  beyond: bigint;
}

export function holdersOf(heap: Heap, id: bigint): Holds {
  return ask(heap, "holders", "id AS holder, object AS held", id);
}

export function heldBy(heap: Heap, id: bigint): Holds {
  return ask(heap, "holds", "object AS holder, id AS held", id);
}

function ask(heap: Heap, table: "holders" | "holds", ends: string, id: bigint): Holds {
  const holds = heap.all<Hold>(`SELECT ${ends}, kind, label, part FROM {heap}.${table}(?) LIMIT ${MOST}`, id);
  if (holds.length < MOST) return { holds, beyond: 0n };
  const all = heap.get<{ n: bigint }>(`SELECT count(*) AS n FROM {heap}.${table}(?)`, id);
  return { holds, beyond: (all?.n ?? 0n) - BigInt(holds.length) };
}

/** How one object holds another, also through its `__dict__`. */
export function holdsBetween(heap: Heap, holder: bigint, held: bigint): Hold[] {
  return heap.all<Hold>(
    `SELECT id AS holder, object AS held, kind, label, part FROM {heap}.holders(?) WHERE id = ? LIMIT ${MOST}`,
    held,
    holder,
  );
}

/** Whether an object refers to nothing but `held`, be it through its `__dict__`; keys of a dict do not count. */
export function holdsNothingElse(heap: Heap, holder: bigint, held: bigint): boolean {
  return !heap.get("SELECT 1 FROM {heap}.holds(?) WHERE id <> ? AND kind <> 'key' LIMIT 1", holder, held);
}

/** The one object whose `__dict__` this dict is; undefined if it is an ordinary dict or has other holders. */
export function ownerOfDict(heap: Heap, dict: bigint): bigint | undefined {
  return heap.get<{ id: bigint }>(
    `SELECT r.id FROM {heap}.referrers(@dict) AS r
      WHERE r.label = '__dict__' AND r.kind <> 'type' AND r.kind <> 'weak'
        AND NOT EXISTS (SELECT 1 FROM {heap}.holds(r.id) AS h WHERE h.id = @dict AND h.label = '__dict__')`,
    { dict },
  )?.id;
}
