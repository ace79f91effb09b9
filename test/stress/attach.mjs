// How many targets come to harm: `npm run stress -- [ATTACHES] [OPTIONS]` attaches to each home (homes.mjs) of each
// interpreter in each mode ATTACHES times (50 unless told). It fails if a target is killed, frozen or computes
// something wrong, if the tool hangs, or if anything is left in a target.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { findInterpreters } from "../../scripts/interpreters.mjs";
import { attachOften, startControl } from "./cell.mjs";
import { HOMES } from "./homes.mjs";
import { progress, summary } from "./report.mjs";
import { impossible } from "./target.mjs";

const HELP = `npm run stress -- [ATTACHES] [OPTIONS]
  --modes MODE,…         of fork, stop, python
  --homes WORD;…         homes whose name contains one of these words
  --pythons VERSION,…    such as 3.8.18,3.13.0
  --kill random|faults   kills the tool at a random time of each attach, or at each fault point in turn
  --stop random          stops the tool at a random time of each attach, for two seconds
  --bare MS              how long a target is watched before it is attached (1000)
  --json FILE            writes what was counted`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    modes: { type: "string", default: "fork,stop,python" },
    homes: { type: "string" },
    pythons: { type: "string" },
    kill: { type: "string", default: "none" },
    stop: { type: "string", default: "none" },
    bare: { type: "string", default: "1000" },
    json: { type: "string" },
    help: { type: "boolean" },
  },
});
const attaches = Number(positionals[0] ?? 50);
const { kill, stop } = values;
if (
  values.help ||
  !(attaches > 0) ||
  (kill !== "none" && kill !== "random" && kill !== "faults") ||
  (stop !== "none" && stop !== "random")
) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
const words = values.homes?.split(";");
const homes = HOMES.filter(({ name }) => words?.some((word) => name.includes(word)) ?? true);
const versions = values.pythons?.split(",");

const started = Date.now();
/** @type {import("./report.mjs").Row[]} */
const rows = [];
for (const { path: python, version, library } of findInterpreters()) {
  if (versions && !versions.includes(version)) continue;
  const endControl = await startControl(python);
  for (const home of homes) {
    const why = impossible(home, python, library);
    if (why) {
      console.log(`${version} (${library}), ${home.name}: left out: ${why}`);
      continue;
    }
    for (const mode of values.modes.split(",")) {
      const counts = await attachOften({
        python,
        modes: [mode],
        home,
        attaches,
        kill,
        stop,
        bareMs: Number(values.bare),
      });
      const row = { version: `${version} (${library})`, mode, home: home.name, counts };
      rows.push(row);
      console.log(progress(row));
    }
  }
  await endControl();
}
const harmed = rows.reduce((total, { counts }) => total + counts.harmed, 0);
const total = rows.reduce((sum, { counts }) => sum + counts.attaches, 0);
const seconds = (Date.now() - started) / 1000;
console.log(`\n${summary(rows)}\n\n${total} attaches in ${seconds.toFixed(0)} s; harm: ${harmed}`);
if (values.json)
  writeFileSync(values.json, JSON.stringify({ argv: process.argv.slice(2), seconds, rows }, null, 1));
process.exitCode = harmed ? 1 : 0;
