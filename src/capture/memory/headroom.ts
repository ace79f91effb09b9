// How much memory a process can still be charged before the tightest of its limits is met.
import type { MemoryLimit } from "../../model/memory.js";
import { MemoryCgroups, type Read, readText } from "./cgroup.js";

export interface Headroom {
  /** Up to `limit`; at least 0. */
  bytes: number;
  /** The tightest. */
  limit: MemoryLimit;
}

/** Where the kernel grants no more than it has (`vm.overcommit_memory` 2), what it still grants, in bytes. */
export type CommitRoom = number | undefined;

/** Looks at the limits of one process, as often as it is asked. */
export class HeadroomGauge {
  private readonly cgroups: MemoryCgroups;

  constructor(
    pid: number,
    private readonly read: Read = readText,
  ) {
    this.cgroups = new MemoryCgroups(pid, read);
  }

  /** What cannot be known, in words. */
  get unknown(): string[] {
    return this.cgroups.unknown;
  }

  /** The cgroup all of whose processes the kernel kills together, if there is one. */
  get oomGroup(): string | undefined {
    return this.cgroups.oomGroup();
  }

  /** Undefined if no limit at all can be read. */
  headroom(): Headroom | undefined {
    const limits = [...this.cgroups.limits(), ...this.machine()];
    return limits
      .map((limit) => ({ bytes: Math.max(0, limit.limit - limit.used), limit }))
      .reduce<Headroom | undefined>(
        (least, next) => (least && least.bytes <= next.bytes ? least : next),
        undefined,
      );
  }

  commitRoom(): CommitRoom {
    if (this.read("/proc/sys/vm/overcommit_memory")?.trim() !== "2") return undefined;
    const { CommitLimit, Committed_AS } = this.meminfo();
    if (CommitLimit === undefined || Committed_AS === undefined) return undefined;
    return Math.max(0, CommitLimit - Committed_AS);
  }

  /** The machine's memory, with what can be swapped out. */
  private machine(): MemoryLimit[] {
    const { MemTotal, MemAvailable, SwapTotal = 0, SwapFree = 0 } = this.meminfo();
    if (MemTotal === undefined || MemAvailable === undefined) return [];
    const limit = MemTotal + SwapTotal;
    return [{ name: "MemAvailable", limit, used: limit - MemAvailable - SwapFree }];
  }

  private meminfo(): Partial<Record<string, number>> {
    return kibibyteFields(this.read("/proc/meminfo") ?? "");
  }
}

/** The lines `Name:  123 kB`, in bytes. */
function kibibyteFields(text: string): Partial<Record<string, number>> {
  const lines = text.matchAll(/^(\w+):\s*(\d+) kB$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value) * 1024]));
}
