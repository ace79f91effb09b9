// What a snapshot takes of its target's memory, and what there is. All sizes are in bytes.
import { ExitCode, HeapdumpError } from "../errors.js";

/** Charged to the target's cgroup while the snapshot is taken, and given back after it. */
export interface SnapshotCost {
  /** Taken in any case: the walker's tables, and of a fork the page tables. */
  min: number;
  /** With a copy of every page that the target writes during the snapshot, if it writes to all of them. */
  max: number;
  /** What a kernel that grants no more than it has (`vm.overcommit_memory` 2) must grant at once. */
  committed: number;
  /** How long a fork lives, roughly. */
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
  cost: SnapshotCost;
  /** Undefined if no limit can be read. */
  headroom: number | undefined;
  limit: MemoryLimit | undefined;
  /** A fork is given up when the headroom falls below. */
  reserve: number;
  /** Whether the target may write so much during the snapshot that it is given up. */
  tight: boolean;
  /** The cgroup all of whose processes the kernel kills together. */
  oomGroup: string | undefined;
  /** What cannot be known, in words. */
  unknown: string[];
}

/** Why there is no memory for a snapshot. */
export type MemoryShortage =
  /** Nothing was done to the target: the limit has no room for what a snapshot takes in any case, and a reserve. */
  | {
      kind: "no-headroom";
      mode: "fork" | "stop";
      needed: number;
      reserve: number;
      left: number;
      limit: MemoryLimit;
      /** What stop mode takes, if that is another mode. */
      stopTakes: number | undefined;
    }
  /** Nothing was done to the target: the kernel would not grant it (`vm.overcommit_memory` 2). */
  | { kind: "no-commit"; mode: "fork" | "stop"; needed: number; left: number; stopTakes: number | undefined }
  /** The snapshot was given up, before the limit was met. */
  | { kind: "given-up"; left: number; limit: MemoryLimit };

export class ShortOfMemory extends HeapdumpError {
  constructor(
    readonly pid: number,
    readonly shortage: MemoryShortage,
  ) {
    super(ExitCode.CaptureFailed, `process ${pid} was not dumped: memory is short (${shortage.kind})`);
  }
}
