import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TempWorkspace } from "../support/cli.js";
import { dumpPieces, encodeDump } from "../support/dump-file.js";
import { after, before, writeSampleDumps } from "../support/sample-dumps.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
  writeSampleDumps(workspace);
});
afterAll(() => workspace.remove());

describe("damage", () => {
  const pieces = dumpPieces(after.heap.parts());

  test.each(pieces.map((_, i) => i).slice(1, -1))(
    "a dump that ends after piece %i is read with a warning",
    (last) => {
      workspace.write(`cut-${last}.bin`, Buffer.concat(pieces.slice(0, last + 1)));
      const { status, stderr } = workspace.run(["top", `cut-${last}.bin`]);
      expect(stderr).toContain(`heapdump: warning: cut-${last}.bin is not complete`);
      expect(status).toBe(0);
    },
  );

  test("info says what is wrong", () => {
    workspace.write("cut.bin.gz", encodeDump(after.heap.parts(), true).subarray(0, 1500));
    const { status, stdout } = workspace.run(["info", "cut.bin.gz"]);
    expect(status).toBe(0);
    expect(stdout).toContain("not complete");
    expect(stdout).toContain("cut off");
  });
});

test("info tells of objects that are missing though every checksum is right", () => {
  workspace.dump("short.bin", before.heap, {}, { objects: "9999" });
  const { status, stdout } = workspace.run(["info", "short.bin"]);
  expect(status).toBe(0);
  expect(stdout).toContain(`no: its end tells of 9999 objects, and ${before.heap.things.length} can be read`);
});
