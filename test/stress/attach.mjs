// How many targets come to harm: `npm run stress -- [CAPTURES] [--modes MODE,…] [--states STATE,…] [--pythons
// VERSION,…]`. Each state of each interpreter is captured CAPTURES times (200 unless told) in each mode. A target that
// dies, stops beating, computes something wrong, or has threads, children, descriptors or executable mappings that it
// had not, is counted; docs/attach.md has the table.
import { parseArgs } from "node:util";
import { findInterpreters } from "../../scripts/interpreters.mjs";
import { captureRepeatedly } from "../support/repeated-capture.mjs";

/** @type {[state: string, threads: number][]} */
const cases = [
  ["loop", 0],
  ["loop", 2],
  ["malloc", 0],
  ["malloc", 2],
  ["objects", 0],
  ["objects", 2],
  ["collect", 0],
  ["collect", 2],
  ["sleep", 0],
  ["lock", 1],
  ["condition", 0],
  ["poll", 1],
  ["pipe", 0],
  ["children", 0],
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    modes: { type: "string", default: "fork,stop,python" },
    states: { type: "string" },
    pythons: { type: "string" },
  },
});
const captures = Number(positionals[0] ?? 200);
const states = values.states?.split(",");
const versions = values.pythons?.split(",");

/** @param {number[]} numbers */
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

let harmed = 0;
let total = 0;
console.log(
  "| CPython | mode | target | captures | by route | inconsistent | incomplete | refused | harmed | stop, median ms | longest gap, ms | without captures, ms |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|---|");
for (const { path, version, library } of findInterpreters()) {
  if (versions && !versions.includes(version)) continue;
  for (const [state, threads] of cases) {
    if (states && !states.includes(state)) continue;
    for (const mode of values.modes.split(",")) {
      const outcome = await captureRepeatedly(path, state, threads, mode, captures, 1000);
      total += outcome.done + outcome.failures.length;
      if (outcome.harm) harmed++;
      const routes = Object.entries(outcome.routes).map(([route, count]) => `${route} ${count}`);
      const row = [
        `${version} ${library}`,
        mode,
        `${state}${threads ? ` + ${threads} threads` : ""}`,
        outcome.done + outcome.failures.length,
        routes.join(", "),
        outcome.inconsistent,
        outcome.incomplete,
        outcome.failures.length,
        outcome.harm || "no",
        median(outcome.pauses).toFixed(2),
        outcome.gap.toFixed(1),
        outcome.bareGap.toFixed(1),
      ];
      console.log(`| ${row.join(" | ")} |`);
      if (outcome.failures[0]) console.error(outcome.failures[0].message);
    }
  }
}
console.log(`\n${total} captures, ${harmed} targets harmed`);
process.exitCode = harmed ? 1 : 0;
