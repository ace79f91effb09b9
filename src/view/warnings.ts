// What a user must know of the dumps before the answer, in sentences.
import type { Loss } from "../analysis/incomplete.js";
import type { Tracing } from "../model/tracing.js";

/** What a dump is to a command. */
export type Role =
  /** The dump that is asked about. */
  | "main"
  /** Of several, all but the last. */
  | "earlier"
  | "last"
  | "previous"
  | "next"
  | "exclude"
  /** What `new` in a set is compared with. */
  | "since";

type Effects = { main: string } & Partial<Record<Role, string>>;

/** What a loss does to the answer. */
const EFFECTS = {
  // What it prints says what is wrong.
  info: { main: "" },
  top: {
    main: "sizes and counts are those of what could be read, and retained sizes and owners may be wrong",
    previous: "objects that it has lost are not listed",
    next: "objects that it has lost are not listed",
    exclude: "objects that it has lost are listed as new",
    since: "objects that it has lost are new",
  },
  graph: { main: "objects and references that were lost are not drawn" },
  path: {
    main: "paths through what was lost are not found, and objects that are alive may be called garbage",
  },
  show: {
    main: "references from and to what was lost are not shown, and an object that is alive may be called garbage",
  },
  memory: { main: "objects that were lost count as memory of C code" },
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
  tree: { main: "what was lost is not in the tree, and what it held alone may seem to be held by others" },
  threads: { main: "threads and locals may be missing" },
  tasks: { main: "tasks that were lost are missing, and chains may end early" },
  gc: {
    main: "what was lost counts as references from elsewhere: objects that it held seem to be reachable",
  },
  garbage: { main: "garbage that was lost is not counted, and objects that are alive may be called garbage" },
  waste: { main: "waste in what was lost is not counted" },
  "held-by-c": {
    main: "references from what was lost look like those of C code",
    since: "what C code held of what it has lost looks new",
  },
  sql: {
    main: "rows of what was lost are missing, and retained, dominator, garbage, owner and path may be wrong",
  },
  export: { main: "the database holds what could be read" },
  redact: { main: "what was lost is not in the dump that is written, which says so" },
} satisfies Record<string, Effects>;

/** A command that opens dumps. */
export type DumpCommand = keyof typeof EFFECTS;

export const DUMP_COMMANDS = Object.keys(EFFECTS) as DumpCommand[];

/** Undefined if the answer itself says it. */
export function incompleteWarning(
  command: DumpCommand,
  role: Role,
  file: string,
  loss: Loss,
): string | undefined {
  const effects: Effects = EFFECTS[command];
  const effect = effects[role] ?? effects.main;
  if (effect === "") return undefined;
  return `${file} is not complete: ${lossWords(loss)}; ${effect} (heapdump info ${file} says more)`;
}

function lossWords(loss: Loss): string {
  switch (loss.kind) {
    case "end":
      return "its end is missing";
    case "objects":
      return `${loss.lost} of its ${loss.of} objects are missing`;
    case "unread":
      return `${loss.count ?? "some"} objects that Python's collector knows are missing`;
    case "damage":
      return "parts of it are damaged";
    case "status":
      return loss.status;
  }
}

export function otherProcessWarning(file: string, other: string, why: string): string {
  return `${file} and ${other} are dumps of different processes (${why}): same_as, diff and leaks between them mean nothing`;
}

export function differentModesWarning(script: string, snapshot: string, mode = "another"): string {
  return `${script} was taken in python mode, ${snapshot} in ${mode} mode: what only the latter knows is not compared (memory that C code holds, fields of code objects, names of types, the state of extension modules), nor are sizes of instances that both have`;
}

export function differentTypesWarning(file: string, other: string): string {
  return `${file} and ${other} were taken with different types files: objects that own memory differ in size for that alone, which is no growth; take both with the same`;
}

export function noContentsWarning(file: string): string {
  return `${file} has no contents: a str, bytes or number at the address of another of its type counts as the same`;
}

export function untracedWarning(file: string, tracing: Tracing | undefined, pid: string): string {
  const why =
    tracing?.state === "unknown"
      ? `what tracemalloc knew could not be read (${tracing.why})`
      : tracing
        ? `the process was not traced (heapdump trace ${pid} --on traces what it allocates from then on)`
        : "it is of a version of heapdump that does not read them";
  return `${file} has no allocation sites: ${why}`;
}

export function sameDumpWarning(file: string, other: string): string {
  return `${file} and ${other} are the same dump: nothing differs between them`;
}

export function addressReuseWarning(file: string, share: number): string {
  const percent = Math.round(share * 100);
  return `${percent} % of the addresses in both dumps hold another object in ${file}: some matches are of objects that took over an address`;
}

/** Of an option for an earlier dump, or for a later one. */
export function orderWarning(other: string, file: string, role: "previous" | "next" | "since"): string {
  return role !== "next"
    ? `${other} was taken after ${file}: --${role} is for an earlier dump`
    : `${other} was taken before ${file}: --next is for a later dump`;
}
