// A collection of Python's cyclic collector, replayed on a dump.

import { ExitCode, HeapdumpError } from "../errors.js";
import { type Collector, collectorOf } from "../model/collector.js";
import { type Edges, type GcLog, type GcNode, type GcState, LEGEND, type Phase } from "../model/gc-log.js";
import type { Heap, HeapObject } from "../store/heap.js";
import { isIncomplete } from "./incomplete.js";
import { largerFirst } from "./order.js";

/** Objects that fare alike, and how many there are of each type. */
export interface CollectionGroup {
  count: bigint;
  /** Shallow sizes, in bytes. */
  size: bigint;
  /** Those of most objects first. */
  types: TypeCount[];
}

export interface TypeCount {
  typeName: string;
  count: bigint;
  size: bigint;
  /** The largest. */
  example: HeapObject;
}

/** What happens to objects, in the order of the phases. */
export const FATES = [
  "reachable",
  "unreachable",
  "legacy",
  "uncollectable",
  "finalized",
  "may_resurrect",
] as const;
export type Fate = (typeof FATES)[number];

export interface Callback {
  object: HeapObject;
  weakReference: HeapObject;
  callback: HeapObject;
}

export interface Replay {
  generation: number;
  groups: Record<Fate, CollectionGroup>;
  /** Of weak references, which would be called; the first ones. */
  callbacks: Callback[];
  callbackCount: bigint;
  /** Objects that are referred to more often than their reference count says. */
  miscounted: bigint;
  /** Undefined if the dump does not tell. */
  collector: Collector | undefined;
  /** Whether the dump is not complete: references from what was lost look like those from elsewhere. */
  incomplete: boolean;
}

const CALLBACKS = 10;

interface GroupRow {
  kind: Fate;
  type: bigint | null;
  count: bigint;
  size: bigint;
  example: bigint;
}

/** Undefined if the part of the dump was lost that tells what a collection goes by. */
export function replayCollection(heap: Heap, generation: number): Replay | undefined {
  const incomplete = isIncomplete(heap);
  if (incomplete && !heap.meta().has("collection")) return undefined;
  const rows = groupRows(heap, generation);
  const objects = heap.objects(rows.map(({ example }) => example));
  const groupOf = (kind: Fate): CollectionGroup => {
    const own = rows.filter((row) => row.kind === kind).sort((a, b) => largerFirst(a.count, b.count));
    return {
      count: own.reduce((sum, { count }) => sum + count, 0n),
      size: own.reduce((sum, { size }) => sum + size, 0n),
      types: own.map(({ type, count, size, example }) => ({
        typeName: heap.typeName(type),
        count,
        size,
        example: objects(example),
      })),
    };
  };
  const meta = heap.meta();
  const number = (sql: string) => heap.get<{ n: bigint }>(sql, generation)?.n ?? 0n;
  return {
    generation,
    groups: Object.fromEntries(FATES.map((kind) => [kind, groupOf(kind)])) as Record<Fate, CollectionGroup>,
    callbacks: callbacksOf(heap, generation),
    callbackCount: number("SELECT count(*) AS n FROM {heap}.collection_callback(?)"),
    miscounted: number("SELECT count(*) AS n FROM {heap}.collection(?) WHERE outside < 0"),
    collector: collectorOf((key) => meta.get(key)),
    incomplete,
  };
}

/** Why a collection cannot be replayed is an error with exit code 2. */
function groupRows(heap: Heap, generation: number): GroupRow[] {
  try {
    return heap.all("SELECT kind, type, count, size, example FROM {heap}.collection_group(?)", generation);
  } catch (error) {
    const [, why] = /^collection: (.*)$/s.exec((error as Error).message) ?? [];
    if (why === undefined) throw error;
    throw new HeapdumpError(ExitCode.Usage, `${heap.path}: ${why}`);
  }
}

function callbacksOf(heap: Heap, generation: number): Callback[] {
  const rows = heap.all<{ object: bigint; weak_reference: bigint; callback: bigint }>(
    "SELECT object, weak_reference, callback FROM {heap}.collection_callback(?) LIMIT ?",
    generation,
    CALLBACKS,
  );
  const objects = heap.objects(rows.flatMap((row) => [row.object, row.weak_reference, row.callback]));
  return rows.map((row) => ({
    object: objects(row.object),
    weakReference: objects(row.weak_reference),
    callback: objects(row.callback),
  }));
}

/** A phase whose parts come one by one: those of a large heap do not fit into memory. */
export interface ReplayedPhase {
  phase: string;
  list: string;
  /** Of objects, by address; of edges pairs of addresses. */
  parts: () => Iterable<[address: string, value: GcNode | GcState | string]>;
}

/** As a traced interpreter logs them (src/model/gc-log.ts), and then what finalizers reach. */
export function replayedPhases(heap: Heap, generation: number): ReplayedPhase[] {
  const step = (
    phase: string,
    list: string,
    condition: string,
    state: (row: StateRow) => GcState,
  ): ReplayedPhase => ({ phase, list, parts: () => states(heap, generation, condition, state) });
  const unreachable = (): GcState => ({ nr: false });
  return [
    { phase: "nodes", list: "young", parts: () => nodes(heap, generation) },
    { phase: "edges", list: "young", parts: () => edges(heap, generation) },
    step("update_refs", "base", "1", ({ refcount }) => ({ gr: Number(refcount), ct: true })),
    step("subtract_refs", "base", "1", ({ outside }) => ({ gr: Number(outside) })),
    step("move_unreachable", "base", "NOT c.unreachable", () => ({ nr: false })),
    step("move_unreachable", "unreachable", "c.unreachable", () => ({ gr: 0, nr: true })),
    step("move_legacy_finalizers", "unreachable", "c.unreachable AND NOT c.legacy", unreachable),
    step("move_legacy_finalizers", "finalizers", "c.legacy", unreachable),
    step("may_resurrect", "unreachable", "c.may_resurrect", unreachable),
  ];
}

/** What a picture of them can be made of. */
const MAX_DRAWN = 1_000_000n;

/** All of it in memory, to be drawn. */
export function replayedLog(heap: Heap, generation: number): GcLog {
  const { n = 0n } =
    heap.get<{ n: bigint }>(
      "SELECT sum(count) AS n FROM {heap}.collection_group(?) WHERE kind IN ('reachable', 'unreachable')",
      generation,
    ) ?? {};
  if (n > MAX_DRAWN) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${heap.path}: ${n} objects are collected, too many to draw: ask for --generation 0, or draw a part of the heap with heapdump graph`,
    );
  }
  const phases = replayedPhases(heap, generation).map(({ phase, list, parts }): Phase => {
    if (phase === "edges") return ["edges", "young", [...parts()] as Edges[2]];
    return [phase, list, Object.fromEntries(parts())] as Phase;
  });
  return {
    legend: LEGEND,
    runs: [["gc graphs"], ["gc_collect_main", `generation ${generation}`, ...phases]],
  };
}

interface StateRow {
  address: bigint;
  refcount: bigint;
  outside: bigint;
}

const hex = (address: bigint) => `0x${address.toString(16)}`;

function* states(
  heap: Heap,
  generation: number,
  condition: string,
  state: (row: StateRow) => GcState,
): Iterable<[string, GcState]> {
  const rows = heap.each<StateRow>(
    `SELECT o.address, c.refcount, c.outside FROM {heap}.collection(?) AS c
       CROSS JOIN {heap}.object AS o ON o.id = c.object WHERE ${condition}`,
    generation,
  );
  for (const row of rows) yield [hex(row.address), state(row)];
}

/** Bytes of the collector's header, which stands before the object. */
const HEADER = 16n;

/** Of types, functions and modules; the content of a function goes on with its place. */
const NAME = `CASE WHEN own.name IS NOT NULL THEN own.name
  WHEN t.name = 'module' OR t.flags & 0x80000000 THEN o.content
  WHEN t.name = 'function' THEN substr(o.content, 1, instr(o.content || ' ', ' ') - 1) END`;

function* nodes(heap: Heap, generation: number): Iterable<[string, GcNode]> {
  const rows = heap.each<{ address: bigint; refcount: bigint; type: string | null; name: string | null }>(
    `SELECT o.address, c.refcount, t.name AS type, ${NAME} AS name FROM {heap}.collection(?) AS c
       CROSS JOIN {heap}.object AS o ON o.id = c.object LEFT JOIN {heap}.type AS t ON t.id = o.type
       LEFT JOIN {heap}.type AS own ON own.id = o.id`,
    generation,
  );
  for (const { address, refcount, type, name } of rows) {
    const gc = hex(address - HEADER);
    yield [hex(address), { n: name ?? "", gc, t: type ?? "<unknown>", ntv: true, rc: Number(refcount) }];
  }
}

function* edges(heap: Heap, generation: number): Iterable<[string, string]> {
  const rows = heap.each<{ source: bigint; target: bigint }>(
    `SELECT s.address AS source, t.address AS target FROM {heap}.collection_reference(?) AS r
       CROSS JOIN {heap}.object AS s ON s.id = r.source CROSS JOIN {heap}.object AS t ON t.id = r.target`,
    generation,
  );
  for (const { source, target } of rows) yield [hex(source), hex(target)];
}
