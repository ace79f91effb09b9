import type { MemoryLimit, MemoryPlan, MemoryShortage } from "../model/memory.js";
import { escapeControls } from "./text.js";
import { sizeText } from "./units.js";

/** What a user should know of memory before a dump is taken; empty if there is plenty. */
export function memoryNote(pid: number, memory: MemoryPlan): string {
  const { mode, cost, headroom, limit, reserve, tight, oomGroup, unknown } = memory;
  if (!tight || headroom === undefined || !limit) return "";
  const most =
    mode === "python"
      ? `up to ${bytes(cost.max)} if process ${pid} has mostly small objects in a few large containers`
      : `up to ${bytes(cost.max)} if process ${pid} writes all of its memory during the ${duration(cost.seconds)} that ` +
        "the snapshot takes";
  const what = mode === "python" ? "script" : "snapshot";
  const parts = [
    `memory is short: the ${what} needs ${bytes(cost.min)}, and ${most}; ${bytes(headroom)} of ` +
      `${limitText(limit)} are left. The ${what} is given up if less than ${bytes(reserve)} are left`,
  ];
  if (oomGroup !== undefined)
    parts.push(
      `memory.oom.group is set: at the limit the kernel kills all processes of ${oomGroup} together`,
    );
  parts.push(...unknown);
  return escapeControls(parts.join("; "));
}

/** Gunicorn's, and what Kubernetes' probes have unless told. */
const USUAL_TIMEOUT_S = 30;
/** On a machine that is busy. */
const SLOWEST = 3;

/** How long the main thread will wait for a script; empty if that is less than a second, and for the other modes. */
export function waitNote(pid: number, { mode, cost }: MemoryPlan): string {
  const slowest = SLOWEST * cost.seconds;
  if (mode !== "python" || slowest < 1) return "";
  const restarts =
    slowest < USUAL_TIMEOUT_S
      ? ""
      : `; a supervisor may restart it meanwhile (the time-out of gunicorn, and of many probes, is ${USUAL_TIMEOUT_S} s)`;
  return `the main thread of process ${pid} waits for about ${duration(cost.seconds)}, and for up to ${duration(slowest)} on a busy machine${restarts}`;
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
      const reason = `${mode === "python" ? "a script" : "a snapshot"} in ${mode} mode needs ${needed}, but only ${left} of ${limitText(limit)} are left`;
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
      const reason = `only ${left} of ${limitText(limit)} were left in the ${whose}, so the dump was given up`;
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
