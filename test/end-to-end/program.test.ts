// The program as it is installed: one file, which loads what it needs.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TempWorkspace } from "../support/cli.js";
import { shop } from "../support/sample-heaps.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

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

test("the package has what it is built from and what it needs, and nothing of the tests", () => {
  const options = { cwd: root, encoding: "utf8" as const };
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], options),
  );
  const files: string[] = packed.files.map(({ path }: { path: string }) => path);
  const folders = ["support", "process", "tracee", "python", "capture", "dump", "index", "heap", "analysis"];
  const list = ["scripts/native-sources.mjs", "--payload", ...folders, "sqlite", "binding"];
  const sources = execFileSync(process.execPath, list, options).trim().split("\n");
  expect(sources.length).toBeGreaterThan(100);
  const needed = [
    "binding.gyp",
    "bin/heapdump.js",
    "bin/package.json",
    "dist/heapdump.cjs",
    "dist/licences.txt",
    "payload/dump.py",
    "scripts/build-payload.mjs",
    "scripts/native-sources.mjs",
  ];
  expect(files).toEqual(expect.arrayContaining([...sources, ...needed]));
  expect(
    files.filter((name) => /test|node_modules|__pycache__|\.partial$|^(src|build|demo)\//.test(name)),
  ).toEqual([]);
});
