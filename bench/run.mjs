// `npm run bench`: what a capture and the first questions cost on the mixed heap, as ratios to the bare closure loop
// in the same target, in the same run; medians of several rounds. docs/performance.md says what the rows mean.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chooseInterpreter } from "../scripts/interpreters.mjs";
import { setup } from "../scripts/setup.mjs";
import { fail } from "../scripts/stage.mjs";
import { heapdump, measureCapture, modes } from "./capture.mjs";
import { Target } from "./held-target.mjs";
import { measure, memory } from "./process.mjs";
import { print } from "./table.mjs";

const help = `Usage: npm run bench -- [--heaps HEAP[,HEAP…]] [--rounds N] [--modes MODE[,MODE…]] [--python PATH] [--json]

  --heaps    which heaps (default 1e6,5e6): a number is the nominal size of a mixed heap, \`libraries\` a program made of
             the packages that the CPython finds (PYTHONPATH is that of \`npm run real\`'s environment, say)
  --rounds   how often everything is measured; figures are medians (default 3)
  --modes    which modes of attach (default ${modes.join()})
  --python   the CPython that holds the heap (default: python3)
  --json     one JSON document: times in seconds, memory in bytes
`;

/**
 * @typedef {object} Round
 * @property {number} nodeStart wall time of `heapdump --version`, in seconds
 * @property {number} loop processor time of the bare closure loop, in seconds
 * @property {Record<string, import("./capture.mjs").Capture>} captures by mode
 * @property {number} firstOpen wall time of `top` with the index built, in seconds, without Node's own start
 * @property {number} firstOpenCpu seconds
 * @property {number} reopen wall time of `top` again
 *
 * @typedef {object} Result
 * @property {string} python version
 * @property {string} heap what was asked for
 * @property {string | string[]} made what the target says of it
 * @property {number} objects that the bare closure loop visits
 * @property {number} rss of the target before the first capture, in bytes
 * @property {Round} median
 * @property {Round[]} rounds
 */

/**
 * @param {string} python
 * @param {string} heap
 * @param {number} rounds
 * @param {string[]} wanted modes
 * @param {string} folder
 * @returns {Promise<Omit<Result, "python">>}
 */
async function bench(python, heap, rounds, wanted, folder) {
  const target = new Target(python, heap);
  const { made } = await target.answer();
  const rss = memory(target.pid, "VmRSS");
  const dump = join(folder, "heap.bin");
  /** @type {Round[]} */
  const measured = [];
  let objects = 0;
  for (let round = 0; round < rounds; round++) {
    // Measured each time anew, since a machine is not the same from one minute to the next.
    const start = await startOfNode();
    /** @type {Round["captures"]} */
    const captures = {};
    for (const mode of wanted) captures[mode] = await measureCapture(target, mode, dump, start);
    const loop = await target.ask("loop");
    objects = loop.objects;
    measured.push({
      nodeStart: start.wall,
      loop: loop.cpu_s,
      captures,
      ...(await measureOpening(dump, start)),
    });
  }
  target.end();
  return { heap, made, objects, rss, median: medians(measured), rounds: measured };
}

/** What every command costs before it does anything; no figure of ours. */
async function startOfNode() {
  const runs = [];
  for (let i = 0; i < 5; i++) runs.push(await measure([...heapdump, "--version"]));
  return { cpu: median(runs.map(({ cpu }) => cpu)), wall: median(runs.map(({ wall }) => wall)) };
}

/**
 * @param {string} dump
 * @param {{ cpu: number, wall: number }} start
 */
async function measureOpening(dump, start) {
  rmSync(`${dump}.index`, { force: true, recursive: true });
  const first = await measure([...heapdump, "top", dump]);
  const again = await measure([...heapdump, "top", dump]);
  return {
    firstOpen: first.wall - start.wall,
    firstOpenCpu: first.cpu - start.cpu,
    reopen: again.wall - start.wall,
  };
}

/**
 * Of numbers, and of objects of the same form that hold some.
 * @template T
 * @param {T[]} values
 * @returns {T}
 */
function medians(values) {
  const [first] = values;
  if (typeof first === "number") return /** @type {T} */ (median(/** @type {number[]} */ (values)));
  const keys = /** @type {(keyof T)[]} */ (Object.keys(first ?? {}));
  return /** @type {T} */ (
    Object.fromEntries(keys.map((key) => [key, medians(values.map((value) => value[key]))]))
  );
}

/** @param {number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}

async function main() {
  const { values } = parseArgs({
    options: {
      heaps: { type: "string", default: "1e6,5e6" },
      rounds: { type: "string", default: "3" },
      modes: { type: "string", default: modes.join() },
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
  for (const heap of values.heaps.split(",")) {
    const rounds = Number(values.rounds);
    const wanted = values.modes.split(",");
    const result = {
      python: python.version,
      ...(await bench(python.path, heap, rounds, wanted, folder)),
    };
    results.push(result);
    if (!values.json) print(result);
  }
  if (values.json) console.log(JSON.stringify({ node: process.version, results }, null, 2));
}

await main().catch(fail);
