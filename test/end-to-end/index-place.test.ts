// Where the index of a dump goes.
import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HEAPDUMP, TempWorkspace } from "../support/cli.js";
import { before, writeSampleDumps } from "../support/sample-dumps.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
  writeSampleDumps(workspace);
});
afterAll(() => workspace.remove());

describe("the index", () => {
  test("stands beside the dump, is private, and serves the next command", () => {
    expect(workspace.run(["top", "before.bin"]).status).toBe(0);
    const index = workspace.path("before.bin.index");
    const { mode, mtimeMs } = statSync(index);
    expect(mode & 0o777).toBe(0o600);
    expect(workspace.run(["top", "before.bin"]).status).toBe(0);
    expect(statSync(index).mtimeMs).toBe(mtimeMs);
  });

  test("goes to the cache folder when the dump's is not writable", () => {
    mkdirSync(workspace.path("read-only"));
    workspace.dump("read-only/heap.bin", before.heap);
    chmodSync(workspace.path("read-only"), 0o555);
    // Root may write everywhere, unless it is without that capability.
    const restricted = process.getuid?.() === 0 ? "setpriv --bounding-set=-dac_override" : "";
    const command = `${restricted} '${process.execPath}' '${HEAPDUMP}' top -n 1 read-only/heap.bin`;
    for (let i = 0; i < 2; i++) {
      const { status, stderr } = workspace.shell(command, { XDG_CACHE_HOME: workspace.path("cache") });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
    expect(readdirSync(workspace.path("read-only"))).toEqual(["heap.bin"]);
    expect(readdirSync(workspace.path("cache/heapdump"))).toEqual([
      expect.stringMatching(/^heap\.bin\.[0-9a-f]{16}\.index$/),
    ]);
  });
});

test("a dump for whose index there is no place is a usage error", () => {
  const restricted = process.getuid?.() === 0 ? "setpriv --bounding-set=-dac_override" : "";
  const { status, stderr } = workspace.shell(
    `${restricted} '${process.execPath}' '${HEAPDUMP}' top read-only/heap.bin`,
    { XDG_CACHE_HOME: workspace.path("read-only") },
  );
  expect(stderr).toMatch(
    /^heapdump: read-only\/heap\.bin: there is no place for its index, neither beside it nor in /,
  );
  expect({ status, lines: stderr.trim().split("\n").length }).toEqual({ status: 2, lines: 1 });
});
