import type { MemoryLimit, MemoryPlan, MemoryShortage } from "../model/memory.js";
import { escapeControls } from "./text.js";
import { sizeText } from "./units.js";

/** What a user should know before a snapshot is taken; empty if there is plenty. */
export function memoryNote(pid: number, memory: MemoryPlan): string {
  const { cost, headroom, limit, reserve, tight, oomGroup, unknown } = memory;
  if (!tight || headroom === undefined || !limit) return "";
  const parts = [
    `memory is short: the snapshot needs ${bytes(cost.min)}, and up to ${bytes(cost.max)} if process ${pid} writes all ` +
      `of its memory during the ${duration(cost.seconds)} that the snapshot takes; ${bytes(headroom)} of ` +
      `${limitText(limit)} are left. The snapshot is given up if less than ${bytes(reserve)} are left`,
  ];
  if (oomGroup !== undefined)
    parts.push(
      `memory.oom.group is set: at the limit the kernel kills all processes of ${oomGroup} together`,
    );
  parts.push(...unknown);
  return escapeControls(parts.join("; "));
}

/** Why there is no dump, and what to do about it. */
export function shortageText(pid: number, shortage: MemoryShortage): string {
  return escapeControls(`process ${pid} was not ${why(shortage)}`);
}

function why(shortage: MemoryShortage): string {
  const left = bytes(shortage.left);
  switch (shortage.kind) {
    case "no-headroom": {
      const { mode, reserve, limit, stopTakes } = shortage;
      const needed = `${bytes(shortage.needed)}${reserve ? ` and ${bytes(reserve)} in reserve` : ""}`;
      const reason = `a snapshot in ${mode} mode needs ${needed}, but only ${left} of ${limitText(limit)} are left`;
      return `touched: ${reason}; ${stopInstead(stopTakes)}free memory, or raise the limit`;
    }
    case "no-commit": {
      const { mode, needed, stopTakes } = shortage;
      const reason = `vm.overcommit_memory is 2: ${mode} mode needs to commit ${bytes(needed)}, but only ${left} are left`;
      return `touched: ${reason}; ${stopInstead(stopTakes)}free memory, or raise vm.overcommit_ratio`;
    }
    case "given-up": {
      const { limit } = shortage;
      const whose = limit.cgroup === undefined ? "machine" : "container";
      const reason = `only ${left} of ${limitText(limit)} were left in the ${whose}, so the snapshot was given up`;
      return `dumped: ${reason}; it keeps running`;
    }
  }
}

function stopInstead(takes: number | undefined): string {
  if (takes === undefined) return "";
  return `--mode stop needs ${bytes(takes)}, but stops the process until the dump is taken; or `;
}

/** A limit, and what sets it. */
function limitText({ name, cgroup, limit }: MemoryLimit): string {
  return `${bytes(limit)} (${cgroup === undefined ? "the machine" : `${name} of the cgroup ${cgroup}`})`;
}

function bytes(count: number): string {
  return sizeText(BigInt(Math.ceil(count)));
}

function duration(seconds: number): string {
  return seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${seconds.toFixed(1)} s`;
}
