import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { Bytes, dumpPieces, encodeDump, fileHeader } from "../support/dump-file.js";
import { shop } from "../support/sample-heaps.js";

test("primitives are encoded as docs/dump-format.md says", () => {
  expect(new Bytes().varint(300).done().toString("hex")).toBe("ac02");
  expect(new Bytes().varint(2n ** 64n - 1n).done().length).toBe(10);
  expect(new Bytes().zigzag(-1n).zigzag(1n).done().toString("hex")).toBe("0102");
  expect(fileHeader().readUInt32LE(12)).toBe(crc32(fileHeader().subarray(0, 12)));
});

test("a later heap has what was there before at the same addresses", () => {
  const before = shop({ sessions: 3 });
  const after = shop({ sessions: 12, later: true });
  expect(after.sessions.slice(0, 3).map((thing) => thing.address)).toEqual(
    before.sessions.map((thing) => thing.address),
  );
  expect(after.reused.address).toBe(before.reused.address);
  expect(after.reused.type).not.toBe(before.reused.type);
});

test("the chunks of a dump are the file", () => {
  const parts = shop().heap.parts();
  expect(Buffer.concat(dumpPieces(parts))).toEqual(encodeDump(parts));
});
