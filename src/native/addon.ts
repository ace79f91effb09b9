// The only loader of the addon, and its types. Failures reject or throw an Error whose `exitCode` says which of the
// tool's exit codes it is (src/errors.ts).
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Pairs } from "../dump/format.js";
import type { LiveState } from "../model/live.js";
import { packageRoot } from "../package-root.js";
import { loaded } from "./loading.js";

/** What can be read of a process without stopping it. */
export interface Target {
  pid: number;
  /** Such as `3.11.7`. */
  pythonVersion: string;
  threads: number;
  /** When the process started, in clock ticks since the machine was booted. */
  startTicks: string;
  memory: TargetMemory;
  layout: VersionFacts;
}

/** What the kernel says of a process's memory, in bytes. */
export interface TargetMemory {
  resident: number;
  /** And resident. */
  anonymous: number;
  /** Resident pages of files that were not written to, and of shared memory. */
  file: number;
  shared: number;
  swapped: number;
  pageTables: number;
  data: number;
  stack: number;
  /** The size of `[heap]`. */
  heap: number;
}

/** What differs between versions of CPython, from the row of its layout (native/python/layouts.h). */
export interface VersionFacts {
  /** Flags of types before whose objects stand two more words. */
  preheaderFlags: number;
  /** Otherwise values of attributes can stand in the object, without their names. */
  attributesInDicts: boolean;
  /** With their locals. */
  framesAreObjects: boolean;
}

/** See docs/types.md. */
export interface TypesFile {
  /** As errors in it name it. */
  name: string;
  text: string;
  /** By the user, who is told what of it is of no use. */
  isGiven: boolean;
}

interface CaptureTarget {
  pid: number;
  /** Longest wait for threads to stop, for a script's safe point, and longest silence of a script, in milliseconds. */
  timeoutMs: number;
}

export interface SnapshotRequest extends CaptureTarget {
  mode: "fork" | "stop";
  /** Bytes of content kept of an object; 0: none is written. */
  contentLimit: number;
  /** Whether of data only the keys of the dicts of modules, classes and instances are. */
  onlyNames: boolean;
  /** What is declared of memory that objects own; what comes first is taken first. */
  types: TypesFile[];
}

export interface ScriptRequest extends CaptureTarget {
  mode: "python";
  /** Python source, run at a safe point; every `@FD@` in it becomes the number of the descriptor to write to. */
  script: string;
  /** Whether the dump says which files are mapped. */
  keepsNames: boolean;
  /** Whether it writes a dump, which other modes could take, too. */
  isDump: boolean;
}

export type CaptureRequest = SnapshotRequest | ScriptRequest;

export type CaptureEvent =
  | { kind: "state"; state: "stopping" | "waiting" | "running" | "cleaning" }
  /** Objects written, and all that are known by now; more become known. 0: they are not counted. */
  | { kind: "progress"; objects: number; known: number }
  /** The payload of one RECORDS chunk; `recordsWritten` is to be called when it is written. */
  | { kind: "records"; payload: Buffer };

export interface CaptureResult {
  /** `gil-idle` and `immediate` of a snapshot alone. */
  route: "gil-idle" | "pending-call" | "in-syscall" | "immediate";
  /** Longest single stop of the target's threads by ptrace, in milliseconds. */
  pauseMs: number;
  stops: number;
  consistent: boolean;
  /** `ok`, or why the payload gave up. */
  status: string;
  objects: bigint;
  references: bigint;
  /** What could not be taken out of the target again, in words. */
  left: string[];
  /** What the payload says of itself (META records). */
  meta: [key: string, value: string][];
}

/** What tracemalloc is at in a process. */
export interface TracemallocState {
  pythonVersion: string;
  threads: number;
  /** Why it is not known; empty if it is. */
  unknown: string;
  /** That it keeps of a stack; 0 if it does not trace. */
  frames: number;
  /** Of memory, that are traced. */
  blocks: number;
}

/** What is to go of a dump. Without `types` and `keys` all contents do but names. */
export interface RedactionRules {
  /** Beginnings of full names of types: the contents of their instances. */
  types: string[];
  /** Of the keys of dicts that are no names. */
  keys: boolean;
  /** Of names, too. */
  names: boolean;
}

/** A dump read again from front to back, without what goes. */
export interface RedactedDump {
  readonly meta: Pairs;
  /** The payload of the next RECORDS chunk; null at the end. What is damaged is left out. */
  next(): Buffer | null;
  /** What the dump's END says, once `next` has given null; empty if it has none that can be read. */
  readonly end: Pairs;
  /** Chunks that could not be read to their end: what follows that place in them is left out. */
  readonly cut: number;
}

export interface LiveRequest {
  pid: number;
  /** Of the process that is meant, as `Target` has it. */
  startTicks: string;
  addresses: bigint[];
  contentLimit: number;
}

/** Objects of a running process, as the records of a dump. */
export interface LiveObjects {
  /** One for each address. */
  states: LiveState[];
  /** Payloads of RECORDS chunks: the objects, and what they refer to without its references. */
  records: Buffer[];
  objects: bigint;
  references: bigint;
}

export interface Addon {
  inspect(pid: number): Target;
  /** Throws a HeapdumpError of exit code 2 that names the file, the line and what is wrong. */
  checkTypes(files: TypesFile[]): void;
  /** Reads memory, and neither stops the process nor runs anything in it. */
  tracemalloc(pid: number): TracemallocState;
  /** The same. Rejects if the process ends, or is another than that which started at `startTicks`. */
  readLive(request: LiveRequest): Promise<LiveObjects>;
  capture(request: CaptureRequest, onEvent: (event: CaptureEvent) => void): Promise<CaptureResult>;
  /** Once for each `records` event: too many that are not written hold the target's pipe back. */
  recordsWritten(): void;
  /** Lets the target go at the next opportunity; the capture's promise then rejects. */
  cancelCapture(): void;
  /**
   * Makes `index` the index of `dump` unless it is; false if it was. What is missing or damaged of the dump is in the
   * index (`problems` of the table `meta`). `onProgress` gets a fraction, 0 … 1.
   */
  ensureIndex(dump: string, index: string, onProgress: (fraction: number) => void): Promise<boolean>;
  /** Reads a dump from front to back, and says what is missing or damaged, each as a clause. */
  checkDump(dump: string, onProgress: (fraction: number) => void): Promise<string[]>;
  /** `dump` has to be indexed in `index`. Throws for types that it has none of. */
  RedactedDump: new (
    dump: string,
    index: string,
    rules: RedactionRules,
  ) => RedactedDump;
}

const build = new URL("build/Release/", packageRoot);

export const sqliteExtension = fileURLToPath(new URL("heapdump_sqlite.node", build));

const require = createRequire(packageRoot);

/** The native part of better-sqlite3, which would search many folders for it. */
export function sqliteBinding(): string {
  return require.resolve("better-sqlite3/build/Release/better_sqlite3.node");
}

let addon: Addon | undefined;

/** Throws with exit code 2 if it was not built, or is not for this machine. */
export function native(): Addon {
  addon ??= loaded(() => require(fileURLToPath(new URL("heapdump.node", build))) as Addon);
  return addon;
}
