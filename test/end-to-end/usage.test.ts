import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COMMANDS as REGISTERED } from "../../src/cli/main.js";
import { TempWorkspace } from "../support/cli.js";
import { dumpPieces } from "../support/dump-file.js";
import { foreignFiles } from "../support/foreign-files.js";
import { shop } from "../support/sample-heaps.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
  workspace.dump("heap.bin", shop().heap);
  workspace.write("empty.bin", "");
  workspace.write("foreign.bin", "PK\x03\x04 this is not a dump");
  workspace.write("empty.bin.gz", "");
  workspace.write("headless.bin", dumpPieces(shop().heap.parts())[0] as Buffer);
  mkdirSync(workspace.path("folder"));
});
afterAll(() => workspace.remove());

const COMMANDS = Object.keys(REGISTERED);

test("help names every command and has an example", () => {
  const { status, stdout, stderr } = workspace.run(["--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  expect(stdout).toContain("Example");
});

test.each(COMMANDS)("%s --help has an example and fits in 100 columns", (command) => {
  const { status, stdout } = workspace.run([command, "--help"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Examples?:\n {2}(sudo )?heapdump/);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
});

test("--version is the package's", () => {
  expect(workspace.run(["--version"])).toMatchObject({ status: 0, stdout: "0.1.0\n" });
});

test.each([
  ["no command", [], "Usage: heapdump"],
  ["an unknown command", ["topp"], "heapdump: unknown command 'topp'\n(Did you mean top?)"],
  ["an unknown option", ["top", "--numbr", "3", "heap.bin"], "heapdump: unknown option '--numbr'"],
  ["a missing file", ["top"], "heapdump: missing required argument 'file'"],
  ["too many files", ["info", "a", "b"], "too many arguments"],
  ["a number that is none", ["top", "-n", "many", "heap.bin"], "must be an integer of at least 1"],
  ["a number below", ["top", "-n", "0", "heap.bin"], "must be an integer of at least 1"],
  [
    "a choice that is none",
    ["top", "--sort", "age", "heap.bin"],
    "Allowed choices are size, count, retained.",
  ],
  ["parents of types", ["top", "--by", "type", "--show-parents", "heap.bin"], "leave out --by type"],
  ["a graph of nothing", ["graph", "heap.bin"], "graph needs an address or a type to explain"],
  [
    "a picture of no kind",
    ["graph", "--filter", "dict", "-o", "x.gif", "heap.bin"],
    ".dot, .svg, .html, .png or .pdf",
  ],
  ["no format", ["export", "heap.bin", "-o", "x"], "required option '--to <format>' not specified"],
  ["sql of nothing", ["sql"], "sql needs a dump, or --schema"],
  ["a schema that is not a name", ["sql", "heap.bin", "--attach", "1x=heap.bin", "SELECT 1"], "NAME=FILE"],
  ["a schema that is taken", ["sql", "heap.bin", "--attach", "main=heap.bin", "SELECT 1"], "NAME=FILE"],
])("%s is a usage error, exit code 2", (_, args, message) => {
  const { status, stdout, stderr } = workspace.run(args);
  expect(stderr).toContain(message);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
});

test.each([
  ["none.bin", "there is no such file"],
  ["empty.bin", "is empty, not a heap dump"],
  ["empty.bin.gz", "is empty, not a heap dump"],
  ["foreign.bin", "is not a heap dump but a zip archive"],
  ["headless.bin", "is cut off before its metadata"],
  ["folder", "is a folder, not a dump"],
])("%s is refused by every command in one line, exit code 5", (file, why) => {
  for (const args of [
    ["info", file],
    ["top", file],
    ["graph", "--filter", "dict", file],
    ["sql", file, "SELECT 1"],
    ["export", file, "--to", "sqlite", "-o", "out.sqlite"],
  ]) {
    const { status, stdout, stderr } = workspace.run(args);
    expect({ args, status, stdout, stderr }).toEqual({
      args,
      status: 5,
      stdout: "",
      stderr: `heapdump: ${file}: ${why}\n`,
    });
  }
});

test("leaks of a process's number leads to --pid", () => {
  expect(workspace.run(["leaks", "4242"])).toEqual({
    status: 2,
    stdout: "",
    stderr: "heapdump: there is no file 4242; of the process with that number: heapdump leaks --pid 4242\n",
  });
});

test.each(foreignFiles)("%s is called what it is, exit code 5", (_, content, why) => {
  workspace.write("other.bin", Buffer.from(content, "latin1"));
  expect(workspace.run(["leaks", "other.bin"])).toEqual({
    status: 5,
    stdout: "",
    stderr: `heapdump: other.bin: ${why}\n`,
  });
});
