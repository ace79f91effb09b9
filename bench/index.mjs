// The benchmark of the index: from a dump to the first question, stage by stage, as ratios to a bare decode of the
// same dump in the same run (decoded once, nothing kept).
//
//     node bench/index.mjs [SHAPE:OBJECTS …] [--dump FILE …] [--large] [--rounds N] [--folder FOLDER]
//
// The shape `process` is a dump taken from a CPython that holds the mixed heap of bench/mixed_heap.py: in it,
// neighbours in memory are not neighbours in the graph. The other shapes are made by native/test/heap_shapes.h.
// --dump takes dumps of real programs, too; --large a heap of a hundred million objects (about 20 GB in FOLDER).
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { chooseInterpreter } from "../scripts/interpreters.mjs";
import { buildNative } from "../scripts/native-test.mjs";
import { setup } from "../scripts/setup.mjs";
import { heapdump } from "./capture.mjs";
import { Target } from "./held-target.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dump: { type: "string", multiple: true, default: [] },
    large: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    folder: { type: "string", default: tmpdir() },
  },
});
const SHAPES = [
  "process:1e6",
  "process:1e7",
  "mixed:1e6",
  "mixed:1e7",
  "shuffled:1e7",
  "list:1e7",
  "chain:1e6",
  "hub:1e6",
];
const WORST = ["cycle:1e7", "shared:1e6", "random:5e6"];
const STAGES = ["decode", "number", "columns", "referrers", "permutations", "roots", "holders"];
const chosen = positionals.length || values.dump.length ? positionals : [...SHAPES, ...WORST];
const heaps = [...chosen, ...(values.large ? ["mixed:1e8"] : []), ...values.dump];

await setup();
const program = join(await buildNative("index_bench", "RelWithDebInfo", false), "index_bench");
const folder = mkdtempSync(join(values.folder, "heapdump-bench-"));

/**
 * @param {string} objects
 * @param {string} dump
 */
async function captureProcess(objects, dump) {
  const target = new Target(chooseInterpreter(undefined).path, objects);
  await target.answer();
  const [program = "", ...args] = heapdump;
  execFileSync(program, [...args, "attach", String(target.pid), "-o", dump, "--json"]);
  target.end();
}

/** @param {string} heap such as `mixed:1e6`, or a dump */
async function measure(heap) {
  const made = join(folder, "made.bin");
  const index = join(folder, "index");
  const [shape = "", size = ""] = heap.split(":");
  const isFile = values.dump.includes(heap);
  if (shape === "process") await captureProcess(size, made);
  else if (!isFile) execFileSync(program, ["make", shape, String(Number(size)), made]);
  let best;
  for (let round = 0; round < Number(values.rounds); round++) {
    const run = execFileSync(program, ["run", isFile ? heap : made, index], { encoding: "utf8" });
    const result = JSON.parse(run);
    if (!best || result.buildSeconds < best.buildSeconds) best = result;
  }
  rmSync(made, { force: true });
  rmSync(index);
  return best;
}

/** @param {string[]} cells */
const line = (cells) =>
  console.log(cells.map((cell, i) => (i ? cell.padStart(13) : cell.padEnd(14))).join(""));

try {
  console.log(
    `The fastest of ${values.rounds} runs each; µs and ns are of one object, CPU of all threads together.\n`,
  );
  line(["heap", "refs/obj", ...STAGES, "µs wall", "µs CPU"]);
  /** @type {{ heap: string, result: Awaited<ReturnType<typeof measure>> }[]} */
  const results = [];
  for (const heap of heaps) {
    const result = await measure(heap);
    /** @param {number} seconds */
    const ns = (seconds) => ((seconds * 1e9) / result.objects).toFixed(0);
    const stages = STAGES.map((stage) => ns(result.stages[stage]));
    const references = (result.references / result.objects).toFixed(1);
    /** @param {number} seconds */
    const us = (seconds) => ((seconds * 1e6) / result.objects).toFixed(3);
    line([basename(heap), references, ...stages, us(result.buildSeconds), us(result.buildCpuSeconds)]);
    results.push({ heap, result });
  }
  console.log(
    "\nMemory is the peak of anonymous memory, beside its bar of 60 B/object + 20 B/reference; the index",
  );
  console.log("beside 60 B/object + 12 B/reference; × bare: of the wall time, and of the CPU time.\n");
  line(["heap", "ns bare", "× bare", "× CPU", "mem B/obj", "bar", "file B/obj", "bar", "reopen ms"]);
  for (const { heap, result } of results) {
    /** @param {number} bytes */
    const each = (bytes) => (bytes / result.objects).toFixed(0);
    /** @param {number} reference bytes of one */
    const bar = (reference) => (60 + (reference * result.references) / result.objects).toFixed(0);
    line([
      basename(heap),
      ((result.bareDecodeSeconds * 1e9) / result.objects).toFixed(0),
      (result.buildSeconds / result.bareDecodeSeconds).toFixed(1),
      (result.buildCpuSeconds / result.bareDecodeCpuSeconds).toFixed(1),
      each(result.peakAnonymousBytes),
      bar(20),
      each(result.indexBytes),
      bar(12),
      (result.reopenSeconds * 1e3).toFixed(2),
    ]);
  }
  const [small, large] = ["mixed:1e6", "mixed:1e7"].map(
    (name) => results.find(({ heap }) => heap === name)?.result,
  );
  if (small && large) {
    /** @param {string} what */
    const ratio = (what) => (large[what] / large.objects / (small[what] / small.objects)).toFixed(2);
    console.log(
      `\nFrom 1 M to 10 M objects of the mixed heap, per object: time × ${ratio("buildSeconds")}, ` +
        `memory × ${ratio("peakAnonymousBytes")} (bar 1.5).`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
