import { describe, expect } from "vitest";
import { dumpPieces, encodeDump } from "../support/dump-file.js";
import { test } from "../support/fixtures.js";
import { after, before } from "../support/sample-dumps.js";

describe("damage", () => {
  const pieces = dumpPieces(after.heap.parts());

  test.for(pieces.map((_, i) => i).slice(1, -1))(
    "a dump that ends after piece %i is read with a warning",
    (last, { sampleDumps }) => {
      sampleDumps.write(`cut-${last}.bin`, Buffer.concat(pieces.slice(0, last + 1)));
      const { status, stderr } = sampleDumps.run(["top", `cut-${last}.bin`]);
      expect(stderr).toContain(`heapdump: warning: cut-${last}.bin is not complete`);
      expect(status).toBe(0);
    },
  );

  test("info says what is wrong", ({ sampleDumps }) => {
    sampleDumps.write("cut.bin.gz", encodeDump(after.heap.parts(), true).subarray(0, 1500));
    const { status, stdout } = sampleDumps.run(["info", "cut.bin.gz"]);
    expect(status).toBe(0);
    expect(stdout).toContain("not complete");
    expect(stdout).toContain("cut off");
  });
});

test("info tells of objects that are missing though every checksum is right", ({ sampleDumps }) => {
  sampleDumps.dump("short.bin", before.heap, {}, { objects: "9999" });
  const { status, stdout } = sampleDumps.run(["info", "short.bin"]);
  expect(status).toBe(0);
  expect(stdout).toContain(`no: its end tells of 9999 objects, and ${before.heap.things.length} can be read`);
});
