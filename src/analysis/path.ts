// Why an object, or those of a type, are alive.
import type { Heap, HeapObject, Root } from "../store/heap.js";
import { type Hold, holdersOf } from "./holds.js";
import { isIncomplete } from "./incomplete.js";

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
  step: bigint;
  kind: string;
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
  /** Whether the dump is not complete: what keeps the object alive may have been lost. */
  incomplete: boolean;
  /** Of garbage: what refers to it. */
  referrers: { object: HeapObject; hold: Hold }[];
}

/** Steps of a path that are looked at: these at its beginning, and these at its end. */
const HEAD = 24;
const TAIL = 8;
const REFERRERS = 5;

/** At most `limit` paths of one object, the shortest first, each from another root. */
export function pathsOf(heap: Heap, id: bigint, avoid: string | null, limit: number): ObjectPaths {
  const facts = heap.get<{ retained: bigint; garbage: bigint; owner: string | null }>(
    "SELECT retained, garbage, owner FROM {heap}.object WHERE id = ?",
    id,
  );
  const garbage = facts?.garbage === 1n;
  return {
    object: heap.object(id),
    retained: facts?.retained ?? 0n,
    garbage,
    incomplete: isIncomplete(heap),
    owner: facts?.owner ?? null,
    paths: garbage ? [] : rootPaths(heap, id, avoid, limit),
    referrers: garbage ? referrersOf(heap, id) : [],
  };
}

interface Row {
  path: bigint;
  step: bigint;
  id: bigint;
  kind: string;
  part: string;
  length: bigint;
  whole: string | null;
}

function rootPaths(heap: Heap, id: bigint, avoid: string | null, limit: number): RootPath[] {
  const rows = heap.all<Row>(
    `SELECT path, step, id, kind, part, length, whole FROM {heap}.path_to_root(?, ?, ?)
      WHERE step < ${HEAD} OR step > length - ${TAIL}`,
    id,
    avoid ?? "",
    limit,
  );
  const objects = heap.objects(rows.map((row) => row.id));
  const roots = heap.roots(rows.flatMap((row) => (row.step === 0n ? [row.id] : [])));
  const paths: RootPath[] = [];
  for (const row of rows) {
    if (row.step === 0n) {
      const root = roots(row.id).find(({ kind }) => kind === row.kind) ?? null;
      paths.push({ text: row.whole ?? "", root, place: placeOf(heap, root), steps: [], length: row.length });
    }
    paths.at(-1)?.steps.push({ ...row, object: objects(row.id) });
  }
  return paths;
}

function placeOf(heap: Heap, root: Root | null): FramePlace | null {
  if (root?.kind !== "frame" || !root.name) return null;
  const name = root.name.replace(/\.f_locals\[.*$/, "");
  const found = heap.get<FramePlace>(
    `SELECT frame.function, frame.file, frame.line, thread.name AS thread, count(*) OVER () AS frames
       FROM {heap}.frame AS frame LEFT JOIN {heap}.thread AS thread ON thread.id = frame.thread
      WHERE frame.function = ? LIMIT 1`,
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
  /** Bytes, as `retained`; both null where paths go around what is excluded. */
  size: bigint | null;
  retained: bigint | null;
  example: HeapObject;
}

export interface TypePaths {
  names: string[];
  /** Instances. */
  count: bigint;
  /** Of those, the ones whose paths were looked for. */
  sampled: bigint;
  merged: MergedPath[];
  /** Instances looked at that only what is excluded keeps alive. */
  without: bigint;
}

/** Instances looked at where paths go around what is excluded: each is a search. */
const SAMPLE = 30n;

/** The paths of all instances of some types, like ones together, those of most instances first. */
export function mergedPaths(heap: Heap, types: bigint[], avoid: string | null): TypePaths {
  const known = heap.types().filter(({ id }) => id !== null && types.includes(id));
  const count = known.reduce((sum, type) => sum + type.count, 0n);
  const found = { names: known.map(({ name }) => name), count };
  if (avoid) return { ...found, ...sampledPaths(heap, types, count, avoid) };
  const merged = types.flatMap((type) =>
    heap
      .all<Omit<MergedPath, "example"> & { example: bigint }>(
        "SELECT path, count, size, retained, example FROM {heap}.merged_paths(?)",
        type,
      )
      .map((row) => ({ ...row, example: heap.object(row.example) })),
  );
  return { ...found, sampled: count, merged: joined(merged).sort(byCount), without: 0n };
}

/** Instances of several types on one path are one row. */
function joined(merged: MergedPath[]): MergedPath[] {
  const byPath = new Map<string | null, MergedPath>();
  for (const row of merged) {
    const known = byPath.get(row.path);
    if (!known) byPath.set(row.path, { ...row });
    else {
      known.count += row.count;
      known.size = (known.size ?? 0n) + (row.size ?? 0n);
      known.retained = (known.retained ?? 0n) + (row.retained ?? 0n);
    }
  }
  return [...byPath.values()];
}

function sampledPaths(
  heap: Heap,
  types: bigint[],
  count: bigint,
  avoid: string,
): Pick<TypePaths, "sampled" | "merged" | "without"> {
  const step = count > SAMPLE ? count / SAMPLE : 1n;
  const instances = heap.all<{ id: bigint }>(
    `SELECT id FROM (SELECT id, row_number() OVER () - 1 AS place FROM {heap}.object WHERE type IN (${types}))
      WHERE place % ? = 0 LIMIT ?`,
    step,
    SAMPLE,
  );
  const merged = new Map<string, MergedPath>();
  let without = 0n;
  for (const { id } of instances) {
    const [path] = rootPaths(heap, id, avoid, 1);
    if (!path) without++;
    else {
      const text = path.steps.map(openPart).join("");
      const known = merged.get(text);
      if (known) known.count++;
      else merged.set(text, { path: text, count: 1n, size: null, retained: null, example: heap.object(id) });
    }
  }
  return { sampled: BigInt(instances.length), merged: [...merged.values()].sort(byCount), without };
}

function openPart({ part }: Step): string {
  return part.replace(/^\[.*\]$/s, "[*]").replace(/^<(key|element) .*>$/s, "<$1 *>");
}

function byCount(a: MergedPath, b: MergedPath): number {
  return a.count === b.count ? 0 : a.count > b.count ? -1 : 1;
}
