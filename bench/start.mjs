// The benchmark of starting: the processor time of short commands beside that of a Node that does nothing.
//
//     node bench/start.mjs [OBJECTS] [--rounds N] [--folder FOLDER]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildNative } from "../scripts/native-test.mjs";
import { childrenCpuSeconds } from "./process.mjs";

/** The kernel counts in hundredths of a second, so that several runs are measured as one. */
const RUNS = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "15" }, folder: { type: "string", default: tmpdir() } },
});
const objects = Number(positionals[0] ?? 1e7);
const heapdump = fileURLToPath(new URL("../bin/heapdump.js", import.meta.url));
const program = join(await buildNative("index_bench", "RelWithDebInfo", false), "index_bench");
const folder = mkdtempSync(join(values.folder, "heapdump-bench-"));
const dump = join(folder, "heap.bin");

/** @param {string[]} args of node */
function cpuSeconds(args) {
  const before = childrenCpuSeconds();
  for (let i = 0; i < RUNS; i++)
    execFileSync(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  return (childrenCpuSeconds() - before) / RUNS;
}

try {
  execFileSync(program, ["make", "mixed", String(objects), dump]);
  /** @type {[title: string, args: string[], bar?: number][]} */
  const commands = [
    ["node -e 0", ["-e", "0"]],
    ["heapdump --version", [heapdump, "--version"], 1.5],
    ["heapdump top", [heapdump, "top", dump], 2],
    ["heapdump --help", [heapdump, "--help"]],
  ];
  // The first round, in which the heap is indexed, is not counted.
  for (const [, args] of commands) execFileSync(process.execPath, args);
  const rounds = Array.from({ length: Number(values.rounds) }, () =>
    commands.map(([, args]) => cpuSeconds(args)),
  );
  console.log(
    `${objects.toLocaleString("en-US")} objects, Node ${process.version}; medians of ${values.rounds} rounds\n`,
  );
  console.log(`${"command".padEnd(24)}${"CPU, ms".padStart(8)}${"× node".padStart(8)}${"bar".padStart(6)}`);
  for (const [i, [title, , bar]] of commands.entries()) {
    const ms = median(rounds.map((times) => (times[i] ?? 0) * 1000));
    // Of each round by itself: a machine is not the same from one minute to the next.
    const ratio = median(rounds.map((times) => (times[i] ?? 0) / (times[0] ?? 0)));
    const figures = [ms.toFixed(0).padStart(8), ratio.toFixed(2).padStart(8), String(bar ?? "").padStart(6)];
    console.log(`${title.padEnd(24)}${figures.join("")}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
