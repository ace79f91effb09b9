// Whether there is memory for a dump, before anything is done to the target.
import type { Pairs } from "../../dump/format.js";
import type { Mode } from "../../model/dump.js";
import { type MemoryLimit, type MemoryPlan, ShortOfMemory } from "../../model/memory.js";
import type { Target } from "../../native/addon.js";
import { dumpCost, SCRIPT_BYTES_PER_ITEM } from "./cost.js";
import { HeadroomGauge } from "./headroom.js";

const MEBIBYTE = 2 ** 20;

/**
 * A thread that does nothing but write to fresh pages takes up to 1 MiB a millisecond of a fork, and on a busy machine
 * the fork is gone tens of milliseconds after it was ended: measured. What is large is written to by more threads. If
 * the whole cgroup would be killed with the snapshot, nothing is left to chance.
 */
export function reserveOf({ limit }: MemoryLimit, oomGroup: string | undefined): number {
  const min = (oomGroup === undefined ? 32 : 64) * MEBIBYTE;
  return Math.min(256 * MEBIBYTE, Math.max(min, Math.ceil(limit / 20)));
}

/** Throws ShortOfMemory if a dump certainly has no room. */
export function planMemory(
  { pid, memory }: Pick<Target, "pid" | "memory">,
  mode: Mode,
  gauge = new HeadroomGauge(pid),
): MemoryPlan {
  const cost = dumpCost(mode, memory);
  const found = gauge.headroom();
  const { oomGroup } = gauge;
  const reserve = found && mode !== "stop" ? reserveOf(found.limit, oomGroup) : 0;
  const stopTakes = mode === "stop" ? undefined : dumpCost("stop", memory).min;
  if (found && found.bytes < cost.min + reserve) {
    const { bytes: left, limit } = found;
    const needed = cost.min;
    throw new ShortOfMemory(pid, { kind: "no-headroom", mode, needed, reserve, left, limit, stopTakes });
  }
  const commit = gauge.commitRoom();
  if (commit !== undefined && commit < cost.committed) {
    const needed = cost.committed;
    throw new ShortOfMemory(pid, { kind: "no-commit", mode, needed, left: commit, stopTakes });
  }
  return {
    mode,
    cost,
    headroom: found?.bytes,
    limit: found?.limit,
    reserve,
    tight: found !== undefined && found.bytes < cost.max + reserve,
    oomGroup,
    unknown: gauge.unknown,
  };
}

/**
 * The references of one container for which a script has memory: it writes them at once, too fast for the watchdog. 0 if
 * that is not known.
 */
export function itemsWithRoom({ cost, headroom, reserve }: MemoryPlan): number {
  if (headroom === undefined) return 0;
  return Math.max(1, Math.floor((headroom - reserve - cost.min) / SCRIPT_BYTES_PER_ITEM));
}

/** What a dump says of it (docs/dump-format.md, META). */
export function describeMemory({ cost, headroom, limit, oomGroup, unknown }: MemoryPlan): Pairs {
  return {
    snapshot_cost_min: String(cost.min),
    snapshot_cost_max: String(cost.max),
    memory_headroom: headroom === undefined ? "" : String(headroom),
    memory_limit: limit === undefined ? "" : String(limit.limit),
    memory_limit_name: limit === undefined ? "" : [limit.name, limit.cgroup ?? ""].join(" ").trim(),
    oom_group: oomGroup ?? "",
    memory_unknown: unknown.join("; "),
  };
}
