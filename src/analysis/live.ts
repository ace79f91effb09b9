// What became of objects of a dump in the process that runs. The extension compares; see docs/commands.md.
import type { LiveFate, LiveReason, LiveState } from "../model/live.js";
import type { Heap, HeapObject } from "../store/heap.js";

export interface LiveChange {
  /** `.name`, `['key']`, `[3]`; of `line` what it is, in words. */
  part: string;
  kind: "reference" | "content" | "line";
  /** Null where it refers to nothing. */
  was: HeapObject | null;
  now: HeapObject | null;
}

export interface LiveObject {
  fate: LiveFate;
  /** Of what is gone, or not known. */
  reason: LiveReason | null;
  /** What lies at its address; null if that is no object, or not known. */
  now: HeapObject | null;
  /** At most CHANGES. */
  changes: LiveChange[];
  /** How many more there are. */
  more: number;
}

export interface Live {
  pid: number;
  /** By `object.id` of the dump. */
  objects: Map<bigint, LiveObject>;
}

const CHANGES = 1000;

/** `live` holds what was read, `states` what is known of each of the objects `ids` of `heap`. */
export function compareLive(
  heap: Heap,
  live: Heap,
  ids: bigint[],
  states: LiveState[],
): Map<bigint, LiveObject> {
  return new Map(ids.map((id, i) => [id, compare(heap, live, id, states[i] as LiveState)]));
}

function compare(heap: Heap, live: Heap, id: bigint, state: LiveState): LiveObject {
  const nothing = { now: null, changes: [], more: 0 };
  if (state === "unmapped" || state === "freed" || state === "no-object")
    return { fate: "gone", reason: state, ...nothing };
  if (state !== "object" && state !== "untraversed") return { fate: "unknown", reason: state, ...nothing };
  const found = live.objectAt(heap.object(id).address);
  const now = found ? withoutGist(found) : null;
  const rows = heap.all<Row>(
    "SELECT kind, part, was, now FROM {heap}.object_changes(?, ?, ?)",
    id,
    live.schema,
    state === "object" ? 1n : 0n,
  );
  if (rows.some(({ kind }) => kind === "object"))
    return { fate: "other", reason: null, now, changes: [], more: 0 };
  const changed = rows.filter((row): row is Row & { kind: LiveChange["kind"] } => row.kind !== "unknown");
  if (changed.length > 0) {
    const shown = changed.slice(0, CHANGES).map(({ kind, part, ...row }) => ({
      kind,
      part,
      was: row.was === null ? null : heap.object(row.was),
      now: row.now === null ? null : withoutGist(live.object(row.now)),
    }));
    return { fate: "changed", reason: null, now, changes: shown, more: changed.length - shown.length };
  }
  const reason = state === "untraversed" ? "c-state" : reasonOf(rows[0]?.part);
  return { fate: reason ? "unknown" : "same", reason, now, changes: [], more: 0 };
}

/** Of what was not compared. */
function reasonOf(part: string | undefined): LiveReason | null {
  if (part === undefined) return null;
  return part === "content" ? "content" : part === "line" ? "running" : "c-state";
}

/** What it holds was not read. */
function withoutGist(object: HeapObject): HeapObject {
  return { ...object, gist: null };
}

interface Row {
  kind: LiveChange["kind"] | "object" | "unknown";
  part: string;
  was: bigint | null;
  now: bigint | null;
}
