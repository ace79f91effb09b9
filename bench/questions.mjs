// The benchmark of the commands on opened heaps, beyond Node's own start, beside their bar at ten million objects.
//
//     node bench/questions.mjs [OBJECTS] [--rounds N] [--folder FOLDER]
//
// The second heap of `diff` and `leaks` has a fifth more objects.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildNative } from "../scripts/native-test.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, folder: { type: "string", default: tmpdir() } },
});
const objects = Number(positionals[0] ?? 1e7);
const heapdump = fileURLToPath(new URL("../bin/heapdump.js", import.meta.url));
const program = join(await buildNative("index_bench", "RelWithDebInfo", false), "index_bench");
const folder = mkdtempSync(join(values.folder, "heapdump-bench-"));
const now = join(folder, "now.bin");
const old = join(folder, "old.bin");

/** @param {string[]} args */
function run(...args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [heapdump, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`heapdump ${args.join(" ")}: ${stderr}`);
  return performance.now() - start;
}

/** @param {() => number} measure */
function median(measure) {
  const times = Array.from({ length: Number(values.rounds) }, measure).sort((a, b) => a - b);
  return times[times.length >> 1] ?? 0;
}

/** @param {string} query */
function answer(query) {
  const document = execFileSync(process.execPath, [heapdump, "sql", "--json", now, query], {
    encoding: "utf8",
  });
  return JSON.parse(document).rows[0][0];
}

try {
  execFileSync(program, ["make", "mixed", String(objects), now]);
  execFileSync(program, ["make", "mixed", String(Math.round(objects / 1.2)), old]);
  for (const dump of [now, old]) run("top", dump);
  const deepest = `0x${BigInt(answer("SELECT address FROM object ORDER BY retained DESC LIMIT 1")).toString(16)}`;
  const type = answer("SELECT name FROM type WHERE module <> 'builtins' ORDER BY count DESC LIMIT 1");

  /** @type {[bar: number, ...args: string[]][]} */
  const commands = [
    [200, "top", now],
    [200, "top", "--by", "retained", now],
    [1000, "top", "--by", "type", now],
    [1000, "top", "--by", "owner", now],
    [5000, "top", "--by", "kind", now],
    [5000, "top", "--by", "rcs", now],
    [5000, "top", "--by", "via", now],
    [5000, "top", "--by", "content", now],
    [5000, "top", "--by", "rcs", "--of", "str", now],
    [1000, "path", now, deepest],
    [1000, "path", now, type],
    [1000, "show", now, deepest],
    [1000, "leaks", now],
    [3000, "leaks", old, now],
    [3000, "diff", old, now],
    [3000, "diff", "--by", "owner", old, now],
    [3000, "diff", "--by", "path", old, now],
    [1000, "waste", now],
    [1000, "held-by-c", now],
  ];
  const start = median(() => run("--version"));
  console.log(
    `Of ${objects.toLocaleString("en-US")} objects; the median of ${values.rounds} runs, beyond the`,
  );
  console.log(`${start.toFixed(0)} ms that Node and the program take to start.\n`);
  console.log(`${"command".padEnd(36)}${"ms".padStart(8)}${"bar".padStart(8)}`);
  for (const [bar, ...args] of commands) {
    const took = median(() => run(...args)) - start;
    const shown = args.map((arg) => arg.replace(`${folder}/`, "")).join(" ");
    console.log(`${shown.padEnd(36)}${took.toFixed(0).padStart(8)}${String(bar).padStart(8)}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
