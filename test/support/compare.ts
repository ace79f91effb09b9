// Dumps compared by the reader that was written from the format's page alone.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { newest } from "./interpreters.js";

/** What differs, by what it is about. */
export type Differences = Record<string, { count: number; examples: unknown[] }>;

export interface ReportComparison {
  complete: boolean;
  consistent: string;
  reported: number;
  dumped: number;
  /** Objects that the dump does not have, by type. */
  missing: Differences;
  /** Objects whose type is another, by type. */
  types: Differences;
  /** By type; examples are size reported, size in the dump, address. */
  sizes: Differences;
  /** References that the dump does not have. */
  edges: Differences;
  /** References of the dump to what is not an object of it. */
  dangling: Differences;
  /** What the dump has beyond the report. */
  more_edges: Record<string, number>;
  more_objects: Record<string, number>;
  more: [address: number, type: number, size: number, typeName: string][];
}

export interface DumpedObject {
  address: number;
  type: string;
  size: number;
  flags: number;
  content: string | null;
  references: [kind: string, label: string | number | null, target: number | null][];
}

const script = (name: string) => fileURLToPath(new URL(`../reader/${name}`, import.meta.url));

function python(...args: string[]): string {
  return execFileSync(newest.path, args, { encoding: "utf8", maxBuffer: 1 << 30 });
}

/** A dump beside the report of test/targets/report.py. */
export function compareWithReport(report: string, dump: string): ReportComparison {
  return JSON.parse(python(script("compare_heaps.py"), "report", report, dump));
}

/** Whatever two dumps do not have in common. */
export function compareDumps(one: string, other: string): Differences {
  return JSON.parse(python(script("compare_heaps.py"), "equal", one, other));
}

/** What the first dump has that the second has not. */
export function missingFrom(second: string, first: string): Differences {
  return JSON.parse(python(script("compare_heaps.py"), "within", first, second));
}

/** Each object by its address, or those at `addresses`. */
export function readObjects(dump: string, addresses: number[] = []): Map<number, DumpedObject> {
  const wanted = addresses.map(String);
  const objects = python(script("read_dump.py"), dump, "--objects", ...wanted)
    .trimEnd()
    .split("\n");
  return new Map(
    objects.map((line) => JSON.parse(line) as DumpedObject).map((object) => [object.address, object]),
  );
}

/** What a dump says of itself. */
export function readMeta(dump: string): Record<string, string> {
  return JSON.parse(python(script("read_dump.py"), dump)).meta;
}
