// What a dump takes of the target's memory and time.
import type { Mode } from "../../model/dump.js";
import type { DumpCost } from "../../model/memory.js";
import type { TargetMemory } from "../../native/addon.js";

const FIXED = 8 * 2 ** 20;
/** Of the anonymous memory: a bit for every 16 bytes, and a little: measured on heaps of 0.1 to 8 GB. */
const TABLES = 0.016;
/** 75 bytes an object and 0.15 µs for each: measured on the mixed heap. */
const SECONDS_PER_BYTE = 2e-9;

/** Of one large list or dict, for each reference, all at once. */
export const SCRIPT_BYTES_PER_ITEM = 180;
/**
 * Of the anonymous memory: 41 to 49 bytes an object of a heap of records, which has 100 bytes an object; up to 175 bytes
 * an item of a single large list or dict of small objects. Measured on 3.8, 3.11 and 3.13, with 0.2 to 3 million objects.
 */
const SCRIPT_MIN = 0.37;
const SCRIPT_MAX = 3;
/** 2 to 4 µs an object. */
const SCRIPT_SECONDS_PER_BYTE = 3e-8;

export function dumpCost(mode: Mode, memory: TargetMemory): DumpCost {
  const { anonymous, swapped, pageTables, data, stack } = memory;
  const heap = anonymous + swapped;
  if (mode === "python") {
    const min = Math.ceil(FIXED + SCRIPT_MIN * heap);
    const max = Math.ceil(FIXED + SCRIPT_MAX * heap);
    return { min, max, committed: min, seconds: SCRIPT_SECONDS_PER_BYTE * heap };
  }
  const tables = Math.ceil(FIXED + TABLES * heap);
  const seconds = SECONDS_PER_BYTE * heap;
  if (mode === "stop") return { min: tables, max: tables, committed: tables, seconds };
  const min = tables + pageTables;
  return { min, max: min + anonymous, committed: data + stack + tables, seconds };
}
