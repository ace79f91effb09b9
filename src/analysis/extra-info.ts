// What a program or an extension tells of its objects in a file of its own, by their addresses:
// `{"0x7f3a0c0041d0": {"tensor bytes": 4096}}`.
import { readFileSync } from "node:fs";
import { ExitCode, HeapdumpError } from "../errors.js";
import { isAddress, parseAddress } from "./address.js";

export interface ExtraInfo {
  /** The names of all columns, in the order in which they first come. */
  columns: string[];
  /** By address, what each column says. */
  of: Map<bigint, Map<string, string>>;
}

/** Of several files together; what a later file says of a column counts. Throws a HeapdumpError of exit code 2. */
export function readExtraInfo(paths: string[]): ExtraInfo {
  const of: ExtraInfo["of"] = new Map();
  const columns = new Set<string>();
  for (const path of paths) {
    for (const [term, row] of Object.entries(objectOf(path, parsed(path), "the file"))) {
      if (!isAddress(term)) throw refused(path, `${JSON.stringify(term)} is not an address`);
      const address = addressOf(path, term);
      const known = of.get(address) ?? new Map<string, string>();
      of.set(address, known);
      for (const [column, value] of Object.entries(objectOf(path, row, term))) {
        columns.add(column);
        known.set(column, typeof value === "string" ? value : JSON.stringify(value));
      }
    }
  }
  return { columns: [...columns], of };
}

/** A string, or an integer of so many digits that a double may not have it exactly. */
const STRING_OR_LONG = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/gs;

function parsed(path: string): unknown {
  try {
    const text = readFileSync(path, "utf8").replace(/^\ufeff/, "");
    return JSON.parse(text.replace(STRING_OR_LONG, (found) => (found[0] === '"' ? found : `"${found}"`)));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = error instanceof RangeError ? "it is nested too deeply" : message.replace(/\s+/g, " ");
    throw refused(path, code ?? `it is not JSON: ${why}`);
  }
}

function objectOf(path: string, value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw refused(path, `${what} has no {…}; it must be {ADDRESS: {COLUMN: VALUE}}`);
}

function addressOf(path: string, term: string): bigint {
  try {
    return parseAddress(term);
  } catch (error) {
    throw refused(path, (error as Error).message);
  }
}

function refused(path: string, why: string): HeapdumpError {
  return new HeapdumpError(ExitCode.Usage, `cannot read the extra info of ${path}: ${why}`);
}
