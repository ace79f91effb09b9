import { asciiOnly } from "./charset.js";

const UNSAFE = /[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const NOT_ASCII = /\P{ASCII}/gu;
const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);

/** A value as JSON; integers that a double cannot hold become strings, and bytes become hexadecimal digits. */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, (_, part) => plain(part), indent);
  // These stand in strings only, where an escape means the same.
  const safe = text.replace(UNSAFE, escaped);
  return asciiOnly() ? safe.replace(NOT_ASCII, escaped) : safe;
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

function plain(part: unknown): unknown {
  if (typeof part === "bigint") return part >= -LARGEST && part <= LARGEST ? Number(part) : String(part);
  if (part instanceof Map) return Object.fromEntries(part);
  return part;
}

/** How every list stands in a `--json` document. */
export interface JsonTable {
  columns: string[];
  rows: unknown[][];
}

export function jsonTable<Row>(rows: Row[], columns: Record<string, (row: Row) => unknown>): JsonTable {
  const values = Object.values(columns);
  return { columns: Object.keys(columns), rows: rows.map((row) => values.map((value) => value(row))) };
}
