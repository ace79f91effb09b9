// One object with all that is around it.
import type { Heap, HeapObject, Root, TypedObject } from "../store/heap.js";
import { type Hold, type Holds, heldBy, holdersOf, ownerOfDict } from "./holds.js";
import { isIncomplete } from "./incomplete.js";

export interface Neighbour extends TypedObject {
  hold: Hold;
  /** Bytes. */
  retained: bigint;
  /** Where it begins paths by itself. */
  roots: Root[];
}

export interface Neighbours {
  shown: Neighbour[];
  more: bigint;
}

export interface Shown extends TypedObject {
  /** Bytes. */
  retained: bigint;
  tracked: boolean;
  /** Null where not known, as of what is not tracked. */
  generation: bigint | null;
  garbage: boolean;
  /** Whether the dump is not complete: what keeps the object alive may have been lost. */
  incomplete: boolean;
  owner: string | null;
  path: string | null;
  roots: Root[];
  /** `NAME FILE:LINE` of the code that it is or runs; null where it is none. */
  code: string | null;
  /** The object whose attributes this dict has. */
  dictOf: TypedObject | null;
  fields: Neighbours;
  referrers: Neighbours;
  /** The nearest first. */
  dominators: (TypedObject & { retained: bigint })[];
  moreDominators: boolean;
  /** What it dominates by type, itself left out. */
  dominated: { typeName: string; count: bigint; size: bigint }[];
}

const DOMINATORS = 8;
const DOMINATED_TYPES = 5;
/** Where a method, task or generator has the code that it runs. */
const CODE_FIELDS = ["__func__", "_coro", "cr_frame", "gi_frame", "ag_frame", "__wrapped__"];
const CODE = / \S.*:\d+$/;

export function showObject(heap: Heap, id: bigint, limit: number): Shown {
  const { object, typeName } = heap.typedObject(id);
  const facts = heap.get<Facts>(
    `SELECT retained, tracked, generation, garbage, owner, path, dominator FROM {heap}.object WHERE id = ?`,
    id,
  );
  if (!facts) throw new Error(`no object ${id}`);
  const owner = ownerOfDict(heap, id);
  return {
    object,
    typeName,
    retained: facts.retained,
    tracked: facts.tracked === 1n,
    generation: facts.generation,
    garbage: facts.garbage === 1n,
    incomplete: isIncomplete(heap),
    owner: facts.owner,
    path: facts.path,
    roots: heap.rootsOf(id),
    code: codeOf(heap, object),
    dictOf: owner === undefined ? null : heap.typedObject(owner),
    fields: neighbours(heap, heldBy(heap, id), "held", limit),
    referrers: neighbours(heap, holdersOf(heap, id), "holder", limit),
    ...dominatorChain(heap, facts.dominator),
    dominated: dominatedTypes(heap, id, facts.retained > object.size),
  };
}

interface Facts extends Weight {
  tracked: bigint;
  generation: bigint | null;
  garbage: bigint;
  owner: string | null;
  path: string | null;
}

interface Weight {
  retained: bigint;
  dominator: bigint | null;
}

function weightOf(heap: Heap, id: bigint): Weight {
  return heap.get<Weight>("SELECT retained, dominator FROM {heap}.object WHERE id = ?", id) as Weight;
}

function neighbours(heap: Heap, { holds, beyond }: Holds, end: "holder" | "held", limit: number): Neighbours {
  const own = holds.filter(({ kind }) => kind !== "key");
  const shown = own.slice(0, limit).map((hold) => ({
    hold,
    ...heap.typedObject(hold[end]),
    retained: weightOf(heap, hold[end]).retained,
    roots: heap.rootsOf(hold[end]),
  }));
  return { shown, more: BigInt(own.length - shown.length) + beyond };
}

/** The code that an object is, or that it runs, one reference away. */
function codeOf(heap: Heap, object: HeapObject): string | null {
  if (!object.is_text && object.content && CODE.test(object.content)) return object.content;
  const row = heap.get<{ content: string | null }>(
    `SELECT o.content FROM {heap}.reference AS r JOIN {heap}.object AS o ON o.id = r.target
      WHERE r.source = ? AND r.label IN (${CODE_FIELDS.map((field) => `'${field}'`)}) AND o.content IS NOT NULL LIMIT 1`,
    object.id,
  );
  return row?.content && CODE.test(row.content) ? row.content : null;
}

function dominatorChain(heap: Heap, nearest: bigint | null): Pick<Shown, "dominators" | "moreDominators"> {
  const dominators: Shown["dominators"] = [];
  let at = nearest;
  while (at !== null && dominators.length < DOMINATORS) {
    const { retained, dominator } = weightOf(heap, at);
    dominators.push({ ...heap.typedObject(at), retained });
    at = dominator;
  }
  return { dominators, moreDominators: at !== null };
}

function dominatedTypes(heap: Heap, id: bigint, any: boolean): Shown["dominated"] {
  if (!any) return [];
  const rows = heap.all<{ type: bigint | null; count: bigint; size: bigint }>(
    `SELECT type, count, size FROM {heap}.dominated_types(?) LIMIT ${DOMINATED_TYPES}`,
    id,
  );
  return rows.map(({ type, ...counted }) => ({ typeName: heap.typeName(type), ...counted }));
}
