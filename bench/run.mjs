// `npm run bench`: what a capture and the first questions cost on the mixed heap, as ratios to the bare closure loop
// in the same target, in the same run; medians of several rounds. docs/performance.md says what the rows mean.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chooseInterpreter } from "../scripts/interpreters.mjs";
import { setup } from "../scripts/setup.mjs";
import { fail, StageError } from "../scripts/stage.mjs";
import { cpuSeconds, measure, memory, resetPeak } from "./process.mjs";

const help = `Usage: npm run bench -- [--objects N[,N…]] [--rounds N] [--python PATH] [--json]

  --objects  nominal sizes of the mixed heap (default 1e6,5e6)
  --rounds   how often everything is measured; figures are medians (default 3)
  --python   the CPython that holds the heap (default: python3)
  --json     one JSON document: times in seconds, memory in bytes
`;

const heapdump = [process.execPath, fileURLToPath(new URL("../bin/heapdump.js", import.meta.url))];
const targetProgram = fileURLToPath(new URL("target.py", import.meta.url));

/**
 * @typedef {object} Round
 * @property {number} nodeStart wall time of `heapdump --version`, in seconds
 * @property {number} loop processor time of the bare closure loop, in seconds
 * @property {number} captureCpu of target and tool together, without Node's own start, in seconds
 * @property {number} captureTargetCpu seconds
 * @property {number} captureWall seconds, without Node's own start
 * @property {number} pause longest single stop, in seconds
 * @property {number} growth peak of the target's resident memory over what it was, in bytes
 * @property {number} firstOpen wall time of `top` with the index built, in seconds, without Node's own start
 * @property {number} firstOpenCpu seconds
 * @property {number} reopen wall time of `top` again
 * @property {number} dumpBytes
 * @property {number} dumpObjects
 *
 * @typedef {object} Result
 * @property {string} python version
 * @property {number} nominal
 * @property {number} objects that the bare closure loop visits
 * @property {number} rss of the target before the first capture, in bytes
 * @property {Round} median
 * @property {Round[]} rounds
 */

class Target {
  /**
   * @param {string} python
   * @param {number} objects
   */
  constructor(python, objects) {
    this.process = spawn(python, ["-B", targetProgram, String(objects)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    process.once("exit", () => this.process.kill("SIGKILL"));
  }

  get pid() {
    return /** @type {number} */ (this.process.pid);
  }

  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new StageError("the target ended too early");
    return JSON.parse(value);
  }

  /** @returns {Promise<{ objects: number, cpu_s: number }>} */
  async runLoop() {
    this.process.stdin.write("\n");
    return this.answer();
  }
}

/**
 * @param {string} python
 * @param {number} nominal
 * @param {number} rounds
 * @param {string} folder
 * @returns {Promise<Omit<Result, "python">>}
 */
async function bench(python, nominal, rounds, folder) {
  const target = new Target(python, nominal);
  await target.answer();
  const rss = memory(target.pid, "VmRSS");
  const dump = join(folder, "heap.bin");
  /** @type {Round[]} */
  const measured = [];
  let objects = 0;
  for (let round = 0; round < rounds; round++) {
    // Measured each time anew, since a machine is not the same from one minute to the next.
    const start = await startOfNode();
    const capture = await measureCapture(target, dump, start);
    const loop = await target.runLoop();
    objects = loop.objects;
    measured.push({
      nodeStart: start.wall,
      loop: loop.cpu_s,
      ...capture,
      ...(await measureOpening(dump, start)),
    });
  }
  target.process.stdin.end();
  return { nominal, objects, rss, median: medians(measured), rounds: measured };
}

/** What every command costs before it does anything; no figure of ours. */
async function startOfNode() {
  const runs = [];
  for (let i = 0; i < 5; i++) runs.push(await measure([...heapdump, "--version"]));
  return { cpu: median(runs.map(({ cpu }) => cpu)), wall: median(runs.map(({ wall }) => wall)) };
}

/**
 * @param {Target} target
 * @param {string} dump
 * @param {{ cpu: number, wall: number }} start
 */
async function measureCapture({ pid }, dump, start) {
  resetPeak(pid);
  const rss = memory(pid, "VmRSS");
  const cpu = cpuSeconds(pid);
  const tool = await measure([...heapdump, "attach", String(pid), "-o", dump, "--mode", "python", "--json"]);
  const targetCpu = cpuSeconds(pid) - cpu;
  const { pause_ms, bytes, objects } = JSON.parse(tool.output);
  return {
    captureCpu: targetCpu + tool.cpu - start.cpu,
    captureTargetCpu: targetCpu,
    captureWall: tool.wall - start.wall,
    pause: pause_ms / 1000,
    growth: memory(pid, "VmHWM") - rss,
    dumpBytes: bytes,
    dumpObjects: objects,
  };
}

/**
 * @param {string} dump
 * @param {{ cpu: number, wall: number }} start
 */
async function measureOpening(dump, start) {
  const { indexPath } = await import("../dist/store/location.js");
  rmSync(indexPath(dump), { force: true, recursive: true });
  const first = await measure([...heapdump, "top", dump]);
  const again = await measure([...heapdump, "top", dump]);
  return {
    firstOpen: first.wall - start.wall,
    firstOpenCpu: first.cpu - start.cpu,
    reopen: again.wall - start.wall,
  };
}

/**
 * @param {Round[]} rounds
 * @returns {Round}
 */
function medians(rounds) {
  const keys = /** @type {(keyof Round)[]} */ (Object.keys(rounds[0] ?? {}));
  const entries = keys.map((key) => [key, median(rounds.map((round) => round[key]))]);
  return Object.fromEntries(entries);
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}

/** @param {Result} result */
function print({ python, nominal, objects, rss, median: m, rounds }) {
  const count = (/** @type {number} */ n) => n.toLocaleString("en-US");
  const perObject = (/** @type {number} */ s) => `${((s / objects) * 1e6).toFixed(2)} µs/object`;
  const times = (/** @type {number} */ s) => `${(s / m.loop).toFixed(2)} ×`;
  const seconds = (/** @type {number} */ s) => `${s.toFixed(2)} s`;
  const mebibytes = (/** @type {number} */ bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  console.log(
    `\nMixed heap, nominal ${count(nominal)}: ${count(objects)} objects, ${mebibytes(rss)} resident`,
  );
  console.log(
    `CPython ${python}, Node ${process.version}, ${cpus()[0]?.model.trim()}, median of ${rounds.length}\n`,
  );
  const rows = [
    ["bare closure loop, CPU", seconds(m.loop), perObject(m.loop), times(m.loop)],
    ["attach, CPU of target and tool", seconds(m.captureCpu), perObject(m.captureCpu), times(m.captureCpu)],
    [
      "attach, CPU of the target",
      seconds(m.captureTargetCpu),
      perObject(m.captureTargetCpu),
      times(m.captureTargetCpu),
    ],
    ["attach, wall", seconds(m.captureWall), perObject(m.captureWall), times(m.captureWall)],
    ["attach, longest stop by ptrace", `${(m.pause * 1000).toFixed(1)} ms`, "", ""],
    [
      "attach, growth of the target",
      mebibytes(m.growth),
      `${(m.growth / objects).toFixed(1)} B/object`,
      `${((m.growth / rss) * 100).toFixed(0)} % of RSS`,
    ],
    ["dump", mebibytes(m.dumpBytes), `${(m.dumpBytes / m.dumpObjects).toFixed(1)} B/object`, ""],
    ["first open with index, top", seconds(m.firstOpen), perObject(m.firstOpen), times(m.firstOpen)],
    ["opening again, top", seconds(m.reopen), "", times(m.reopen)],
    ["Node's own start, taken off above", seconds(m.nodeStart), "", ""],
  ];
  for (const [what = "", value = "", each = "", ratio = ""] of rows) {
    console.log(`  ${what.padEnd(36)}${value.padStart(10)}${each.padStart(18)}${ratio.padStart(14)}`);
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      objects: { type: "string", default: "1e6,5e6" },
      rounds: { type: "string", default: "3" },
      python: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return process.stdout.write(help);
  await setup();
  const python = chooseInterpreter(values.python);
  const folder = mkdtempSync(join(tmpdir(), "heapdump-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130));
  const results = [];
  for (const size of values.objects.split(",")) {
    const result = {
      python: python.version,
      ...(await bench(python.path, Number(size), Number(values.rounds), folder)),
    };
    results.push(result);
    if (!values.json) print(result);
  }
  if (values.json) console.log(JSON.stringify({ node: process.version, results }, null, 2));
}

await main().catch(fail);
