// How many targets come to harm: `npm run stress [ATTACHES]`. Each state of each interpreter is attached ATTACHES
// times (200 unless told), with a payload that writes one record. A target that dies, stops beating or computes
// something wrong is counted; docs/harm.md has the table.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findInterpreters } from "../../scripts/interpreters.mjs";

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const attaches = Number(process.argv[2] ?? 200);
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

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function stress(python, state, threads) {
  const target = spawn(python, [here("../targets/beat.py"), state, "100000", String(threads)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [target.stdout, target.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  while (!output.includes("ready")) await wait(10);
  const { stdout } = await run(process.execPath, [here("../support/attach-often.mjs"), target.pid, attaches]);
  const outcome = JSON.parse(stdout);
  const before = output.length;
  await wait(1000);
  outcome.harm = "";
  if (target.exitCode !== null || target.signalCode !== null) outcome.harm = "ended ";
  else if (output.length === before) outcome.harm = "beats no more ";
  if (/wrong|Traceback/.test(output)) outcome.harm += "wrong results";
  target.kill("SIGKILL");
  await once(target, "close");
  return outcome;
}

let harmed = 0;
let total = 0;
console.log("| CPython | target | attaches | by route | refused | harmed | stop, median ms |");
console.log("|---|---|---|---|---|---|---|");
for (const { path, version, library } of findInterpreters()) {
  for (const [state, threads] of cases) {
    const outcome = await stress(path, state, threads);
    const tried = outcome.done + outcome.failures.length;
    total += tried;
    if (outcome.harm) harmed++;
    const routes = Object.entries(outcome.routes).map(([route, count]) => `${route} ${count}`);
    console.log(
      `| ${version} ${library} | ${state}${threads ? ` + ${threads} threads` : ""} | ${tried} | ${routes.join(", ")} | ` +
        `${outcome.failures.length} | ${outcome.harm || "no"} | ${median(outcome.pauses).toFixed(2)} |`,
    );
    if (outcome.failures.length) console.error(outcome.failures[0].message);
  }
}
console.log(`\n${total} attaches, ${harmed} targets harmed`);
process.exitCode = harmed ? 1 : 0;
