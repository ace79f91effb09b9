// Where the resident memory of a process is, and in what of it a growth lies.
import type { Heap } from "../store/heap.js";
import { isIncomplete } from "./incomplete.js";

/** A part of the resident memory; the parts at the top add up to it. Bytes. */
export interface MemoryPart {
  name: string;
  parent: string | null;
  /** In the last dump. */
  bytes: bigint;
  /** Blocks, pools, chunks or stacks, in the last dump; 0 if they are not counted. */
  count: bigint;
  /** In each dump, the first one first. */
  perDump: bigint[];
}

/** Chunks of malloc that are alike, in which no object is. */
export interface Chunks {
  /** In bytes; null for all other sizes. */
  size: bigint | null;
  /** The word that they begin with, an address in `library`. */
  firstWord: bigint | null;
  library: string | null;
  /** The variable there, such as `vtable for arrow::Buffer`. */
  symbol: string | null;
  count: bigint;
  bytes: bigint;
  /** Since the first dump; null with one dump. */
  newCount: bigint | null;
  growth: bigint | null;
}

/** What keeps pools that are free for the most part. */
export interface Pinning {
  typeName: string;
  objects: bigint;
  pools: bigint;
  /** Bytes of free blocks. */
  free: bigint;
}

/** What a growth consists of, or the memory if there is one dump. Bytes. */
export interface Amounts {
  resident: bigint;
  /** Sizes of all objects. */
  objects: bigint;
  /** What allocators keep. */
  free: bigint;
  /** Pages of files, and shared memory. */
  files: bigint;
  /** The rest: memory of C code. */
  native: bigint;
}

export type VerdictKind = "python" | "native" | "fragmentation" | "steady" | "unknown";

export interface MemoryReport {
  parts: MemoryPart[];
  /** In each dump. */
  resident: bigint[];
  /** In the last dump, and since the first one; null with one dump. */
  last: Amounts;
  growth: Amounts | null;
  verdict: VerdictKind;
  /** Those of most bytes first; with several dumps those that grew most. */
  chunks: Chunks[];
  pinning: Pinning[];
  /** Types that are not built in, and of which there are more than in the first dump; those that grew most. */
  came: { typeName: string; count: bigint }[];
  /** Heaps of arenas of malloc's, beside the main one. */
  arenas: bigint;
  /** What could not be told apart, in words. */
  unknown: string[];
}

const FREE = ["free blocks", "empty pools", "free chunks"];
const FILES = ["pages of files", "shared memory"];
/** Part of a program that has just started, and of no growth. */
const SMALLEST_GROWTH = 1n << 20n;
const CHUNKS = 5;
const PINNING = 5;
const CAME = 2;
const FEWEST = 10n;

interface Row {
  name: string;
  parent: string | null;
  bytes: bigint;
  count: bigint;
}

const rowsOf = (heap: Heap) => heap.all<Row>("SELECT name, parent, bytes, count FROM {heap}.memory");

const sumOf = (rows: Row[], names?: string[]) =>
  rows
    .filter(({ name, parent }) => (names ? names.includes(name) : parent === null))
    .reduce((sum, { bytes }) => sum + bytes, 0n);

const positive = (bytes: bigint) => (bytes > 0n ? bytes : 0n);

function amountsOf(heap: Heap, rows: Row[]): Amounts {
  const resident = sumOf(rows);
  const [objects, free, files] = [heap.totals().size, sumOf(rows, FREE), sumOf(rows, FILES)];
  return { resident, objects, free, files, native: positive(resident - objects - free - files) };
}

function difference(last: Amounts, first: Amounts): Amounts {
  const resident = last.resident - first.resident;
  const [objects, free, files] = [
    last.objects - first.objects,
    last.free - first.free,
    last.files - first.files,
  ];
  return { resident, objects, free, files, native: resident - objects - free - files };
}

/** Undefined if the dumps do not tell of their process's memory. */
export function surveyMemory(heaps: [Heap, ...Heap[]]): MemoryReport | undefined {
  const tables = heaps.map(rowsOf);
  if (tables.some((rows) => rows.length === 0)) return undefined;
  const [first, last] = [heaps[0], heaps.at(-1) as Heap];
  const [firstRows, lastRows] = [tables[0] ?? [], tables.at(-1) ?? []];
  const now = amountsOf(last, lastRows);
  const growth = heaps.length > 1 ? difference(now, amountsOf(first, firstRows)) : null;
  const unknown = heaps.flatMap(whatIsNotKnown);
  return {
    parts: partsOf(tables),
    resident: tables.map((rows) => sumOf(rows)),
    last: now,
    growth,
    verdict: growth ? verdictOfGrowth(growth, now, unknown) : verdictOf(now, unknown),
    chunks: chunksOf(last, heaps.length > 1 ? first : undefined),
    pinning: pinningOf(last),
    came: heaps.length > 1 ? whatCame(first, last) : [],
    arenas:
      last.get<{ n: bigint }>("SELECT count(*) AS n FROM {heap}.malloc_heap WHERE kind = 'arena'")?.n ?? 0n,
    unknown: [...new Set(unknown)],
  };
}

/** Less is what a Python program takes beside its objects. */
const MUCH = 64n << 20n;

/** Whether a leak, if there is one, is more likely to be in memory that is not of Python objects. */
export function isElsewhere({ verdict, growth, last }: MemoryReport): boolean {
  if (verdict !== "native" && verdict !== "fragmentation") return false;
  return growth !== null || last.resident - last.objects > MUCH;
}

/** The parts of all dumps, in the order of the last one; what has gone since follows. */
function partsOf(tables: Row[][]): MemoryPart[] {
  const last = tables.at(-1) ?? [];
  const all = new Map(last.map((row) => [row.name, row]));
  for (const row of tables.flat()) {
    if (!all.has(row.name)) all.set(row.name, { ...row, bytes: 0n, count: 0n });
  }
  const parts = [...all.values()].map((row) => ({
    ...row,
    perDump: tables.map((rows) => rows.find(({ name }) => name === row.name)?.bytes ?? 0n),
  }));
  return parts
    .filter(({ parent }) => parent === null)
    .flatMap((top) => [top, ...parts.filter(({ parent }) => parent === top.name)]);
}

function verdictOf({ resident, objects, free, native }: Amounts, unknown: string[]): VerdictKind {
  if (objects * 2n >= resident) return "python";
  if (free * 2n >= resident) return "fragmentation";
  if (unknown.length > 0) return "unknown";
  const most = [objects, free, native].reduce((a, b) => (a > b ? a : b));
  return most === native ? "native" : most === objects ? "python" : "fragmentation";
}

function verdictOfGrowth(growth: Amounts, now: Amounts, unknown: string[]): VerdictKind {
  const { resident, objects, free, native } = growth;
  const least = now.resident / 50n;
  if (resident < (least > SMALLEST_GROWTH ? least : SMALLEST_GROWTH)) return "steady";
  if (objects * 2n >= resident) return "python";
  // What is free in one of two dumps, and not known in the other, is no growth.
  if (unknown.length > 0) return "unknown";
  return free > native && free > objects ? "fragmentation" : objects > native ? "python" : "native";
}

function whatIsNotKnown(heap: Heap): string[] {
  const meta = heap.meta();
  if (meta.get("mode") === "python") return ["in python mode the allocators are not looked into"];
  const { heaps = 0n, problems = 0n } =
    heap.get<{ heaps: bigint; problems: bigint }>(
      "SELECT count(*) AS heaps, count(problem) AS problems FROM {heap}.malloc_heap",
    ) ?? {};
  return [
    ...(heaps === 0n ? [`malloc is not glibc's${allocatorOf(heap)}: its memory is of unknown use`] : []),
    ...(problems > 0n ? ["a heap of malloc's could not be read"] : []),
    ...(meta.has("memory_unread") ? ["some mappings could not be read"] : []),
    ...(isIncomplete(heap) ? ["objects that the dump has lost count as memory of C code"] : []),
  ];
}

const ALLOCATORS = /(jemalloc|tcmalloc|mimalloc|musl|snmalloc|hoard)/;

/** As its library says. */
function allocatorOf(heap: Heap): string {
  const paths = heap.all<{ path: string }>("SELECT DISTINCT path FROM {heap}.mapping WHERE path IS NOT NULL");
  const found = paths.map(({ path }) => ALLOCATORS.exec(path)?.[1]).find((name) => name !== undefined);
  return found === undefined ? "" : ` (${found})`;
}

interface ChunkRow {
  size: bigint | null;
  first_word: bigint | null;
  library: string | null;
  symbol: string | null;
  count: bigint;
  bytes: bigint;
}

const OTHER_CHUNKS =
  "SELECT size, first_word, library, symbol, count, bytes FROM {heap}.chunk WHERE use = 'other'";

function chunksOf(heap: Heap, first: Heap | undefined): Chunks[] {
  const key = ({ size, first_word }: ChunkRow) => `${size} ${first_word}`;
  const before = new Map(first?.all<ChunkRow>(OTHER_CHUNKS).map((row) => [key(row), row]));
  const rows = heap.all<ChunkRow>(OTHER_CHUNKS).map((row) => {
    const { size, first_word: firstWord, library, symbol, count, bytes } = row;
    const old = before.get(key(row));
    return {
      size,
      firstWord,
      library,
      symbol,
      count,
      bytes,
      newCount: first ? count - (old?.count ?? 0n) : null,
      growth: first ? bytes - (old?.bytes ?? 0n) : null,
    };
  });
  const weight = ({ growth, bytes }: Chunks) => growth ?? bytes;
  rows.sort((a, b) => (weight(b) > weight(a) ? 1 : weight(b) < weight(a) ? -1 : 0));
  return rows.filter((row) => weight(row) > 0n).slice(0, CHUNKS);
}

function whatCame(first: Heap, last: Heap): MemoryReport["came"] {
  const before = new Map(first.types().map(({ name, count }) => [name, count]));
  return last
    .types()
    .filter(({ name }) => name.includes("."))
    .map(({ name, count }) => ({ typeName: name, count: count - (before.get(name) ?? 0n) }))
    .filter(({ count }) => count >= FEWEST)
    .sort((a, b) => (b.count > a.count ? 1 : b.count < a.count ? -1 : 0))
    .slice(0, CAME);
}

function pinningOf(heap: Heap): Pinning[] {
  const rows = heap.all<{ type: bigint | null; objects: bigint; pools: bigint; free: bigint }>(
    "SELECT type, objects, pools, free FROM {heap}.pinning ORDER BY free DESC LIMIT ?",
    PINNING,
  );
  return rows.map(({ type, ...row }) => ({ typeName: heap.typeName(type), ...row }));
}
