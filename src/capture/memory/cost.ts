// What a snapshot takes of the target's memory, by what /proc/PID/status says of the target.
import type { SnapshotCost } from "../../model/memory.js";
import { kibibyteFields } from "./headroom.js";

const FIXED = 8 * 2 ** 20;
/** Of the anonymous memory: a bit for every 16 bytes, and a little: measured on heaps of 0.1 to 8 GB. */
const TABLES = 0.016;
/** 75 bytes an object and 0.15 µs for each: measured on the mixed heap. */
const SECONDS_PER_BYTE = 2e-9;

export function snapshotCost(mode: "fork" | "stop", status: string): SnapshotCost {
  const { RssAnon = 0, VmSwap = 0, VmPTE = 0, VmData = 0, VmStk = 0 } = kibibyteFields(status);
  const tables = Math.ceil(FIXED + TABLES * (RssAnon + VmSwap));
  const seconds = SECONDS_PER_BYTE * (RssAnon + VmSwap);
  if (mode === "stop") return { min: tables, max: tables, committed: tables, seconds };
  const min = tables + VmPTE;
  return { min, max: min + RssAnon, committed: VmData + VmStk + tables, seconds };
}
