// Whether there is memory for a snapshot, before anything is done to the target.
import { readFileSync } from "node:fs";
import { ExitCode, HeapdumpError } from "../../errors.js";
import type { MemoryLimit } from "./cgroup.js";
import { type SnapshotCost, snapshotCost } from "./cost.js";
import { HeadroomGauge } from "./headroom.js";

/** Sizes in bytes. */
export interface MemoryPlan {
  cost: SnapshotCost;
  /** Undefined where no limit can be read. */
  headroom: number | undefined;
  limit: MemoryLimit | undefined;
  /** A fork is given up when the headroom falls below. */
  reserve: number;
  /** Whether the target may write so much meanwhile that the snapshot is given up. */
  tight: boolean;
  /** The cgroup all of whose processes the kernel kills together. */
  oomGroup: string | undefined;
  /** What cannot be known, in words. */
  unknown: string[];
}

const MEBIBYTE = 2 ** 20;

/**
 * A thread that does nothing but write to fresh pages takes up to 1 MiB a millisecond of a fork, and on a busy machine
 * the fork is gone tens of milliseconds after it was ended: measured. What is large is written to by more threads. Where
 * the whole cgroup would be killed with the snapshot, nothing is left to chance.
 */
export function reserveOf({ limit }: MemoryLimit, oomGroup: string | undefined): number {
  const least = (oomGroup === undefined ? 32 : 64) * MEBIBYTE;
  return Math.min(256 * MEBIBYTE, Math.max(least, Math.ceil(limit / 20)));
}

/** Throws a HeapdumpError with exit code 4 where a snapshot certainly has no room. */
export function planMemory(
  pid: number,
  mode: "fork" | "stop",
  gauge = new HeadroomGauge(pid),
  status = readFileSync(`/proc/${pid}/status`, "utf8"),
): MemoryPlan {
  const cost = snapshotCost(mode, status);
  const found = gauge.headroom();
  const { oomGroup } = gauge;
  const reserve = found && mode === "fork" ? reserveOf(found.limit, oomGroup) : 0;
  const wayOut = mode === "fork" ? stopInstead(snapshotCost("stop", status).least) : "";
  if (found && found.bytes < cost.least + reserve) {
    const needed = reserve ? `${mib(cost.least)} and ${mib(reserve)} in reserve` : mib(cost.least);
    refuse(
      pid,
      `a snapshot in ${mode} mode takes ${needed}, and ${mib(found.bytes)} are left of ${limitText(found.limit)}`,
      `${wayOut}free memory, or raise the limit`,
    );
  }
  const commit = gauge.commitRoom();
  if (commit !== undefined && commit < cost.committed) {
    refuse(
      pid,
      `vm.overcommit_memory is 2, and of the ${mib(cost.committed)} that ${mode} mode asks for ${mib(commit)} are left`,
      `${wayOut}free memory, or raise vm.overcommit_ratio`,
    );
  }
  return {
    cost,
    headroom: found?.bytes,
    limit: found?.limit,
    reserve,
    tight: found !== undefined && found.bytes < cost.most + reserve,
    oomGroup,
    unknown: gauge.unknown,
  };
}

/** What a dump says of it (docs/dump-format.md, META). */
export function describeMemory({
  cost,
  headroom,
  limit,
  oomGroup,
  unknown,
}: MemoryPlan): Record<string, string> {
  return {
    snapshot_cost_least: String(cost.least),
    snapshot_cost_most: String(cost.most),
    memory_headroom: headroom === undefined ? "" : String(headroom),
    memory_limit: limit === undefined ? "" : String(limit.limit),
    memory_limit_name: limit === undefined ? "" : [limit.name, limit.cgroup ?? ""].join(" ").trim(),
    oom_group: oomGroup ?? "",
    memory_unknown: unknown.join("; "),
  };
}

/** Where a limit stands, for a person. */
export function limitText({ name, cgroup, limit }: MemoryLimit): string {
  return `${mib(limit)} (${cgroup === undefined ? "the machine" : `${name} of the cgroup ${cgroup}`})`;
}

export function mib(bytes: number): string {
  return `${(bytes / MEBIBYTE).toLocaleString("en-US", { maximumFractionDigits: bytes < 10 * MEBIBYTE ? 1 : 0 })} MiB`;
}

function stopInstead(needed: number): string {
  return `--mode stop takes ${mib(needed)}, but stops the process until the dump is taken; or `;
}

function refuse(pid: number, why: string, wayOut: string): never {
  throw new HeapdumpError(ExitCode.CaptureFailed, `process ${pid} was not touched: ${why}; ${wayOut}`);
}
