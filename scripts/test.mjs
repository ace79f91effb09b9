// `npm test`: sets up, runs every test, and ends with the totals of all runners on one line. With arguments
// (`npm test -- test/unit`) these go to vitest, and the native unit tests are left out.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setup } from "./setup.mjs";
import { fail } from "./stage.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = join(root, "build/test-results");
const nativeTests = join(root, "scripts/native-test.mjs");

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/**
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} [env] joins this process's own
 * @param {Promise<unknown>} [shown] when what it prints may be shown; at once if left out
 * @returns {Promise<boolean>} whether it went well
 */
async function run([program = "", ...args], env = {}, shown) {
  const output = shown ? "pipe" : "inherit";
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["inherit", output, output],
    env: { ...process.env, ...env },
  });
  /** @type {Buffer[] | undefined} */
  let kept = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (text) => (kept ? kept.push(text) : process.stdout.write(text)));
  }
  const ended = new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
  await shown;
  for (const text of kept) process.stdout.write(text);
  kept = undefined;
  return ended;
}

/**
 * @param {string[]} args
 * @returns {Promise<Totals>}
 */
async function runVitest(args) {
  const report = join(results, "vitest.json");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  // With CI set, an expected text that is missing is a failure, and not written by the way.
  const ok = await run([process.execPath, vitest, "run", ...reporters, ...args], { CI: "true" });
  /** @type {Totals} */
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const file of readJson(report)?.testResults ?? []) {
    // A file that cannot be loaded, or whose preparation fails, has no failed test.
    const blamed = file.assertionResults.some(
      (/** @type {{ status: string }} */ { status }) => status === "failed",
    );
    if (file.status === "failed" && !blamed) totals.failed++;
    for (const { status } of file.assertionResults) {
      if (status === "passed") totals.passed++;
      else if (status === "failed") totals.failed++;
      else totals.skipped++;
    }
  }
  return counted(ok, totals);
}

/**
 * Compiles and runs them in the time that other tests leave.
 * @param {Promise<unknown>} others until whose end what these print is kept
 * @returns {Promise<Totals>}
 */
async function runNativeTests(others) {
  const reports = join(results, "native");
  mkdirSync(reports);
  const env = { GTEST_BRIEF: "1", GTEST_OUTPUT: `json:${reports}/` };
  const ok = await run(["nice", process.execPath, nativeTests], env, others);
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const name of readdirSync(reports)) {
    for (const suite of readJson(join(reports, name)).testsuites) {
      for (const test of suite.testsuite) {
        if (test.failures) totals.failed++;
        else if (test.result === "COMPLETED") totals.passed++;
        else totals.skipped++;
      }
    }
  }
  return counted(ok && totals.passed > 0, totals);
}

/**
 * A runner that failed with no test to blame (it did not start, it crashed) counts as one failure.
 * @param {boolean} ok
 * @param {Totals} totals
 */
function counted(ok, totals) {
  return ok || totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

/** @param {string} path */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

await setup({ forTests: true }).catch(fail);
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const args = process.argv.slice(2);
/** @type {Totals[]} */
const runners = [];
if (args.length > 0) {
  runners.push(await runVitest(args));
} else {
  const others = runVitest([]);
  runners.push(...(await Promise.all([others, runNativeTests(others)])));
}
/** @param {keyof Totals} kind */
const sum = (kind) => runners.reduce((total, totals) => total + totals[kind], 0);
if (sum("skipped") > 0) console.log(`\n${sum("skipped")} skipped`);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") === 0 ? 0 : 1;
