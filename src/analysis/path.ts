// Why an object, or those of a type, are alive.
import type { Heap, HeapObject, Root } from "../store/heap.js";
import { type Hold, holdersOf } from "./holds.js";
import { isIncomplete } from "./incomplete.js";
import { largerFirst } from "./order.js";

export interface RootPath {
  /** docs/paths.md says how it is written. */
  text: string;
  root: Root | null;
  /** Of the function whose local the root is. */
  place: FramePlace | null;
  steps: Step[];
  /** References. */
  length: bigint;
}

export interface Step {
  object: HeapObject;
  /** Bytes. */
  retained: bigint;
  step: bigint;
  /** Null where a path begins at no root. */
  kind: string | null;
  part: string;
}

export interface FramePlace {
  function: string;
  file: string;
  line: bigint;
  thread: string | null;
  /** Frames of that function; what stands here is of the first. */
  frames: bigint;
}

export interface ObjectPaths {
  object: HeapObject;
  /** Bytes. */
  retained: bigint;
  garbage: boolean;
  owner: string | null;
  paths: RootPath[];
  maxDepth?: number | undefined;
  /** Whether the dump is not complete: what keeps the object alive may have been lost. */
  incomplete: boolean;
  /** Of garbage: what refers to it. */
  referrers: { object: HeapObject; hold: Hold }[];
}

/** Steps of a path that are looked at: these at its beginning, and these at its end. */
const HEAD = 24;
const TAIL = 8;
const REFERRERS = 5;

/** What no path may go through, as path_to_root() takes it, and how many references it may have. */
export interface Bounds {
  avoid: string | null;
  maxDepth?: number | undefined;
}

/** At most `limit` paths of one object, the shortest first, each from another root. */
export function pathsOf(heap: Heap, id: bigint, bounds: Bounds, limit: number): ObjectPaths {
  const facts = heap.get<{ retained: bigint; garbage: bigint; owner: string | null }>(
    "SELECT retained, garbage, owner FROM {heap}.object WHERE id = ?",
    id,
  );
  const garbage = facts?.garbage === 1n;
  return {
    object: heap.object(id),
    retained: facts?.retained ?? 0n,
    garbage,
    maxDepth: bounds.maxDepth,
    incomplete: isIncomplete(heap),
    owner: facts?.owner ?? null,
    paths: garbage ? [] : rootPaths(heap, id, bounds, limit),
    referrers: garbage ? referrersOf(heap, id) : [],
  };
}

export interface PathsBetween {
  /** Sets (docs/sets.md). */
  from: string;
  to: string;
  bounds: Bounds;
  paths: RootPath[];
  incomplete: boolean;
}

/** At most `limit` paths from objects of one set to any of another, each from another object, the shortest first. */
export function pathsBetween(
  heap: Heap,
  from: string,
  to: string,
  bounds: Bounds,
  limit: number,
): PathsBetween {
  const rows = heap.all<Row>(
    `SELECT ${STEP} FROM {heap}.path_between(?, ?, ?, ?, ?) WHERE ${SHOWN}`,
    from,
    to,
    bounds.avoid ?? "",
    limit,
    bounds.maxDepth ?? null,
  );
  return { from, to, bounds, paths: pathsFrom(heap, rows), incomplete: isIncomplete(heap) };
}

interface Row {
  path: bigint;
  step: bigint;
  id: bigint;
  /** Null where a path begins at no root. */
  kind: string | null;
  part: string;
  length: bigint;
  whole: string | null;
}

function rootPaths(heap: Heap, id: bigint, { avoid, maxDepth }: Bounds, limit: number): RootPath[] {
  const rows = heap.all<Row>(
    `SELECT ${STEP} FROM {heap}.path_to_root(?, ?, ?, ?) WHERE ${SHOWN}`,
    id,
    avoid ?? "",
    limit,
    maxDepth ?? null,
  );
  return pathsFrom(heap, rows);
}

const STEP = "path, step, id, kind, part, length, whole";
const SHOWN = `(step < ${HEAD} OR step > length - ${TAIL})`;

/** Paths by their rows, which are in order. */
function pathsFrom(heap: Heap, rows: Row[]): RootPath[] {
  const objects = heap.objects<HeapObject & { retained: bigint }>(
    rows.map((row) => row.id),
    "o.retained",
  );
  const roots = heap.roots(rows.flatMap((row) => (row.step === 0n ? [row.id] : [])));
  const paths: RootPath[] = [];
  for (const row of rows) {
    if (row.step === 0n) {
      const root = roots(row.id).find(({ kind }) => kind === row.kind) ?? null;
      paths.push({ text: row.whole ?? "", root, place: placeOf(heap, root), steps: [], length: row.length });
    }
    const object = objects(row.id);
    paths.at(-1)?.steps.push({ ...row, object, retained: object.retained });
  }
  return paths;
}

function placeOf(heap: Heap, root: Root | null): FramePlace | null {
  if (root?.kind !== "frame" || !root.name) return null;
  const name = root.name.replace(/\.f_locals\[.*$/, "");
  const found = heap.get<FramePlace>(
    `SELECT frame.function, frame.file, frame.line, thread.name AS thread, count(*) OVER () AS frames
       FROM {heap}.frame AS frame LEFT JOIN {heap}.thread AS thread ON thread.id = frame.thread
      WHERE frame.function = ? AND frame.greenlet IS NULL LIMIT 1`,
    name,
  );
  return found ?? null;
}

function referrersOf(heap: Heap, id: bigint): ObjectPaths["referrers"] {
  const holds = holdersOf(heap, id).holds.slice(0, REFERRERS);
  const objects = heap.objects(holds.map(({ holder }) => holder));
  return holds.map((hold) => ({ hold, object: objects(hold.holder) }));
}

export interface MergedPath {
  /** [*] for any key or index; null for garbage. */
  path: string | null;
  count: bigint;
  /** Bytes, as `retained`. */
  size: bigint;
  retained: bigint;
  example: HeapObject;
}

export interface TypePaths {
  names: string[];
  /** In the place of types. */
  set?: string;
  /** Objects. */
  count: bigint;
  merged: MergedPath[];
  maxDepth?: number | undefined;
  /** Instances that only what is excluded keeps alive, or paths that are too long. */
  without: bigint;
}

interface MergedRow extends Omit<MergedPath, "example"> {
  example: bigint;
  garbage: bigint;
}

/** The paths of all instances of some types, like ones together, those of most instances first. */
export function mergedPaths(heap: Heap, types: bigint[], { avoid, maxDepth }: Bounds): TypePaths {
  const known = heap.types().filter(({ id }) => id !== null && types.includes(id));
  const rows = types.flatMap((type) =>
    heap.all<MergedRow>(
      "SELECT path, count, size, retained, example, garbage FROM {heap}.merged_paths(?, ?, NULL, ?)",
      type,
      avoid ?? "",
      maxDepth ?? null,
    ),
  );
  return { names: known.map(({ name }) => name), maxDepth, ...mergedRows(heap, rows) };
}

function mergedRows(heap: Heap, rows: MergedRow[]): Omit<TypePaths, "names" | "set" | "maxDepth"> {
  const isExcluded = ({ path, garbage }: MergedRow) => path === null && garbage === 0n;
  const sum = (counts: { count: bigint }[]) => counts.reduce((total, { count }) => total + count, 0n);
  return {
    count: sum(rows),
    merged: joined(
      heap,
      rows.filter((row) => !isExcluded(row)),
    ).sort(byCount),
    without: sum(rows.filter(isExcluded)),
  };
}

/** The same of the objects of a set. */
export function mergedPathsOfSet(heap: Heap, set: string, { avoid, maxDepth }: Bounds): TypePaths {
  const rows = heap.all<MergedRow>(
    "SELECT path, count, size, retained, example, garbage FROM {heap}.merged_paths(NULL, ?, ?, ?)",
    avoid ?? "",
    set,
    maxDepth ?? null,
  );
  return { names: [], set, maxDepth, ...mergedRows(heap, rows) };
}

/** Instances of several types on one path are one row. */
function joined(heap: Heap, rows: MergedRow[]): MergedPath[] {
  const byPath = new Map<string | null, MergedRow>();
  for (const row of rows) {
    const known = byPath.get(row.path);
    if (!known) byPath.set(row.path, { ...row });
    else {
      known.count += row.count;
      known.size += row.size;
      known.retained += row.retained;
    }
  }
  const merged = [...byPath.values()];
  const objects = heap.objects(merged.map(({ example }) => example));
  return merged.map((row) => ({ ...row, example: objects(row.example) }));
}

function byCount(a: MergedPath, b: MergedPath): number {
  return largerFirst(a.count, b.count);
}
