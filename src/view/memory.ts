import { basename } from "node:path";
import {
  type Amounts,
  type Chunks,
  isElsewhere,
  type MemoryPart,
  type MemoryReport,
} from "../analysis/memory.js";
import { jsonTable } from "./json.js";
import { sentences } from "./lines.js";
import { nextStep } from "./next.js";
import { table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { addressText, escapeControls, plural } from "./text.js";
import { countText, shareText, signedSizeText, sizeText } from "./units.js";

export function memoryText(report: MemoryReport, files: string[], terminal: Terminal): string {
  const { bold } = terminal.colors;
  const several = report.resident.length > 1;
  const blocks = [
    sentences(verdictWords(report), terminal, bold),
    [partsTable(report, several, terminal), ...pagesLines(report, terminal)].join("\n"),
    ...(report.chunks.length > 0 ? [chunksTable(report.chunks, several, terminal)] : []),
    ...(report.verdict === "fragmentation" && report.pinning.length > 0
      ? [pinningTable(report, terminal)]
      : []),
    ...report.unknown.map((what) => sentences(`Not known: ${what}.`, terminal)),
    nextFor(report, files, terminal),
  ];
  return blocks.join("\n\n");
}

function nextFor({ verdict, came }: MemoryReport, files: string[], terminal: Terminal): string {
  const last = files.at(-1) ?? "";
  const [owner] = came;
  if (verdict === "native" && owner) return nextStep(terminal, "path", last, owner.typeName);
  return verdict === "python" || verdict === "tracing" || verdict === "unknown"
    ? nextStep(terminal, "leaks", ...files)
    : nextStep(terminal, "sql", last, "SELECT * FROM chunk LIMIT 20");
}

function partsTable({ parts, last }: MemoryReport, several: boolean, terminal: Terminal): string {
  const { bold } = terminal.colors;
  return table(
    [
      { title: "SIZE", align: "right", paint: bold },
      { title: "SHARE", align: "right" },
      ...(several ? [{ title: "GROWTH", align: "right" as const }] : []),
      { title: "COUNT", align: "right" },
      { title: "WHAT", cut: "name" },
    ],
    parts.map((part) => [
      sizeText(part.bytes),
      shareText(part.bytes, last.resident),
      ...(several ? [signedSizeText(growthOf(part))] : []),
      part.count === 0n ? "" : countText(part.count),
      part.parent === null ? part.name : `  ${part.name}`,
    ]),
    terminal,
  );
}

/** What the tree does not tell. */
function pagesLines({ swapped, huge }: MemoryReport, terminal: Terminal): string[] {
  const told = [
    ...(huge > 0n ? [`${sizeText(huge)} of it are in huge pages`] : []),
    ...(swapped > 0n ? [`${sizeText(swapped)} more are swapped out`] : []),
  ];
  return told.length > 0 ? [sentences(`${told.join("; ")}.`, terminal, terminal.colors.dim)] : [];
}

const growthOf = ({ perDump }: MemoryPart) => (perDump.at(-1) ?? 0n) - (perDump[0] ?? 0n);

function chunksTable(chunks: Chunks[], several: boolean, terminal: Terminal): string {
  return table(
    [
      { title: "MALLOC CHUNKS WITHOUT OBJECTS", align: "right" },
      ...(several ? [{ title: "GROWTH", align: "right" as const }] : []),
      { title: "COUNT", align: "right" },
      { title: "OF SIZE", align: "right" },
      { title: "THAT BEGIN WITH A POINTER INTO", cut: "name" },
    ],
    chunks.map((row) => [
      sizeText(row.bytes),
      ...(several ? [signedSizeText(row.growth ?? 0n)] : []),
      countText(row.count),
      row.size === null ? "various" : sizeText(row.size),
      escapeControls(
        row.symbol === null || row.library === null
          ? (row.library ?? "")
          : `${row.symbol} (${basename(row.library)})`,
      ),
    ]),
    terminal,
  );
}

function pinningTable({ pinning }: MemoryReport, terminal: Terminal): string {
  return table(
    [
      { title: "KEEPS FREE", align: "right" },
      { title: "OBJECTS", align: "right" },
      { title: "IN POOLS", align: "right" },
      { title: "TYPE", cut: "name" },
    ],
    pinning.map(({ typeName, objects, pools, free }) => [
      sizeText(free),
      countText(objects),
      countText(pools),
      escapeControls(typeName),
    ]),
    terminal,
  );
}

/** What the memory is, or what its growth is. */
export function verdictWords(report: MemoryReport): string {
  return report.growth ? growthWords(report, report.growth) : stateWords(report);
}

const isResident = ({ resident }: Amounts) => `${sizeText(resident)} are resident`;

function stateWords(report: MemoryReport): string {
  const { last, verdict } = report;
  const { resident, python, free, tracing, native } = last;
  const start = `${isResident(last)}, ${sizeText(python)} of them of Python objects (${shareText(python, resident)})`;
  switch (verdict) {
    case "fragmentation":
      return `${start}: ${freeWords(report, free)}`;
    case "native":
      return sentence(
        `${start}: ${sizeText(native)} are memory of C code and of the interpreter.`,
        chunkWords(report),
      );
    case "tracing":
      return `${start}: ${sizeText(tracing)} are tables of tracemalloc, which traces its allocations.`;
    case "unknown":
      return `${isResident(last)}. What all of it is used for is not known.`;
    default:
      return `${start}.`;
  }
}

function growthWords(report: MemoryReport, growth: Amounts): string {
  const { verdict, last } = report;
  const { resident, python, free, files, tracing, native } = growth;
  const objects = grewBy("Python objects", python);
  switch (verdict) {
    case "steady":
      return `${grewBy("Resident memory", resident)} to ${sizeText(last.resident)}, ${objects}: ${resident < 0n ? "it does not grow" : "it does not grow by much"}.`;
    case "python":
      return `The growth is explained: ${grewBy("resident memory", resident)}, ${objects} (${shareText(python, resident)}).`;
    case "native":
      if (files > native) {
        return `${grewBy("Resident memory", resident)}, ${objects}: the growth is in pages of files and shared memory (${sizeText(files)}).`;
      }
      return sentence(
        `${grewBy("Resident memory", resident)}, ${objects}: the growth is in memory of C code (${sizeText(native)}).`,
        files * 4n > resident ? `${sizeText(files)} more are pages of files and shared memory.` : "",
        chunkWords(report),
        cameWords(report),
      );
    case "tracing":
      return `${grewBy("Resident memory", resident)}, ${objects}: the growth is what tracing takes (${sizeText(tracing)} in tables of tracemalloc).`;
    case "fragmentation":
      return `${grewBy("Resident memory", resident)}, ${objects}: ${freeWords(report, free)}`;
    default:
      return `${grewBy("Resident memory", resident)}. What it grew by is not all known.`;
  }
}

function grewBy(what: string, bytes: bigint): string {
  if (bytes === 0n) return `${what} did not grow`;
  return `${what} ${bytes < 0n ? "shrank" : "grew"} by ${sizeText(bytes < 0n ? -bytes : bytes)}`;
}

const sentence = (...parts: string[]) => parts.filter(Boolean).join(" ");

/** Of memory of C code, what it consists of most; nothing that is a small part of it. */
function chunkWords({ chunks, growth, last }: MemoryReport): string {
  const [most] = chunks;
  const bytes = (growth ? most?.growth : most?.bytes) ?? 0n;
  if (!most || most.size === null || bytes * 10n < (growth ?? last).native) return "";
  const count = (growth ? most.newCount : most.count) ?? 0n;
  const chunk = `${plural(count, "chunk")} of ${countText(most.size)} bytes`;
  const to = most.symbol === null ? "into" : `to ${most.symbol}, in`;
  const verb = count === 1n ? "begins" : "begin";
  const library =
    most.library === null ? "" : `, which ${verb} with a pointer ${to} ${basename(most.library)}`;
  return `${chunk} ${growth ? "came" : count === 1n ? "is there" : "are there"}${escapeControls(library)}.`;
}

/** What the memory may be of. */
function cameWords({ came }: MemoryReport): string {
  const types = came.map(({ typeName, count }) => plural(count, `${escapeControls(typeName)} object`));
  return types.length === 0 ? "" : `Meanwhile ${types.join(" and ")} came, which may own it.`;
}

/** What allocators keep, why, and what helps. */
function freeWords({ parts, pinning, arenas }: MemoryReport, free: bigint): string {
  const bytes = (...names: string[]) =>
    parts.filter(({ name }) => names.includes(name)).reduce((sum, part) => sum + part.bytes, 0n);
  const [pools, chunks] = [bytes("free blocks", "empty pools"), bytes("free chunks")];
  const pin = pinning.find((row) => row.free * 10n > free);
  const pinned = pin
    ? ` Pools that few objects keep: ${plural(pin.objects, "object")} of the type ${escapeControls(pin.typeName)} in ${plural(pin.pools, "pool")}.`
    : "";
  const advice =
    chunks > pools
      ? arenas > 8n
        ? `malloc has ${plural(arenas, "arena heap")}: MALLOC_ARENA_MAX=2 makes them fewer.`
        : "malloc_trim(0) gives free pages back; jemalloc, preloaded, keeps less."
      : "Nothing leaks in them: they are used again before more is taken. To allocate what lives long before what lives briefly, or PYTHONMALLOC=malloc with jemalloc, keeps fewer pools.";
  return `${sizeText(free)} are free memory that the allocators keep (now ${sizeText(pools)} in pools of pymalloc, ${sizeText(chunks)} in malloc).${pinned} ${advice}`;
}

export function memoryJson(report: MemoryReport): object {
  const { parts, resident, chunks, pinning, unknown } = report;
  return {
    resident: resident.at(-1),
    dumps: resident,
    verdict: verdictJson(report),
    ...jsonTable(parts, {
      name: ({ name }) => name,
      parent: ({ parent }) => parent,
      bytes: ({ bytes }) => bytes,
      count: ({ count }) => count,
      per_dump: ({ perDump }) => perDump,
    }),
    chunks: jsonTable(chunks, {
      size: ({ size }) => size,
      first_word: ({ firstWord }) => firstWord && addressText(firstWord),
      library: ({ library }) => library,
      symbol: ({ symbol }) => symbol,
      count: ({ count }) => count,
      bytes: ({ bytes }) => bytes,
      new: ({ newCount }) => newCount,
      growth: ({ growth }) => growth,
    }),
    pinning: jsonTable(pinning, {
      type: ({ typeName }) => typeName,
      objects: ({ objects }) => objects,
      pools: ({ pools }) => pools,
      free: ({ free }) => free,
    }),
    came: jsonTable(report.came, { type: ({ typeName }) => typeName, count: ({ count }) => count }),
    swapped: report.swapped,
    huge: report.huge,
    unknown,
  };
}

/** What stands above an answer about objects if most of the memory, or of its growth, is not of objects. */
export function elsewhereLines(report: MemoryReport | undefined, terminal: Terminal): string[] {
  return report && (isElsewhere(report) || isUnexplained(report))
    ? [sentences(verdictWords(report), terminal, terminal.colors.bold)]
    : [];
}

/** More grew than objects explain, and what it is is not known. */
function isUnexplained({ verdict, growth }: MemoryReport): boolean {
  return verdict === "unknown" && growth !== null && growth.resident > growth.python * 2n;
}

/** Null if the dump does not tell. */
export function verdictJson(report: MemoryReport | undefined): object | null {
  return report ? { kind: report.verdict, words: verdictWords(report) } : null;
}
