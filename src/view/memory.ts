import { escapeControls } from "./text.js";
import { sizeText } from "./units.js";

/** What a snapshot may take of its target's memory, in bytes. */
export interface SnapshotMemory {
  cost: { least: number; most: number; seconds: number };
  headroom: number | undefined;
  limit: { name: string; cgroup?: string; limit: number } | undefined;
  reserve: number;
  tight: boolean;
  oomGroup: string | undefined;
  unknown: string[];
}

/** What a user should know before a snapshot is taken; empty where there is plenty. */
export function memoryNote(pid: number, memory: SnapshotMemory): string {
  const { cost, headroom, limit, reserve, tight, oomGroup, unknown } = memory;
  if (!tight || headroom === undefined || !limit) return "";
  const bytes = (count: number) => sizeText(BigInt(Math.ceil(count)));
  const whose = limit.cgroup === undefined ? "the machine" : `${limit.name} of the cgroup ${limit.cgroup}`;
  const parts = [
    `memory is short: the snapshot takes ${bytes(cost.least)}, and up to ${bytes(cost.most)} if process ${pid} writes to ` +
      `all of its memory in the ${duration(cost.seconds)} that it lasts; ${bytes(headroom)} are left of ` +
      `${bytes(limit.limit)} (${whose}). It is given up when less than ${bytes(reserve)} are left`,
  ];
  if (oomGroup !== undefined)
    parts.push(
      `memory.oom.group is set: at the limit the kernel kills all processes of ${oomGroup} together`,
    );
  parts.push(...unknown);
  return escapeControls(parts.join("; "));
}

function duration(seconds: number): string {
  return seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${seconds.toFixed(1)} s`;
}
