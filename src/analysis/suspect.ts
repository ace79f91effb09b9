// One suspect: the row that C++ gives, and what is asked for besides.
import { collectorOf, isOff } from "../model/collector.js";
import type { Heap, HeapObject } from "../store/heap.js";
import type { PossibleHolder } from "./held-by-c.js";
import { type Hold, heldBy } from "./holds.js";
import { type Allocation, isTraced, site } from "./site.js";

export interface Suspect {
  /** dominator, group, held by C, or garbage. */
  kind: string;
  typeName: string;
  /** Objects of that type in one place, and those of them that the first dump does not have. */
  count: bigint;
  newCount: bigint;
  /** Bytes that would be freed with all of them; of garbage, of all of it. */
  retained: bigint;
  /** Bytes that came, less those that went; null of one dump. */
  growth: bigint | null;
  /** Bytes of the growth that the container took itself, in which they gather. */
  ownGrowth: bigint;
  /** Bytes of the growth that the dump before the last has, too; null of fewer than three dumps. */
  survived: bigint | null;
  /** Of three dumps and more: whether it comes and goes. */
  passing: boolean;
  growthPerHour: number | null;
  /** Null for garbage. */
  path: string | null;
  /** The beginning of the path that leads to where they gather; null for garbage. */
  gathers: string | null;
  /** How many places there are with one cause, and the largest three of several: what tells each from the others. */
  places: bigint;
  spread: Place[];
  owner: string | null;
  /** The nearest code on their paths, `NAME FILE:LINE`; null if there is none, or several. */
  code: string | null;
  /** Functions that name what they gather in, `NAME FILE:LINE`: they store there, or read. */
  usedBy: string[];
  /** Why they stay: a key of LEAK_PATTERNS. */
  pattern: string;
  /** Where the greater part of what they retain is; null if it is in many places, or in themselves. */
  inside: { part: string; typeName: string; count: bigint; retained: bigint } | null;
  /** Of tasks, coroutines and generators that wait alike. */
  wait: { chain: string; at: string; for: string | null; setBy: string | null } | null;
  /** What all of a few of them refer to: code, and objects of the application. */
  common: { part: string; text: string }[];
  /** The object of the application whose container they gather in; null if that is of a module or a class. */
  keeper: HeapObject | null;
  /** Of what C holds. */
  possibleHolder: LikelyHolder | null;
  /** Bytes of memory of C code that came and that they may own, by their part of what may own it; 0 if none is known. */
  native: bigint;
  /** Bytes by which weak references to these objects grew elsewhere. */
  weak: bigint;
  /** Other names that modules have for the global in the path. */
  also: string[];
  example: Example;
  /** Another one that tells something else. */
  other: Example | null;
  /** Of the new, those at an address that an object of the type had in the first dump; 0 if they are too few to matter. */
  addressReused: bigint;
  /** Whether objects of the type own memory, or may, that is in no figure. */
  ownsUnknown: boolean;
  /** Null of other kinds than garbage. */
  uncollected: Uncollected | null;
  /** Of the new ones; of one dump, of all. Null if the dump was not taken while tracemalloc traced. */
  allocation: Allocation | null;
}

/** Its name is several with ` or ` between them, if it is one of these. */
export interface LikelyHolder extends Omit<PossibleHolder, "offset"> {
  /** Null if there is one below each of the objects, and no other. */
  offset: bigint | null;
}

export interface Example {
  object: HeapObject;
  fields: Field[];
}

export interface Place {
  /** Empty if nothing in the path tells it. */
  part: string;
  /** Bytes. */
  growth: number;
}

/** Why garbage is there: the collector has not run yet, or is off. */
export interface Uncollected {
  collector: "not yet" | "off";
  /** What switched it off; null if it is only known to be off as so much garbage is still in its generation 0. */
  by: "gc.disable()" | "a threshold of 0" | null;
  /** Garbage objects in generation 0. */
  young: bigint;
}

export interface Field {
  hold: Hold;
  value: HeapObject;
}

const FIELDS = 6;
/** Of so many the most telling are taken. */
const MOST_FIELDS = 64;

/** Garbage of generation 0 that a collector which runs does not let come together: its threshold is 700 or 2,000. */
const UNCOLLECTED = 4000n;

export interface Row {
  kind: string;
  type: bigint | null;
  count: bigint;
  new: bigint;
  retained: bigint;
  growth: bigint;
  own_growth: bigint;
  survived: bigint;
  address_reused: bigint;
  path: string | null;
  gathers: string | null;
  places: bigint;
  spread: string | null;
  owner: string | null;
  code: string | null;
  used_by: string | null;
  pattern: string;
  inside: string | null;
  inside_type: bigint | null;
  inside_count: bigint;
  inside_retained: bigint;
  chain: string | null;
  waits_at: string | null;
  waits_for: string | null;
  set_by: string | null;
  common: string | null;
  keeper: bigint | null;
  holder: string | null;
  holder_offset: bigint | null;
  holder_count: bigint;
  passing: bigint;
  may_own: bigint;
  weak: bigint;
  also: string | null;
  example: bigint;
  other: bigint | null;
  traced: bigint;
  site: bigint | null;
  at_line: bigint;
  at_site: bigint;
}

export function suspectRows(last: Heap, first: Heap | undefined, before: Heap | undefined): Row[] {
  return last.all<Row>(
    `SELECT kind, type, count, new, retained, growth, own_growth, survived, passing, may_own, address_reused,
            path, gathers, places, spread, owner, code, used_by, pattern, inside, inside_type, inside_count,
            inside_retained, chain, waits_at, waits_for, set_by, common, keeper, holder, holder_offset,
            holder_count, weak, also, example, other, traced, site, at_line, at_site
       FROM {heap}.leaks(?, ?)`,
    first?.schema ?? null,
    before?.schema ?? null,
  );
}

function ownsUnknown(heap: Heap, type: bigint | null): boolean {
  const row = heap.get<{ unknown: bigint | null }>(
    "SELECT memory_unknown AS unknown FROM {heap}.type WHERE id = ?",
    type,
  );
  return (row?.unknown ?? 0n) > 0n;
}

/** `shareOf`: the bytes of C code's memory that so many objects may own. */
export function suspectOf(
  row: Row,
  heap: Heap,
  known: {
    grows: boolean;
    survived: boolean;
    hours: number | null;
    shareOf: (objects: bigint) => bigint;
  },
): Suspect {
  return {
    kind: row.kind,
    typeName: heap.typeName(row.type),
    count: row.count,
    newCount: row.new,
    retained: row.retained,
    growth: known.grows ? row.growth : null,
    ownGrowth: known.grows ? row.own_growth : 0n,
    survived: known.survived ? row.survived : null,
    passing: row.passing === 1n,
    growthPerHour: known.grows && known.hours ? Math.round(Number(row.growth) / known.hours) : null,
    path: row.path,
    gathers: row.gathers,
    places: row.places,
    spread: row.spread === null ? [] : JSON.parse(row.spread),
    owner: row.owner,
    code: row.code,
    usedBy: row.used_by === null ? [] : JSON.parse(row.used_by),
    pattern: row.pattern,
    inside:
      row.inside === null
        ? null
        : {
            part: row.inside,
            typeName: heap.typeName(row.inside_type),
            count: row.inside_count,
            retained: row.inside_retained,
          },
    wait:
      row.chain === null
        ? null
        : { chain: row.chain, at: row.waits_at ?? "", for: row.waits_for, setBy: row.set_by },
    common: row.common === null ? [] : JSON.parse(row.common),
    keeper: row.keeper === null ? null : heap.object(row.keeper),
    possibleHolder:
      row.holder === null
        ? null
        : { typeName: row.holder, offset: row.holder_offset, count: row.holder_count },
    native: known.shareOf(row.may_own),
    weak: row.weak,
    also: row.also === null ? [] : JSON.parse(row.also),
    example: exampleOf(row.example, heap),
    other: row.other === null ? null : exampleOf(row.other, heap),
    ownsUnknown: ownsUnknown(heap, row.type),
    // Every tenth that may not be new is worth a word.
    addressReused: row.address_reused * 10n < row.new ? 0n : row.address_reused,
    uncollected: row.kind === "garbage" ? uncollected(heap) : null,
    allocation: isTraced(heap) ? allocationOf(row, heap, known.grows) : null,
  };
}

function allocationOf(row: Row, heap: Heap, grows: boolean): Allocation {
  return {
    objects: grows ? row.new : row.count,
    traced: row.traced,
    site: site(heap, row.site),
    atLine: row.at_line,
    atSite: row.at_site,
  };
}

function exampleOf(id: bigint, heap: Heap): Example {
  const object = heap.object(id);
  return { object, fields: fieldsOf(object, heap) };
}

function fieldsOf(object: HeapObject, heap: Heap): Field[] {
  const { holds } = heldBy(heap, object.id);
  const named = holds.filter(({ kind, label }) => label !== null && kind !== "key").slice(0, MOST_FIELDS);
  const objects = heap.objects(named.map(({ held }) => held));
  const fields = named.map((hold) => ({ hold, value: objects(hold.held) }));
  const [telling, others] = [fields.filter(tells), fields.filter((field) => !tells(field))];
  return [...telling, ...others].slice(0, FIELDS);
}

/** Numbers, texts and the like tell one object from another. */
function tells({ value: { content, typeName } }: Field): boolean {
  return content !== null && content !== typeName && content !== "None";
}

function uncollected(heap: Heap): Uncollected {
  const row = heap.get<{ young: bigint }>(
    "SELECT count(*) AS young FROM {heap}.object WHERE garbage = 1 AND generation = 0",
  );
  const young = row?.young ?? 0n;
  const meta = heap.meta();
  const state = collectorOf((key) => meta.get(key));
  if (!state) return { collector: young < UNCOLLECTED ? "not yet" : "off", by: null, young };
  if (!isOff(state)) return { collector: "not yet", by: null, young };
  return { collector: "off", by: state.enabled ? "a threshold of 0" : "gc.disable()", young };
}
