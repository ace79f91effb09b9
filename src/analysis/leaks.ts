import { collectorOf, isOff } from "../model/collector.js";
import type { Heap, HeapObject } from "../store/heap.js";
import { type Hold, heldBy } from "./holds.js";
import { isIncomplete } from "./incomplete.js";
import { differentModes } from "./modes.js";
import { hoursBetween } from "./series.js";
import { type Allocation, isTraced, site } from "./site.js";

export interface Suspect {
  /** dominator, group, held by C, or garbage. */
  kind: string;
  typeName: string;
  /** Objects of that type in one place, and those of them that the first dump does not have. */
  count: bigint;
  newCount: bigint;
  /** Bytes. */
  retained: bigint;
  /** Bytes that came, less those that went; null of one dump. */
  growth: bigint | null;
  /** Bytes of the growth that the dump before the last has, too; null of fewer than three dumps. */
  survived: bigint | null;
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
  /** Bytes by which weak references to these objects grew elsewhere. */
  weak: bigint;
  /** Other names that modules have for the global in the path. */
  also: string[];
  example: HeapObject;
  fields: Field[];
  /** Of the new, those at an address that an object of the type had in the first dump; 0 if they are too few to matter. */
  addressReused: bigint;
  /** Whether objects of the type own memory, or may, that is in no figure. */
  ownsUnknown: boolean;
  /** Null of other kinds than garbage. */
  uncollected: Uncollected | null;
  /** Of the new ones; of one dump, of all. Null if the dump was not taken while tracemalloc traced. */
  allocation: Allocation | null;
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

export interface Leaks {
  suspects: Suspect[];
  /** Bytes alive in the last dump, garbage not counted. */
  alive: bigint;
  garbage: bigint;
  /** Bytes by which there is more garbage than in the first dump; null of one dump and of two modes. */
  garbageGrowth: bigint | null;
  /** Bytes alive that came between the first and the last, less those that went; null of one dump and of two modes. */
  growth: bigint | null;
  /** Bytes of that growth that no suspect has; null where it is not known. */
  elsewhere: bigint | null;
  hours: number | null;
  /** Whether one of the dumps is not complete: what it has lost is in no figure. */
  incomplete: boolean;
}

const FIELDS = 6;
/** Of so many the most telling are taken. */
const MOST_FIELDS = 64;

/** Garbage of generation 0 that a collector which runs does not let come together: its threshold is 700 or 2,000. */
const UNCOLLECTED = 4000n;

/** The suspects of the last of the heaps, which stand in the order of their times, best first. */
export function findLeaks(heaps: Heap[]): Leaks {
  const last = heaps.at(-1) as Heap;
  const first = heaps.length > 1 ? heaps[0] : undefined;
  const before = heaps.length > 2 ? heaps.at(-2) : undefined;
  const hours = first ? hoursBetween(first, last) : null;
  const rows = last.all<Row>(
    `SELECT kind, type, count, new, retained, growth, survived, address_reused, path, gathers, places, spread,
            owner, code, weak, also, example, traced, site, at_line, at_site
       FROM {heap}.leaks(?, ?)`,
    first?.schema ?? null,
    before?.schema ?? null,
  );
  // Without all holders, what is garbage is not known.
  const known = isIncomplete(last) ? rows.filter(({ kind }) => kind !== "garbage") : rows;
  const suspects = known.map((row) =>
    suspect(row, last, { grows: Boolean(first), survived: Boolean(before), hours }),
  );
  const alive = bytesAlive(last);
  const then = first && !differentModes(first, last) ? bytesAlive(first) : null;
  const growth = then && alive.alive - then.alive;
  return {
    suspects,
    ...alive,
    growth,
    elsewhere: growth === null ? null : growth - growthOf(suspects),
    garbageGrowth: then && alive.garbage - then.garbage,
    hours,
    incomplete: heaps.some(isIncomplete),
  };
}

interface Row {
  kind: string;
  type: bigint | null;
  count: bigint;
  new: bigint;
  retained: bigint;
  growth: bigint;
  survived: bigint;
  address_reused: bigint;
  path: string | null;
  gathers: string | null;
  places: bigint;
  spread: string | null;
  owner: string | null;
  code: string | null;
  weak: bigint;
  also: string | null;
  example: bigint;
  traced: bigint;
  site: bigint | null;
  at_line: bigint;
  at_site: bigint;
}

function ownsUnknown(heap: Heap, type: bigint | null): boolean {
  const row = heap.get<{ unknown: bigint | null }>(
    "SELECT memory_unknown AS unknown FROM {heap}.type WHERE id = ?",
    type,
  );
  return (row?.unknown ?? 0n) > 0n;
}

function suspect(
  row: Row,
  heap: Heap,
  known: { grows: boolean; survived: boolean; hours: number | null },
): Suspect {
  const example = heap.object(row.example);
  return {
    kind: row.kind,
    typeName: heap.typeName(row.type),
    count: row.count,
    newCount: row.new,
    retained: row.retained,
    growth: known.grows ? row.growth : null,
    survived: known.survived ? row.survived : null,
    growthPerHour: known.grows && known.hours ? Math.round(Number(row.growth) / known.hours) : null,
    path: row.path,
    gathers: row.gathers,
    places: row.places,
    spread: row.spread === null ? [] : JSON.parse(row.spread),
    owner: row.owner,
    code: row.code,
    weak: row.weak,
    also: row.also === null ? [] : JSON.parse(row.also),
    example,
    fields: fieldsOf(example, heap),
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

/** What of the growth of all that is alive the suspects have. */
function growthOf(suspects: Suspect[]): bigint {
  return suspects
    .filter(({ kind }) => kind !== "garbage")
    .reduce((sum, { growth, weak }) => sum + (growth ?? 0n) + weak, 0n);
}

function bytesAlive(heap: Heap): { alive: bigint; garbage: bigint } {
  const row = heap.get<{ garbage: bigint | null }>(
    "SELECT sum(size) AS garbage FROM {heap}.object WHERE garbage = 1",
  );
  const garbage = row?.garbage ?? 0n;
  return { alive: heap.totals().size - garbage, garbage };
}
