// Dumps of which something was lost: cut off, damaged, or given up by the walker.
import type { Taken } from "../model/taken.js";

/** What is known of the loss. */
export type Loss =
  /** Nobody says how much it should be. */
  | { kind: "end" }
  | { kind: "objects"; lost: bigint; of: bigint }
  | { kind: "damage" }
  /** Objects that the collector knows and that could not be read; undefined if nobody knows how many. */
  | { kind: "unread"; count: bigint | undefined }
  /** What the capture says of itself. */
  | { kind: "status"; status: string };

export function isIncomplete(taken: Taken): boolean {
  return taken.meta().get("complete") !== "true";
}

/** Undefined of a complete dump. */
export function lossOf(taken: Taken): Loss | undefined {
  if (!isIncomplete(taken)) return undefined;
  const meta = taken.meta();
  const [told, read] = [meta.get("objects"), meta.get("indexed_objects")];
  if (told === undefined || read === undefined) return { kind: "end" };
  const lost = BigInt(told) - BigInt(read);
  if (lost > 0n) return { kind: "objects", lost, of: BigInt(told) };
  const status = meta.get("status") ?? "ok";
  if (status !== "ok") return { kind: "status", status };
  const unread = meta.get("unread_members");
  if (unread === undefined) return { kind: "damage" };
  return { kind: "unread", count: unread === "unknown" ? undefined : BigInt(unread) };
}
