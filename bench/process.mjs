// Processor time and memory of processes, from /proc.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const TICKS_PER_SECOND = 100;

/**
 * Processor time that all threads of a process have used.
 * @param {number} pid
 * @returns {number} seconds, to the nanosecond
 */
export function cpuSeconds(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = tasks.map(
    (task) => readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0],
  );
  return nanoseconds.reduce((sum, part) => sum + Number(part), 0) / 1e9;
}

/**
 * Processor time of all children that have ended.
 * @returns {number} seconds, to the clock tick
 */
export function childrenCpuSeconds() {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/**
 * @param {number} pid
 * @param {"VmRSS" | "VmHWM"} name
 * @returns {number} bytes
 */
export function memory(pid, name) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(status.match(new RegExp(`${name}:\\s+(\\d+) kB`))?.[1]) * 1024;
}

/**
 * What the kernel counts of a process's pages.
 * @param {number} pid
 * @returns {{ Pss: number, Private_Dirty: number } | undefined} bytes; undefined where it has ended
 */
export function pageCounts(pid) {
  try {
    const counts = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const bytes = (/** @type {string} */ name) =>
      Number(counts.match(new RegExp(`^${name}:\\s+(\\d+) kB`, "m"))?.[1] ?? 0) * 1024;
    return { Pss: bytes("Pss"), Private_Dirty: bytes("Private_Dirty") };
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {number[]}
 */
export function childProcesses(pid) {
  const children = readdirSync(`/proc/${pid}/task`).map((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim(),
  );
  return children.filter(Boolean).flatMap((line) => line.split(" ").map(Number));
}

/**
 * Sets VmHWM back to what is resident now.
 * @param {number} pid
 */
export function resetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/**
 * Runs a command to its end, alone.
 * @param {string[]} command
 * @returns {Promise<{ output: string, cpu: number, wall: number }>} seconds
 */
export async function measure(command) {
  const cpu = childrenCpuSeconds();
  const start = performance.now();
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const output = await text(child.stdout);
  const code = await ended;
  const wall = (performance.now() - start) / 1000;
  if (code !== 0) throw new Error(`${command.join(" ")} failed with exit code ${code}`);
  return { output, cpu: childrenCpuSeconds() - cpu, wall };
}
