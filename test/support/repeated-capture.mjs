// A target (test/targets/heartbeat.py) that is captured often while it works, and what harm it came to.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * @typedef {object} RepeatedCapture
 * @property {string} harm what is wrong with the target, in words; empty where nothing is
 * @property {number} done captures
 * @property {number} inconsistent captures at no safe point
 * @property {number} incomplete captures that the payload gave up
 * @property {{ exitCode: number, message: string }[]} failures
 * @property {Record<string, number>} routes
 * @property {number[]} pauses longest stop of each capture, milliseconds
 * @property {number} gap longest time between two turns of the target's work while it was captured, milliseconds
 * @property {number} bareGap the same for as long as `bareMs` says before, 0 unless it is given
 */

/**
 * @param {string} python
 * @param {string} state
 * @param {number} threads
 * @param {string} modes one after another: `fork,stop`
 * @param {number} captures in each of the modes
 * @param {number} [bareMs] how long the target works first, to compare with
 * @returns {Promise<RepeatedCapture>}
 */
export async function captureRepeatedly(python, state, threads, modes, captures, bareMs = 0) {
  const args = [path("../targets/heartbeat.py"), state, "100000", String(threads)];
  const target = spawn(python, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(target, "close");
  const pid = /** @type {number} */ (target.pid);
  let output = "";
  for (const stream of [target.stdout, target.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  while (!output.includes("beat") && target.exitCode === null) await sleep(10);
  const before = view(pid);
  const ready = output.length;
  await sleep(bareMs);
  const bare = output.length;
  const options = { maxBuffer: 1 << 28 };
  const attachOften = [path("capture-loop.mjs"), String(pid), String(captures), modes];
  const { stdout } = await run(process.execPath, attachOften, options);
  const outcome = JSON.parse(stdout);
  const end = output.length;
  for (let i = 0; i < 100 && output.indexOf("beat", end) < 0; i++) await sleep(100);
  const harm = [];
  if (target.exitCode !== null || target.signalCode !== null) harm.push("ended");
  else {
    if (output.indexOf("beat", end) < 0) harm.push("beats no more");
    const after = view(pid);
    if (state !== "children" && after !== before) harm.push(`has become ${after}, which was ${before}`);
  }
  if (/wrong|Traceback/.test(output)) harm.push("wrong results");
  target.kill("SIGKILL");
  await exited;
  return {
    ...outcome,
    harm: harm.join(", "),
    bareGap: longestGap(output.slice(ready, bare)),
    gap: longestGap(output.slice(bare)),
  };
}

/** @param {string} output */
function longestGap(output) {
  return Math.max(0, ...[...output.matchAll(/^beat ([\d.]+)$/gm)].map(([, gap]) => Number(gap)));
}

/**
 * What must be as before: threads, children (zombies too), descriptors, mappings that are executable.
 * @param {number} pid
 */
function view(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const executable = readFileSync(`/proc/${pid}/maps`, "utf8").match(/^\S+ ..x. .*$/gm) ?? [];
  return JSON.stringify({
    threads: tasks.length,
    children: tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim()).join(""),
    descriptors: readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)),
    executable: executable.length,
  });
}
