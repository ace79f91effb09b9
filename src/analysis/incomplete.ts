// What it does to the answer of a command that a dump is not complete.
import type { Heap } from "../store/heap.js";

/** What a dump is to a command. */
export type Role =
  /** The dump that is asked about. */
  | "main"
  /** Of several, all but the last. */
  | "earlier"
  | "last"
  | "previous"
  | "next"
  | "exclude";

type Effects = { main: string } & Partial<Record<Role, string>>;

const EFFECTS = {
  // What it prints says what is wrong.
  info: { main: "" },
  top: {
    main: "sizes and counts are those of what could be read, and retained sizes and owners may be wrong",
    previous: "objects that it has lost are not listed",
    next: "objects that it has lost are not listed",
    exclude: "objects that it has lost are listed as new",
  },
  graph: { main: "objects and references that were lost are not drawn" },
  path: {
    main: "paths through what was lost are not found, and objects that are alive may be called garbage",
  },
  show: {
    main: "references from and to what was lost are not shown, and an object that is alive may be called garbage",
  },
  leaks: {
    main: "what leaks may be in what was lost, and objects that are alive may be called garbage",
    earlier: "objects that it has lost count as new",
    last: "growth in what was lost is not seen, and objects that are alive may be called garbage",
  },
  diff: {
    main: "what was lost is not compared",
    earlier: "objects that it has lost count as new",
    last: "objects that it has lost count as gone",
  },
  waste: { main: "waste in what was lost is not counted" },
  "held-by-c": { main: "references from what was lost look like those of C code" },
  sql: {
    main: "rows of what was lost are missing, and retained, dominator, garbage, owner and path may be wrong",
  },
  export: { main: "the database holds what could be read" },
} satisfies Record<string, Effects>;

/** A command that opens dumps. */
export type DumpCommand = keyof typeof EFFECTS;

export const DUMP_COMMANDS = Object.keys(EFFECTS) as DumpCommand[];

export function isIncomplete(heap: Heap): boolean {
  return heap.meta().get("complete") !== "true";
}

/** What a user must know of a dump as `role` of `command`; undefined of a complete one. */
export function incompleteWarning(command: DumpCommand, role: Role, heap: Heap): string | undefined {
  const effects: Effects = EFFECTS[command];
  const effect = effects[role] ?? effects.main;
  if (effect === "" || !isIncomplete(heap)) return undefined;
  return `${heap.path} is not complete: ${lossWords(heap)}; ${effect} (heapdump info ${heap.path} says more)`;
}

function lossWords(heap: Heap): string {
  const meta = heap.meta();
  const [told, read] = [meta.get("objects"), meta.get("indexed_objects")];
  if (told === undefined || read === undefined) return "its end is missing";
  const lost = BigInt(told) - BigInt(read);
  if (lost > 0n) return `${lost} of its ${told} objects are missing`;
  const status = meta.get("status") ?? "ok";
  return status === "ok" ? "parts of it are damaged" : status;
}
