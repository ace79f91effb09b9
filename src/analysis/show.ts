// One object with all that is around it.
import { type Heap, type HeapObject, OBJECT, type Root } from "../store/heap.js";
import { type Hold, type Holds, heldBy, holdersOf, ownerOfDict } from "./holds.js";
import { isIncomplete } from "./incomplete.js";
import { largerFirst } from "./order.js";
import { isTraced, type Site, siteOf } from "./site.js";

export interface Neighbour {
  object: HeapObject;
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

export interface Shown {
  object: HeapObject;
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
  /** Where it was allocated; null if that is not known. */
  site: Site | null;
  /** Whether the dump was taken while allocations were traced. */
  traced: boolean;
  /** The object whose attributes this dict has. */
  dictOf: HeapObject | null;
  /** Those that retain most first, of the first 2,000. */
  fields: Neighbours;
  referrers: Neighbours;
  /** The nearest first. */
  dominators: { object: HeapObject; retained: bigint }[];
  moreDominators: boolean;
  /** Whether it, or others of its type, own memory that is not part of their sizes. */
  memory: "known" | "unknown" | "unknown of some";
  /** Objects of C code with a word that is this one's address, if nothing but C code holds it: a guess. */
  possibleHolders: { object: HeapObject; offset: bigint }[];
  /** What it dominates by type, itself left out. */
  dominated: { typeName: string; count: bigint; size: bigint }[];
}

const DOMINATORS = 8;
const DOMINATED_TYPES = 5;
/** Where a method, task or generator has the code that it runs. */
const CODE_FIELDS = ["__func__", "_coro", "cr_frame", "gi_frame", "ag_frame", "__wrapped__"];
const CODE = / \S.*:\d+$/;

export function showObject(heap: Heap, id: bigint, limit: number): Shown {
  const object = heap.object(id);
  const facts = heap.get<Facts>(
    `SELECT retained, tracked, generation, garbage, owner, path FROM {heap}.object WHERE id = ?`,
    id,
  ) as Facts;
  const owner = ownerOfDict(heap, id);
  return {
    object,
    retained: facts.retained,
    tracked: facts.tracked === 1n,
    generation: facts.generation,
    garbage: facts.garbage === 1n,
    incomplete: isIncomplete(heap),
    owner: facts.owner,
    path: facts.path,
    roots: heap.rootsOf(id),
    code: codeOf(heap, object),
    site: siteOf(heap, id),
    traced: isTraced(heap),
    dictOf: owner === undefined ? null : heap.object(owner),
    fields: neighbours(heap, heldBy(heap, id), "held", limit),
    referrers: neighbours(heap, holdersOf(heap, id), "holder", limit),
    ...dominatorChain(heap, id),
    memory: memoryOf(heap, id),
    possibleHolders: possibleHoldersOf(heap, id),
    dominated: dominatedTypes(heap, id, facts.retained > object.size),
  };
}

interface Facts {
  retained: bigint;
  tracked: bigint;
  generation: bigint | null;
  garbage: bigint;
  owner: string | null;
  path: string | null;
}

function neighbours(heap: Heap, { holds, beyond }: Holds, end: "holder" | "held", limit: number): Neighbours {
  const own = holds.filter(({ kind }) => kind !== "key");
  const objects = heap.objects<HeapObject & { retained: bigint }>(
    own.map((hold) => hold[end]),
    "o.retained",
  );
  if (end === "held") own.sort((a, b) => largerFirst(objects(a.held).retained, objects(b.held).retained));
  const first = own.slice(0, limit);
  const roots = heap.roots(first.map((hold) => hold[end]));
  const shown = first.map((hold) => ({
    hold,
    object: objects(hold[end]),
    retained: objects(hold[end]).retained,
    roots: roots(hold[end]),
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

function memoryOf(heap: Heap, id: bigint): Shown["memory"] {
  const type = heap.get<{ count: bigint; unknown: bigint | null }>(
    `SELECT t.count, t.memory_unknown AS unknown FROM {heap}.object AS o JOIN {heap}.type AS t ON t.id = o.type
      WHERE o.id = ?`,
    id,
  );
  if (!type?.unknown) return "known";
  return type.unknown < type.count ? "unknown of some" : "unknown";
}

const POSSIBLE_HOLDERS = 5;

function possibleHoldersOf(heap: Heap, id: bigint): Shown["possibleHolders"] {
  const rows = heap.all<{ holder: bigint; offset: bigint }>(
    `SELECT holder, "offset" FROM {heap}.possible_holder WHERE object = ? LIMIT ${POSSIBLE_HOLDERS}`,
    id,
  );
  const objects = heap.objects(rows.map(({ holder }) => holder));
  return rows.map(({ holder, offset }) => ({ object: objects(holder), offset }));
}

function dominatorChain(heap: Heap, id: bigint): Pick<Shown, "dominators" | "moreDominators"> {
  const rows = heap.all<HeapObject & { retained: bigint; dominator: bigint | null }>(
    `WITH RECURSIVE above(id, steps) AS (
       SELECT dominator, 1 FROM {heap}.object WHERE id = @id
       UNION ALL
       SELECT o.dominator, steps + 1 FROM above JOIN {heap}.object AS o ON o.id = above.id WHERE steps < @most)
     SELECT ${OBJECT}, o.retained, o.dominator
       FROM above CROSS JOIN {heap}.object AS o ON o.id = above.id ORDER BY steps`,
    { id, most: DOMINATORS },
  );
  const dominators = rows.map(({ retained, dominator, ...object }) => ({ object, retained }));
  return { dominators, moreDominators: (rows.at(-1)?.dominator ?? null) !== null };
}

function dominatedTypes(heap: Heap, id: bigint, any: boolean): Shown["dominated"] {
  if (!any) return [];
  const rows = heap.all<{ type: bigint | null; count: bigint; size: bigint }>(
    `SELECT type, count, size FROM {heap}.dominated_types(?) LIMIT ${DOMINATED_TYPES}`,
    id,
  );
  return rows.map(({ type, ...counted }) => ({ typeName: heap.typeName(type), ...counted }));
}
