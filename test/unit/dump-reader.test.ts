// What the tool says of dumps that were cut off or damaged, and of files that are not dumps: the reader is native, and
// what it finds is read through the boundary.
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describe as describeDump } from "../../src/analysis/info.js";
import { ExitCode, type HeapdumpError } from "../../src/errors.js";
import { native } from "../../src/native/addon.js";
import { openHeaps } from "../../src/store/open.js";
import { dumpPieces, fileHeader } from "../support/dump-file.js";
import { foreignFiles } from "../support/foreign-files.js";
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

async function open(bytes: Uint8Array, options = {}) {
  const [heap] = await openHeaps([{ schema: "main", path: file(bytes) }], { onProgress() {} }, options);
  return heap as NonNullable<typeof heap>;
}

/** As the index has them; a reader that does not decode the records agrees. */
async function problems(bytes: Uint8Array): Promise<string[]> {
  const heap = await open(bytes);
  const found = heap.problems();
  expect(heap.meta().get("complete")).toBe(String(found.length === 0));
  expect(await native().checkDump(heap.path, () => {})).toEqual(found);
  return found;
}

async function refusal(bytes: Uint8Array): Promise<HeapdumpError> {
  const error = await open(bytes).then(
    () => expect.fail("it was read"),
    (error) => error as HeapdumpError,
  );
  await expect(native().checkDump(file(bytes), () => {})).rejects.toMatchObject({ message: error.message });
  return error;
}

test("a whole dump is complete, and END joins META", async () => {
  const fractions: number[] = [];
  const path = file(whole);
  expect(await native().checkDump(path, (fraction) => fractions.push(fraction))).toEqual([]);
  expect(fractions.at(-1)).toBe(1);
  const found = describeDump(await open(whole));
  expect(found).toMatchObject({ format: 1, problems: [] });
  expect(found.meta.get("pid")).toBe("4242");
  expect(found.meta.get("route")).toBe("pending-call");
  expect(found.meta.has("complete")).toBe(false);
});

test("gzip is known by its content, not by its name", async () => {
  expect(await problems(gzipSync(whole))).toEqual([]);
});

test("a dump that was damaged after it was indexed is known if it is to be checked", async () => {
  const path = file(whole);
  const source = [{ schema: "main", path }];
  const events = { onProgress() {} };
  await openHeaps(source, events);
  const { atime, mtime } = statSync(path);
  const damaged = Buffer.from(whole);
  const at = boundaries[1] as number;
  damaged[at + 25] = (damaged[at + 25] ?? 0) ^ 0x10;
  writeFileSync(path, damaged);
  utimesSync(path, atime, mtime);
  const [checked] = await openHeaps(source, events, { check: true });
  expect(checked?.problems()).toEqual([`the chunk at byte ${at} is damaged`]);
});

const boundaries = pieces.map((_, i) => Buffer.concat(pieces.slice(0, i + 1)).length).slice(1, -1);
const NO_END = "its end is missing: the capture did not finish, or the file was cut off";

test.each(boundaries)("cut at the chunk boundary %i, it is not complete", async (length) => {
  expect(await problems(whole.subarray(0, length))).toEqual([NO_END]);
});

test.each([10, 30, 1])("cut %i bytes into a chunk, it says where", async (into) => {
  const [start] = boundaries as [number];
  expect(await problems(whole.subarray(0, start + into))).toEqual([
    `the file ends inside a chunk at byte ${start}`,
    NO_END,
  ]);
});

test("a gzip stream that is cut off or damaged is read as far as it goes", async () => {
  const zipped = gzipSync(whole);
  expect(await problems(zipped.subarray(0, -200))).toContain("the gzip stream is cut off");
  const damaged = Buffer.from(zipped).fill(0xff, zipped.length - 400, zipped.length - 300);
  expect((await problems(damaged)).at(-1)).toBe(NO_END);
});

test.each([0, 1, 2])(
  "a flipped byte in the payload of chunk %i of records loses that chunk",
  async (index) => {
    const damaged = Buffer.from(whole);
    const at = boundaries[index] as number;
    damaged[at + 25] = (damaged[at + 25] ?? 0) ^ 0x10;
    expect(await problems(damaged)).toEqual([`the chunk at byte ${at} is damaged`]);
  },
);

test.each([0, 4, 8, 12, 16])("a flipped byte %i of a chunk header loses that chunk alone", async (offset) => {
  const damaged = Buffer.from(whole);
  const at = boundaries[1] as number;
  damaged[at + offset] = (damaged[at + offset] ?? 0) ^ 0x01;
  expect(await problems(damaged)).toEqual([
    `${(boundaries[2] as number) - at} bytes at byte ${at} are damaged`,
  ]);
});

test("a capture that gave up says why", async () => {
  const parts = shop().heap.parts({}, { status: "the target exited" });
  expect(await problems(Buffer.concat(dumpPieces(parts)))).toEqual([
    "the capture gave up: the target exited",
  ]);
});

test("objects that are missing without any damage are missed", async () => {
  const without = Buffer.concat([...pieces.slice(0, 3), ...pieces.slice(4)]);
  const heap = await open(without);
  expect(heap.problems()).toEqual([
    expect.stringMatching(/^its end tells of \d+ objects, and \d+ can be read$/),
  ]);
});

test.each([
  ["an empty file", Buffer.alloc(0), "is empty, not a heap dump"],
  ["a file that ends in its header", whole.subarray(0, 12), "is cut off inside the file header"],
  [
    "a damaged header",
    Buffer.concat([fileHeader().fill(7, 8, 9), whole.subarray(16)]),
    "has a damaged file header",
  ],
  [
    "a later format",
    Buffer.concat([fileHeader(9), whole.subarray(16)]),
    "is a heap dump of format 9; this version of heapdump reads format 1",
  ],
  ["no metadata", whole.subarray(0, 16), "is cut off before its metadata"],
  ["half of the metadata", whole.subarray(0, 60), "is cut off inside its metadata"],
  ["broken gzip", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), "holds no heap dump"],
  ...foreignFiles,
])("%s is refused with exit code 5", async (_, content, why) => {
  const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
  const error = await refusal(bytes);
  expect(error).toMatchObject({ exitCode: ExitCode.Unreadable, message: `${file(bytes)}: ${why}` });
  if (bytes.length > 0 && bytes[0] !== 0x1f) {
    expect((await refusal(gzipSync(bytes))).message).toBe(`${file(bytes)}: ${why}`);
  }
});

test("a missing file and a folder are refused with exit code 5", async () => {
  const events = { onProgress() {} };
  for (const [path, why] of [
    [join(folder, "none.bin"), "there is no such file"],
    ["/proc/none/none.bin", "there is no such file"],
    [folder, "is a folder, not a dump"],
    ["/dev/null", "is not a regular file"],
  ] as const) {
    await expect(openHeaps([{ schema: "main", path }], events)).rejects.toMatchObject({
      exitCode: ExitCode.Unreadable,
      message: `${path}: ${why}`,
    });
  }
});
