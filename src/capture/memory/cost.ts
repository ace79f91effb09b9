// What a snapshot takes of the target's memory.
import type { SnapshotCost } from "../../model/memory.js";
import type { TargetMemory } from "../../native/addon.js";

const FIXED = 8 * 2 ** 20;
/** Of the anonymous memory: a bit for every 16 bytes, and a little: measured on heaps of 0.1 to 8 GB. */
const TABLES = 0.016;
/** 75 bytes an object and 0.15 µs for each: measured on the mixed heap. */
const SECONDS_PER_BYTE = 2e-9;

export function snapshotCost(mode: "fork" | "stop", memory: TargetMemory): SnapshotCost {
  const { anonymous, swapped, pageTables, data, stack } = memory;
  const tables = Math.ceil(FIXED + TABLES * (anonymous + swapped));
  const seconds = SECONDS_PER_BYTE * (anonymous + swapped);
  if (mode === "stop") return { min: tables, max: tables, committed: tables, seconds };
  const min = tables + pageTables;
  return { min, max: min + anonymous, committed: data + stack + tables, seconds };
}
