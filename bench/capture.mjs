// What one capture costs, in one mode. Processor time, pause and memory are measured on captures of their own: a
// heartbeat uses processor time, and whoever asks the kernel about memory holds the process up.
import { fileURLToPath } from "node:url";
import { childProcesses, cpuSeconds, measure, memory, pageCounts, resetPeak } from "./process.mjs";

export const heapdump = [process.execPath, fileURLToPath(new URL("../bin/heapdump.js", import.meta.url))];
export const modes = /** @type {const} */ (["python", "stop", "fork"]);

/**
 * @typedef {object} Capture
 * @property {number} cpu of tool, target and the child that is cloned from it together, without Node's own start, seconds
 * @property {number} targetCpu of the target and that child, seconds
 * @property {number} childCpu of the child alone, seconds
 * @property {number} wall without Node's own start, seconds
 * @property {number} stop longest single stop by ptrace, seconds
 * @property {number} pause longest gap between two beats of a thread of the target, seconds
 * @property {number} clonePause the same of a bare clone of the target, seconds
 * @property {number} idlePause the same where nothing happens, seconds
 * @property {number} growth peak of the target's resident memory over what it was, bytes
 * @property {number} targetDirty peak of the target's Private_Dirty over what it was, bytes
 * @property {number} childDirty peak of the child's Private_Dirty, bytes
 * @property {number} proportional peak of Pss of target and child together over the target's before, bytes
 * @property {number} objects
 * @property {number} bytes of the dump
 * @property {number} bytesWithoutContent of one with --no-content
 */

/**
 * @param {import("./held-target.mjs").Target} target
 * @param {string} mode
 * @param {string} dump
 * @param {{ cpu: number, wall: number }} start of Node
 * @returns {Promise<Capture>}
 */
export async function measureCapture(target, mode, dump, start) {
  const without = await attach(target.pid, mode, dump, "--no-content");
  const { bytes: bytesWithoutContent } = JSON.parse(without.output);
  return {
    ...(await measurePause(target, mode, dump)),
    ...(await measureMemory(target.pid, mode, dump)),
    bytesWithoutContent,
    ...(await measureTime(target, mode, dump, start)),
  };
}

/**
 * @param {number} pid
 * @param {string} mode
 * @param {string} dump
 * @param {string[]} options
 */
function attach(pid, mode, dump, ...options) {
  return measure([...heapdump, "attach", String(pid), "-o", dump, "--mode", mode, "--json", ...options]);
}

/**
 * @param {import("./held-target.mjs").Target} target
 * @param {string} mode
 * @param {string} dump
 * @param {{ cpu: number, wall: number }} start
 */
async function measureTime(target, mode, dump, start) {
  const childrenBefore = await target.childrenCpu();
  const cpuBefore = cpuSeconds(target.pid);
  const tool = await attach(target.pid, mode, dump);
  const targetCpu = cpuSeconds(target.pid) - cpuBefore;
  const childCpu = (await target.childrenCpu()) - childrenBefore;
  const { pause_ms, bytes, objects } = JSON.parse(tool.output);
  return {
    cpu: targetCpu + childCpu + tool.cpu - start.cpu,
    targetCpu: targetCpu + childCpu,
    childCpu,
    wall: tool.wall - start.wall,
    stop: pause_ms / 1000,
    bytes,
    objects,
  };
}

/**
 * @param {import("./held-target.mjs").Target} target
 * @param {string} mode
 * @param {string} dump
 */
async function measurePause(target, mode, dump) {
  const gap = async (/** @type {() => Promise<unknown>} */ action) => {
    await target.ask("beat");
    await action();
    return /** @type {number} */ ((await target.ask("rest")).longest_gap_s);
  };
  return {
    idlePause: await gap(() => new Promise((done) => setTimeout(done, 300))),
    clonePause: await gap(() => target.ask("clone")),
    pause: await gap(() => attach(target.pid, mode, dump)),
  };
}

const SAMPLE_EVERY_MS = 10;

/**
 * @param {number} pid
 * @param {string} mode
 * @param {string} dump
 */
async function measureMemory(pid, mode, dump) {
  resetPeak(pid);
  const rss = memory(pid, "VmRSS");
  const before = pageCounts(pid);
  if (!before) throw new Error("the target has ended");
  const peaks = { targetDirty: 0, childDirty: 0, proportional: 0 };
  const sample = () => {
    const own = pageCounts(pid);
    // The task of `stop` has the target's memory.
    const children = (mode === "stop" ? [] : childProcesses(pid))
      .map(pageCounts)
      .filter((found) => found !== undefined);
    // A child that came between halved the target's share.
    const after = pageCounts(pid);
    if (!own || !after) return;
    const sum = (/** @type {"Pss" | "Private_Dirty"} */ name) =>
      children.reduce((total, child) => total + child[name], 0);
    peaks.targetDirty = Math.max(peaks.targetDirty, own.Private_Dirty - before.Private_Dirty);
    peaks.childDirty = Math.max(peaks.childDirty, sum("Private_Dirty"));
    peaks.proportional = Math.max(peaks.proportional, Math.min(own.Pss, after.Pss) + sum("Pss") - before.Pss);
  };
  const sampling = setInterval(sample, SAMPLE_EVERY_MS);
  await attach(pid, mode, dump);
  clearInterval(sampling);
  return { ...peaks, growth: memory(pid, "VmHWM") - rss };
}
