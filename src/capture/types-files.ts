// What is declared of memory that objects own besides themselves: docs/types.md.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { ExitCode, HeapdumpError } from "../errors.js";
import { native, type TypesFile } from "../native/addon.js";
import { packageRoot } from "../package-root.js";

const MOST_BYTES = 1 << 20;

/** Throws a HeapdumpError of exit code 2. Those of heapdump's own follow those that are given, which are taken first. */
export function readTypesFiles(given: string[]): TypesFile[] {
  const folder = new URL("payload/types/", packageRoot);
  const own = readdirSync(folder).sort();
  const files = [
    ...given.map((name) => ({ name, text: readGiven(name), isGiven: true })),
    ...own.map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8"), isGiven: false })),
  ];
  native().checkTypes(files);
  return files;
}

function readGiven(name: string): string {
  try {
    const stat = statSync(name);
    if (!stat.isFile()) throw new Error("it is no file");
    if (stat.size > MOST_BYTES) throw new Error("it is larger than 1 MiB");
    return readFileSync(name, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new HeapdumpError(ExitCode.Usage, `cannot read the types file ${name}: ${code ?? message}`);
  }
}

/** Dumps with the same one can be compared: what objects own counts in them alike. */
export function digestOf(files: TypesFile[]): string {
  const hash = createHash("sha256");
  for (const { text } of files) hash.update(`${text}\0`);
  return hash.digest("hex").slice(0, 16);
}
