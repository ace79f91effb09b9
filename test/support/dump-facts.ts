// Counts of dumps, by the reader that was written from the format's page alone.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { newest } from "./interpreters.js";

type Counts = Partial<Record<string, number>>;

export interface DumpFacts {
  /** Objects of each type. */
  types: Counts;
  /** Modules of each name. */
  modules: Counts;
  /** Objects of each type with a reference to what is not an object of the dump. */
  toNothing: Counts;
  /** Objects of each type with a reference to a list. */
  toList: Counts;
  meta: Record<string, string>;
}

const script = fileURLToPath(new URL("dump_facts.py", import.meta.url));

export function dumpFacts(dumps: string[]): DumpFacts[] {
  const options = { encoding: "utf8", maxBuffer: 1 << 28 } as const;
  const lines = execFileSync(newest.path, [script, ...dumps], options)
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}
