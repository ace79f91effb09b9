// What a dump takes of its target's memory, and what there is. All sizes are in bytes.
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Mode } from "./dump.js";

/** Charged to the target's cgroup while the dump is taken, and given back after it. */
export interface DumpCost {
  /** Taken in any case: the walker's tables, and of a fork the page tables; the lists of a script. */
  min: number;
  /** Of a fork with a copy of every page, if the target writes to all of them; of a script in the worst of heaps. */
  max: number;
  /** What a kernel that grants no more than it has (`vm.overcommit_memory` 2) must grant at once. */
  committed: number;
  /** How long a fork lives, the target is stopped, or a script holds the main thread, roughly. */
  seconds: number;
}

export interface MemoryLimit {
  /** The kernel's name for it, such as `memory.max`. */
  name: string;
  /** As /proc/PID/cgroup has it; undefined for the machine itself. */
  cgroup?: string;
  limit: number;
  /** Without the page cache that the kernel gives up first. */
  used: number;
}

export interface MemoryPlan {
  mode: Mode;
  cost: DumpCost;
  /** Undefined if no limit can be read. */
  headroom: number | undefined;
  limit: MemoryLimit | undefined;
  /** A fork or a script is given up when the headroom falls below. */
  reserve: number;
  /** Whether the dump may come to take so much that it is given up. */
  tight: boolean;
  /** The cgroup all of whose processes the kernel kills together. */
  oomGroup: string | undefined;
  /** What cannot be known, in words. */
  unknown: string[];
}

/** Why there is no memory for a dump. */
export type MemoryShortage =
  /** Nothing was done to the target: the limit has no room for what a dump takes in any case, and a reserve. */
  | {
      kind: "no-headroom";
      mode: Mode;
      needed: number;
      reserve: number;
      left: number;
      limit: MemoryLimit;
      /** What stop mode takes, if that is another mode. */
      stopTakes: number | undefined;
    }
  /** Nothing was done to the target: the kernel would not grant it (`vm.overcommit_memory` 2). */
  | { kind: "no-commit"; mode: Mode; needed: number; left: number; stopTakes: number | undefined }
  /** The dump was given up, before the limit was met. */
  | { kind: "given-up"; left: number; limit: MemoryLimit };

export class ShortOfMemory extends HeapdumpError {
  constructor(
    readonly pid: number,
    readonly shortage: MemoryShortage,
  ) {
    super(ExitCode.CaptureFailed, `process ${pid} was not dumped: memory is short (${shortage.kind})`);
  }
}
