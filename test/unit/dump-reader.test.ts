import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readIdentity, survey } from "../../src/dump/reader.js";
import { ExitCode, type HeapdumpError } from "../../src/errors.js";
import { dumpPieces, fileHeader } from "../support/dump-file.js";
import { shop } from "../support/sample-heaps.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heapdump-reader-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const pieces = dumpPieces(shop().heap.parts());
const whole = Buffer.concat(pieces);

function file(bytes: Uint8Array): string {
  const path = join(folder, "dump.bin");
  writeFileSync(path, bytes);
  return path;
}

const read = (bytes: Uint8Array) => survey(file(bytes), () => {});

async function refusal(bytes: Uint8Array): Promise<HeapdumpError> {
  return survey(file(bytes), () => {}).then(
    () => expect.fail("it was read"),
    (error) => error as HeapdumpError,
  );
}

test("a whole dump is complete, and END joins META", async () => {
  const fractions: number[] = [];
  const found = await survey(file(whole), (fraction) => fractions.push(fraction));
  expect(found).toMatchObject({
    complete: true,
    problems: [],
    formatVersion: 1,
    protocolVersion: 1,
    chunks: 4,
  });
  expect(found.bytes).toBe(whole.length);
  expect(found.meta.get("pid")).toBe("4242");
  expect(found.meta.get("route")).toBe("pending-call");
  expect(fractions.at(-1)).toBe(1);
});

test("gzip is known by its content, not by its name", async () => {
  expect(await read(gzipSync(whole))).toMatchObject({ complete: true, chunks: 4, bytes: whole.length });
});

test("metadata is read without the rest", async () => {
  const { meta } = await readIdentity(file(Buffer.concat(pieces.slice(0, 2))));
  expect(meta.get("command")).toBe("python -m shop.service --port 8080");
  expect(meta.has("route")).toBe(false);
});

const boundaries = pieces.map((_, i) => Buffer.concat(pieces.slice(0, i + 1)).length).slice(1, -1);

test.each(boundaries)("cut at the chunk boundary %i, it is not complete", async (length) => {
  const found = await read(whole.subarray(0, length));
  expect(found.complete).toBe(false);
  expect(found.problems).toEqual(["its end is missing: the capture did not finish, or the file was cut off"]);
});

test.each([10, 30, 1])("cut %i bytes into a chunk, it says where", async (into) => {
  const [start] = boundaries as [number];
  const found = await read(whole.subarray(0, start + into));
  expect(found.chunks).toBe(0);
  expect(found.problems[0]).toBe(`the file ends inside a chunk at byte ${start}`);
});

test("a gzip stream that is cut off is read as far as it goes", async () => {
  const { complete, problems } = await read(gzipSync(whole).subarray(0, -200));
  expect(complete).toBe(false);
  expect(problems.join()).toContain("the gzip stream is cut off");
});

test.each([0, 1, 2])(
  "a flipped byte in the payload of chunk %i of records loses that chunk",
  async (index) => {
    const damaged = Buffer.from(whole);
    const at = boundaries[index] as number;
    damaged[at + 25] = (damaged[at + 25] ?? 0) ^ 0x10;
    const found = await read(damaged);
    expect(found.chunks).toBe(3);
    expect(found.problems).toEqual([`the chunk at byte ${at} is damaged`]);
  },
);

test.each([0, 4, 8, 12, 16])("a flipped byte %i of a chunk header loses that chunk alone", async (offset) => {
  const damaged = Buffer.from(whole);
  const at = boundaries[1] as number;
  damaged[at + offset] = (damaged[at + offset] ?? 0) ^ 0x01;
  const found = await read(damaged);
  expect(found.chunks).toBe(3);
  expect(found.problems).toEqual([`${(boundaries[2] as number) - at} bytes at byte ${at} are damaged`]);
});

test("a capture that gave up says why", async () => {
  const parts = shop().heap.parts({}, { status: "the target exited" });
  const found = await read(Buffer.concat(dumpPieces(parts)));
  expect(found.problems).toEqual(["the capture gave up: the target exited"]);
});

test.each([
  ["an empty file", Buffer.alloc(0), "the file is empty"],
  ["a foreign file", Buffer.from("\x7fELF and then some more of it"), "this is not a heap dump"],
  ["a file that ends in its header", whole.subarray(0, 12), "the file ends inside its header"],
  [
    "a damaged header",
    Buffer.concat([fileHeader().fill(7, 8, 9), whole.subarray(16)]),
    "its header is damaged",
  ],
  ["a later format", Buffer.concat([fileHeader(9), whole.subarray(16)]), "format 9 is not known"],
  ["no metadata", whole.subarray(0, 16), "its metadata cannot be read"],
  ["half of the metadata", whole.subarray(0, 60), "its metadata cannot be read"],
  ["broken gzip", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), "the gzip stream is cut off"],
])("%s is refused with exit code 5", async (_, bytes, why) => {
  const error = await refusal(bytes);
  expect(error.exitCode).toBe(ExitCode.Unreadable);
  expect(error.message).toContain(why);
  expect(error.message).not.toContain("\n");
});

test("a missing file and a folder are refused with exit code 5", async () => {
  await expect(readIdentity(join(folder, "none.bin"))).rejects.toMatchObject({
    exitCode: ExitCode.Unreadable,
    message: `${join(folder, "none.bin")}: there is no such file`,
  });
  await expect(readIdentity(folder)).rejects.toMatchObject({ exitCode: ExitCode.Unreadable });
});
