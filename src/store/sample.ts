// Samples: what a dump counts by one partition, some KB of text each; many of one process in a file (docs/stat-format.md).
import { open, readFile } from "node:fs/promises";
import { ExitCode, HeapdumpError } from "../errors.js";
import { contentOf } from "../model/dump.js";
import type { Taken } from "../model/taken.js";
import type { Heap } from "./heap.js";
import { explainBy } from "./set.js";

/** Objects of a group, and their shallow sizes together in bytes. */
export interface Counted {
  count: bigint;
  size: bigint;
}

/** By the groups' names; null for what is in none. */
export type Counts = Map<string | null, Counted>;

const FORMAT = "heapdump-stat";
const VERSION = 1;

/** What a sample keeps of what its dump says: which process, when and how it was taken, and what was lost of it. */
const KEPT = [
  "dump_id",
  "time",
  "host",
  "pid",
  "boot_id",
  "process_start",
  "executable",
  "python_version",
  "mode",
  "redacted",
  "types",
  "tracemalloc",
  "tracemalloc_unread",
  "complete",
  "status",
  "objects",
  "indexed_objects",
  "unread_members",
];

export class Sample implements Taken {
  constructor(
    /** `FILE:LINE`. */
    readonly path: string,
    /** The partition, and the set that it divides; null for all objects. */
    readonly by: string,
    readonly of: string | null,
    readonly groups: Counts,
    private readonly facts: Map<string, string>,
    private readonly interpreter: bigint | undefined,
  ) {}

  meta(): Map<string, string> {
    return this.facts;
  }

  interpreterAddress(): bigint | undefined {
    return this.interpreter;
  }
}

/** As options of a command. */
export function divisionText({ by, of }: Pick<Sample, "by" | "of">): string {
  return `--by ${by}${of === null ? "" : ` --of '${of}'`}`;
}

/** What a heap has of each group of a set; a type in it that the heap does not have stands for no objects. */
export function countGroups(heap: Heap, by: string, of: string | null): Counts {
  const rows = explainBy(by, () =>
    heap.all<Counted & { name: string | null }>("SELECT name, count, size FROM {heap}.counts(?, ?)", by, of),
  );
  return new Map(rows.map(({ name, count, size }) => [name, { count, size }]));
}

/** The line of a file that is a sample of the heap, and how many objects and groups are in it. */
export function sampleOf(
  heap: Heap,
  by: string,
  of: string | null,
): { line: string; objects: bigint; groups: bigint } {
  const meta = heap.meta();
  const facts = KEPT.flatMap((key) => (meta.has(key) ? [[key, meta.get(key)]] : []));
  const address = heap.interpreterAddress();
  const groups = [...countGroups(heap, by, of)]
    .map(([name, { count, size }]) => ({ name, count, size }))
    .sort((a, b) => Number(b.size - a.size) || ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
  const sample = {
    format: FORMAT,
    version: VERSION,
    by,
    of,
    meta: { ...Object.fromEntries(facts), content: contentOf((key) => meta.get(key)) },
    interpreter: address === undefined ? null : `0x${address.toString(16)}`,
    groups: groups.map(({ name, count, size }) => [name, count, size]),
  };
  return {
    line: JSON.stringify(sample, (_, part) => plain(part)),
    objects: groups.reduce((sum, { count }) => sum + count, 0n),
    groups: BigInt(groups.length),
  };
}

/** Integers that a double cannot hold become strings, as in all JSON of ours. */
function plain(part: unknown): unknown {
  if (typeof part !== "bigint") return part;
  return part <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(part) : String(part);
}

/** Whether a file is one of samples: a dump never begins like one. */
export async function hasSamples(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    if (!(await file.stat()).isFile()) return false;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, 0);
    return bytesRead === 1 && buffer[0] === "{".charCodeAt(0);
  } finally {
    await file.close();
  }
}

export interface Samples {
  samples: Sample[];
  /** What could not be read, in sentences. */
  problems: string[];
}

/** The samples of a file, in its order. Throws with exit code 5 if there is none that can be read. */
export async function readSamples(path: string): Promise<Samples> {
  const found = parseSamples(await readFile(path, "utf8"), path);
  if (found.samples.length > 0) return found;
  throw new HeapdumpError(ExitCode.Unreadable, `${path}: it has no sample that can be read`);
}

/** `path` is what the samples are named by. */
export function parseSamples(text: string, path: string): Samples {
  const lines = text.split("\n");
  const samples: Sample[] = [];
  const problems: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (line === "") continue;
    const sample = parsed(line, `${path}:${i + 1}`);
    if (sample) samples.push(sample);
    else if (i === lines.length - 1)
      problems.push(`the last line of ${path} is cut off: its sample is left out`);
    else problems.push(`${path}:${i + 1} is not a sample: it is left out`);
  }
  return { samples, problems };
}

function parsed(line: string, path: string): Sample | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== "object" || value.format !== FORMAT) return undefined;
  const { version, by, of, meta, interpreter, groups } = value;
  if (typeof version === "number" && version > VERSION) {
    throw new HeapdumpError(
      ExitCode.Unreadable,
      `${path}: it is of version ${version} of the format; this heapdump reads version ${VERSION}`,
    );
  }
  const counts = countsOf(groups);
  const facts = Object.entries(meta ?? {});
  const isMeant =
    typeof by === "string" &&
    (of === null || typeof of === "string") &&
    (interpreter === null || isInteger(interpreter)) &&
    facts.every(([, fact]) => typeof fact === "string");
  if (!isMeant || !counts) return undefined;
  const address = interpreter === null ? undefined : BigInt(interpreter as string);
  return new Sample(path, by, of, counts, new Map(facts as [string, string][]), address);
}

function countsOf(groups: unknown): Counts | undefined {
  if (!Array.isArray(groups)) return undefined;
  const counts: Counts = new Map();
  for (const group of groups) {
    const [name, count, size] = Array.isArray(group) ? group : [];
    if (!(name === null || typeof name === "string") || !isInteger(count) || !isInteger(size))
      return undefined;
    counts.set(name, { count: BigInt(count), size: BigInt(size) });
  }
  return counts;
}

/** As `plain` writes it, or an address. */
function isInteger(value: unknown): value is string | number {
  return typeof value === "number"
    ? Number.isSafeInteger(value) && value >= 0
    : typeof value === "string" && /^(\d+|0x[0-9a-f]+)$/.test(value);
}
