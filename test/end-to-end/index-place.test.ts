// Where the index of a dump goes.
import { chmodSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { describe, expect } from "vitest";
import { HEAPDUMP } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { before } from "../support/sample-dumps.js";

describe("the index", () => {
  test("stands beside the dump, is private, and serves the next command", ({ sampleDumps }) => {
    expect(sampleDumps.run(["top", "before.bin"]).status).toBe(0);
    const index = sampleDumps.path("before.bin.index");
    const { mode, mtimeMs } = statSync(index);
    expect(mode & 0o777).toBe(0o600);
    expect(sampleDumps.run(["top", "before.bin"]).status).toBe(0);
    expect(statSync(index).mtimeMs).toBe(mtimeMs);
  });

  test("goes to the cache folder when the dump's is not writable", ({ sampleDumps }) => {
    mkdirSync(sampleDumps.path("read-only"));
    sampleDumps.dump("read-only/heap.bin", before.heap);
    chmodSync(sampleDumps.path("read-only"), 0o555);
    // Root may write everywhere, unless it is without that capability.
    const restricted = process.getuid?.() === 0 ? "setpriv --bounding-set=-dac_override" : "";
    const command = `${restricted} '${process.execPath}' '${HEAPDUMP}' top -n 1 read-only/heap.bin`;
    for (let i = 0; i < 2; i++) {
      const { status, stderr } = sampleDumps.shell(command, { XDG_CACHE_HOME: sampleDumps.path("cache") });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
    expect(readdirSync(sampleDumps.path("read-only"))).toEqual(["heap.bin"]);
    expect(readdirSync(sampleDumps.path("cache/heapdump"))).toEqual([
      expect.stringMatching(/^heap\.bin\.[0-9a-f]{16}\.index$/),
    ]);
    // A relative path is none, as the XDG Base Directory Specification says.
    const relative = { XDG_CACHE_HOME: "relative", HOME: sampleDumps.path("home") };
    expect(sampleDumps.shell(command, relative)).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(sampleDumps.path("home/.cache/heapdump")).length).toBe(1);
  });
});

test("what is not a file in the place of the index does not hold a command up", ({ sampleDumps }) => {
  const { status } = sampleDumps.shell(
    `cp after.bin fifo.bin && mkfifo fifo.bin.index && timeout 20 '${process.execPath}' '${HEAPDUMP}' top fifo.bin`,
  );
  expect(status).toBe(0);
});

test("a dump for whose index there is no place is a usage error", ({ sampleDumps }) => {
  const restricted = process.getuid?.() === 0 ? "setpriv --bounding-set=-dac_override" : "";
  const { status, stderr } = sampleDumps.shell(
    `${restricted} '${process.execPath}' '${HEAPDUMP}' top read-only/heap.bin`,
    { XDG_CACHE_HOME: sampleDumps.path("read-only") },
  );
  expect(stderr).toMatch(
    /^heapdump: read-only\/heap\.bin: there is no place for its index, neither beside it nor in /,
  );
  expect({ status, lines: stderr.trim().split("\n").length }).toEqual({ status: 2, lines: 1 });
});
