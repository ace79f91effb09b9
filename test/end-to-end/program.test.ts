// The program as it is installed: one file, which loads what it needs.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TempWorkspace } from "../support/cli.js";
import { shop } from "../support/sample-heaps.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
  workspace.dump("heap.bin", shop().heap);
});
afterAll(() => workspace.remove());

test("a defect is reported with the files and lines of the source", () => {
  const broken = workspace.path("broken.cjs");
  writeFileSync(broken, "BigInt.prototype.toString = () => { throw new TypeError('made for a test'); };");
  const env = { NODE_OPTIONS: `--require ${broken}` };
  const plain = workspace.run(["top", "heap.bin"], { env });
  expect(plain).toMatchObject({ status: 70, stdout: "" });
  expect(plain.stderr).toMatch(
    /^heapdump: a defect of heapdump, .*: made for a test \(HEAPDUMP_DEBUG=1 shows/,
  );
  const { status, stderr } = workspace.run(["top", "heap.bin"], { env: { ...env, HEAPDUMP_DEBUG: "1" } });
  expect(status).toBe(70);
  expect(stderr).toMatch(
    /TypeError: made for a test\n {4}at .*\n {4}at .* \(.*\/src\/view\/text\.ts:\d+:\d+\)\n/,
  );
  expect(stderr).toMatch(/\/src\/cli\/top\.ts:\d+:\d+\)/);
});

test.each([
  ["--version", [], ["stream", "crypto", "better_sqlite3"]],
  ["top", ["heap.bin"], ["crypto", "readline", "Segmenter", "viz"]],
])("%s does not load what it does not need", (command, args, needless) => {
  const spy = workspace.path("spy.cjs");
  writeFileSync(
    spy,
    `const Module = require("node:module");
     const { _load } = Module;
     const loaded = [];
     Module._load = function (name) { loaded.push(name); return _load.apply(this, arguments); };
     Intl.Segmenter = class { constructor() { loaded.push("Segmenter"); } };
     process.once("exit", () => console.error("loaded " + loaded.join(" ")));`,
  );
  const { status, stderr } = workspace.run([command, ...args], { env: { NODE_OPTIONS: `--require ${spy}` } });
  expect(status).toBe(0);
  const loaded = stderr.match(/^loaded (.*)$/m)?.[1];
  expect(loaded).toContain("heapdump.cjs");
  for (const name of needless) expect(loaded).not.toContain(name);
});
