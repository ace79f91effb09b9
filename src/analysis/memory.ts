// Where the resident memory of a process is, and in what of it a growth lies.
import type { Heap } from "../store/heap.js";
import { isIncomplete } from "./incomplete.js";
import { bothModes } from "./modes.js";
import { largerFirst } from "./order.js";
import { findUnknownMemory } from "./unknown-memory.js";

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

/** What the memory consists of, or its growth. Bytes that are resident; what grew into free memory is no growth. */
export interface Amounts {
  resident: bigint;
  /** Of Python objects and their tables, as far as is known. */
  python: bigint;
  /** What allocators keep. */
  free: bigint;
  /** Pages of files, and shared memory. */
  files: bigint;
  /** What tracemalloc takes for what it has traced. */
  tracing: bigint;
  /** Of C code, and of the interpreter. */
  native: bigint;
}

export type VerdictKind = "python" | "native" | "fragmentation" | "tracing" | "steady" | "unknown";

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
  /** Types of which there are more objects than in the first dump, those that grew most, and that may own what came. */
  came: { typeName: string; count: bigint }[];
  /** Bytes in the last dump: not resident, since they are swapped out; and resident in huge pages. */
  swapped: bigint;
  huge: bigint;
  /** Heaps of arenas of malloc's, beside the main one. */
  arenas: bigint;
  /** What could not be told apart, in words. */
  unknown: string[];
}

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

const POOLS_IN_USE = ["objects in pools", "other blocks in use", "pool headers"];
const FREE_IN_POOLS = ["free blocks", "empty pools"];
const TRACING = ["tables of tracemalloc"];
const CHUNKS_IN_USE = ["objects in chunks", "other chunks in use", ...TRACING];
const FILES = ["pages of files", "shared memory"];

interface Facts {
  rows: Row[];
  /** Sizes of all objects together. */
  objects: bigint;
}

/** From the first to the last; from nothing if there is no first. */
function amountsOf(last: Facts, first: Facts = { rows: [], objects: 0n }): Amounts {
  const grew = (names?: string[]) => sumOf(last.rows, names) - sumOf(first.rows, names);
  const resident = grew();
  const [pools, poolsFree] = net(grew(POOLS_IN_USE), grew(FREE_IN_POOLS));
  // Where the allocators are not known, objects are in what is of unknown use.
  const [chunks, chunksFree] = net(
    grew([...CHUNKS_IN_USE, "heaps that could not be read", "other private memory"]),
    grew(["free chunks"]),
  );
  const tracing = between(grew(TRACING), 0n, positive(chunks));
  const inChunks = between(last.objects - first.objects - grew(POOLS_IN_USE), 0n, chunks - tracing);
  const [python, free, files] = [pools + inChunks, poolsFree + chunksFree, grew(FILES)];
  return { resident, python, free, files, tracing, native: resident - python - free - files - tracing };
}

/** What is used and what is free of an allocator's growth: one grows at the cost of the other before it grows. */
function net(used: bigint, free: bigint): [bigint, bigint] {
  if (free < 0n) return [used > 0n ? positive(used + free) : used + free, 0n];
  return used < 0n ? [0n, positive(used + free)] : [used, free];
}

const positive = (bytes: bigint) => (bytes > 0n ? bytes : 0n);

function between(value: bigint, least: bigint, most: bigint): bigint {
  if (value < least || most < least) return least;
  return value < most ? value : most;
}

/** Undefined if the dumps do not tell of their process's memory. */
export function surveyMemory(heaps: [Heap, ...Heap[]]): MemoryReport | undefined {
  const facts = heaps.map((heap) => ({ rows: rowsOf(heap), objects: heap.totals().size }));
  if (facts.some(({ rows }) => rows.length === 0) || bothModes(heaps)) return undefined;
  const [first, last] = [heaps[0], heaps.at(-1) as Heap];
  const [before, after] = [facts[0] as Facts, facts.at(-1) as Facts];
  const now = amountsOf(after);
  const growth = heaps.length > 1 ? amountsOf(after, before) : null;
  const doubts = heaps.flatMap((heap, i) => doubtsOf(heap, facts[i]?.rows ?? []));
  const tables = facts.map(({ rows }) => rows);
  return {
    parts: partsOf(tables),
    resident: tables.map((rows) => sumOf(rows)),
    last: now,
    growth,
    verdict: growth ? verdictOfGrowth(growth, now, doubts) : verdictOf(now, doubts),
    chunks: chunksOf(last, heaps.length > 1 ? first : undefined),
    pinning: pinningOf(last),
    ...pagesOf(last),
    came: heaps.length > 1 ? whatCame(first, last) : [],
    arenas:
      last.get<{ n: bigint }>("SELECT count(*) AS n FROM {heap}.malloc_heap WHERE kind = 'arena'")?.n ?? 0n,
    unknown: [...new Set(doubts.map(({ words }) => words))],
  };
}

/** Less is what a Python program takes beside its objects. */
const MUCH = 64n << 20n;

/** Whether a leak, if there is one, is more likely to be in memory that is not of Python objects. */
export function isElsewhere({ verdict, growth, last }: MemoryReport): boolean {
  if (verdict !== "native" && verdict !== "fragmentation") return false;
  return growth !== null || last.native + last.free > MUCH;
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

function verdictOf({ resident, python, free, tracing, native }: Amounts, doubts: Doubt[]): VerdictKind {
  if (python * 2n >= resident && !doubts.some(({ ofObjects }) => ofObjects)) return "python";
  if (free * 2n >= resident) return "fragmentation";
  if (doubts.length > 0) return "unknown";
  const most = largest(python, free, tracing, native);
  if (most === tracing) return "tracing";
  return most === native ? "native" : most === python ? "python" : "fragmentation";
}

function verdictOfGrowth(growth: Amounts, now: Amounts, doubts: Doubt[]): VerdictKind {
  const { resident, python, free, files, tracing, native } = growth;
  if (resident < largest(SMALLEST_GROWTH, now.resident / 50n)) return "steady";
  if (python * 2n >= resident && !doubts.some(({ ofObjects }) => ofObjects)) return "python";
  if (doubts.length > 0) return "unknown";
  const most = largest(python, free, files, tracing, native);
  if (most === tracing) return "tracing";
  return most === python ? "python" : most === free ? "fragmentation" : "native";
}

/** Math.max takes no bigint. */
function largest(first: bigint, ...others: bigint[]): bigint {
  let most = first;
  for (const value of others) if (value > most) most = value;
  return most;
}

/** A share of the resident memory that makes an answer doubtful if it is not known. */
const DOUBTFUL = 10n;

/** What is not known of a dump's memory. */
interface Doubt {
  words: string;
  /** Whether even what objects take is not known. */
  ofObjects: boolean;
}

function doubtsOf(heap: Heap, rows: Row[]): Doubt[] {
  const meta = heap.meta();
  const resident = sumOf(rows);
  const doubts: Doubt[] = [];
  const doubt = (holds: boolean, words: string, ofObjects = false) => {
    if (holds) doubts.push({ words, ofObjects });
  };
  const lost = isIncomplete(heap);
  doubt(lost, "the dump is not complete: what it has lost counts as memory of C code", true);
  if (meta.get("mode") === "python") {
    doubt(true, "in python mode the allocators are not looked into");
    return doubts;
  }
  const { heaps = 0n, problems = 0n } =
    heap.get<{ heaps: bigint; problems: bigint }>(
      "SELECT count(*) AS heaps, count(problem) AS problems FROM {heap}.malloc_heap",
    ) ?? {};
  doubt(heaps === 0n && !lost, `malloc is not glibc's${allocatorOf(heap)}: its memory is of unknown use`);
  doubt(problems > 0n, "a heap of malloc's could not be read");
  doubt(meta.has("memory_unread"), "some mappings could not be read");
  const notRead = sumOf(rows, ["mappings that were not read"]);
  doubt(
    notRead * DOUBTFUL > resident,
    "most of some mappings is not in memory, or swapped out: they were not read",
    true,
  );
  const used = heap.get<{ bytes: bigint | null }>(
    "SELECT sum(bytes) AS bytes FROM {heap}.chunk WHERE use <> 'free'",
  );
  const untouched = (used?.bytes ?? 0n) - sumOf(rows, CHUNKS_IN_USE);
  doubt(
    untouched * DOUBTFUL > resident,
    "of malloc's chunks a part was never written to, or is swapped out: whose is not known",
    true,
  );
  return doubts;
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
  rows.sort((a, b) => largerFirst(weight(a), weight(b)));
  return rows.filter((row) => weight(row) > 0n).slice(0, CHUNKS);
}

function pagesOf(heap: Heap): Pick<MemoryReport, "swapped" | "huge"> {
  const pages = heap.get<Pick<MemoryReport, "swapped" | "huge">>(
    "SELECT coalesce(sum(swapped), 0) AS swapped, coalesce(sum(huge), 0) AS huge FROM {heap}.mapping",
  );
  return pages ?? { swapped: 0n, huge: 0n };
}

/** Of types that own memory which is not known, if there are any, for they may own what came. */
function whatCame(first: Heap, last: Heap): MemoryReport["came"] {
  const grown = (before: Counted[], after: Counted[]) => {
    const counts = new Map(before.map(({ typeName, count }) => [typeName, count]));
    return after
      .map(({ typeName, count }) => ({ typeName, count: count - (counts.get(typeName) ?? 0n) }))
      .filter(({ count }) => count >= FEWEST)
      .sort((a, b) => largerFirst(a.count, b.count))
      .slice(0, CAME);
  };
  const unknown = (heap: Heap) => findUnknownMemory(heap)?.types ?? [];
  const all = (heap: Heap) =>
    heap.types().flatMap(({ name, count }) => (name.includes(".") ? [{ typeName: name, count }] : []));
  const owners = grown(unknown(first), unknown(last));
  return owners.length > 0 ? owners : grown(all(first), all(last));
}

type Counted = MemoryReport["came"][number];

function pinningOf(heap: Heap): Pinning[] {
  const rows = heap.all<{ type: bigint | null; objects: bigint; pools: bigint; free: bigint }>(
    "SELECT type, objects, pools, free FROM {heap}.pinning ORDER BY free DESC LIMIT ?",
    PINNING,
  );
  return rows.map(({ type, ...row }) => ({ typeName: heap.typeName(type), ...row }));
}
