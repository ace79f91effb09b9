// Columns that others know of objects, such as the size of a tensor: {ADDRESS: {COLUMN: VALUE}}, as JSON.
import { readFileSync } from "node:fs";
import { ExitCode, HeapdumpError } from "../errors.js";
import { addressOf } from "./gc-log.js";

/** By address, as `0x…`: texts by the names of their columns. */
export type ExtraInfo = Map<string, Record<string, string>>;

const FORM = "it has to be JSON of the form {ADDRESS: {COLUMN: VALUE}}";

/** Several files add to one another. Throws with exit code 2 if one cannot be read or has another form. */
export function readExtraInfo(paths: string[]): ExtraInfo {
  const info: ExtraInfo = new Map();
  for (const path of paths) {
    for (const [key, columns] of Object.entries(record(parsed(path), path))) {
      const address = addressOf(key);
      if (address === undefined) throw bad(path, `${JSON.stringify(key)} is not an address; ${FORM}`);
      const texts = Object.entries(record(columns, path)).map(([name, value]) => [name, textOf(value)]);
      info.set(address, { ...info.get(address), ...Object.fromEntries(texts) });
    }
  }
  return info;
}

function parsed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw bad(path, `cannot be read: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bad(path, `${FORM}: ${(error as Error).message}`);
  }
}

function record(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(path, FORM);
  return value as Record<string, unknown>;
}

const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

const bad = (path: string, why: string) => new HeapdumpError(ExitCode.Usage, `--extra-info ${path}: ${why}`);
