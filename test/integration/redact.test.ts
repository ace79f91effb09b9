// A dump without contents: it has what a dump that never had them has, and answers the rest as before.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect } from "vitest";
import { FORMATS } from "../../src/export/formats.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";

const SECRET = /SECRET|1234567890123|0\.12345|3j/;
/** In bytes that are no text the shorter ones occur by chance. */
const SECRET_TEXT = /SECRET|1234567890123|0\.12345/;

const CONTENTS = `SELECT address, content FROM object ORDER BY address`;
const REST = `SELECT o.address, t.name, o.size, o.refcount, o.retained, o.garbage, o.tracked, o.generation
  FROM object o JOIN type t ON t.id = o.type ORDER BY o.address`;
const REFERENCES = "SELECT source, target, kind FROM reference ORDER BY source, position";
const PATHS =
  "SELECT o.address, o.path, o.owner FROM object o JOIN type t ON t.id = o.type WHERE t.name LIKE '__main__.Held%' ORDER BY 1";
const TEXTS =
  "SELECT 'thread', name FROM thread UNION ALL SELECT 'root', name FROM root UNION ALL SELECT 'map', path FROM mapping";

const rowsOf = (workspace: CaptureWorkspace, file: string, sql: string) =>
  (workspace.json("sql", file, sql) as { rows: unknown[][] }).rows;

async function dump(
  workspace: CaptureWorkspace,
  pid: number,
  file: string,
  ...more: string[]
): Promise<void> {
  expect(await workspace.attach([pid, "-o", file, ...more])).toMatchObject({ status: 0 });
}

function redact(workspace: CaptureWorkspace, ...args: string[]): void {
  expect(workspace.run(["redact", ...args])).toMatchObject({ status: 0, stderr: "" });
}

function bytesOf(workspace: CaptureWorkspace, file: string): string {
  const bytes = readFileSync(workspace.path(file));
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
}

describe.each(interpreters)("CPython $version ($library)", ({ path }) => {
  test("what is left is what such a dump of the process has", async ({ workspace }) => {
    const { pid } = await workspace.startTarget(path, "secrets.py");
    await dump(workspace, pid, "full.bin");
    await dump(workspace, pid, "names.bin", "--redact");
    await dump(workspace, pid, "none.bin", "--content", "none");
    redact(workspace, "full.bin", "redacted.bin.gz");
    redact(workspace, "full.bin", "bare.bin", "--names");

    expect(bytesOf(workspace, "full.bin")).toMatch(SECRET_TEXT);
    for (const file of ["redacted.bin.gz", "bare.bin"]) {
      expect(bytesOf(workspace, file)).not.toMatch(SECRET_TEXT);
      for (const sql of [REST, REFERENCES])
        expect(rowsOf(workspace, file, sql)).toEqual(rowsOf(workspace, "full.bin", sql));
      expect(bytesOf(workspace, `${file}.index`)).not.toMatch(SECRET_TEXT);
    }
    const contents = (file: string) => rowsOf(workspace, file, CONTENTS);
    expect(contents("redacted.bin.gz")).toEqual(contents("names.bin"));
    expect(contents("bare.bin")).toEqual(contents("none.bin"));
    for (const sql of [PATHS, TEXTS])
      expect(rowsOf(workspace, "redacted.bin.gz", sql)).toEqual(rowsOf(workspace, "names.bin", sql));
    expect(rowsOf(workspace, "bare.bin", TEXTS)).toEqual(rowsOf(workspace, "none.bin", TEXTS));

    const info = workspace.run(["info", "redacted.bin.gz"]).stdout;
    expect(info).toMatch(/complete\s+yes/);
    expect(info).toMatch(/redacted\s+all contents/);
  });
});

test("of some types only, and of keys", async ({ workspace }) => {
  const { pid } = await workspace.startTarget(newest.path, "secrets.py");
  await dump(workspace, pid, "full.bin");
  redact(workspace, "--types", "bytes,float", "--types", "complex", "full.bin", "types.bin");
  redact(workspace, "--keys", "full.bin", "keys.bin");
  const contents = (file: string) =>
    rowsOf(workspace, file, "SELECT DISTINCT content FROM object").map(([content]) => String(content));
  const secrets = (file: string) => contents(file).filter((content) => SECRET.test(content));
  const all = secrets("full.bin");
  expect(all).toContain("SECRET key");
  expect(secrets("types.bin")).toEqual(all.filter((content) => !/^b'|^0\.12345|3j/.test(content)));
  // The same texts are constants of the code, too.
  const keys = (file: string) =>
    rowsOf(
      workspace,
      file,
      `SELECT t.name, o.content FROM object o JOIN reference r ON r.target = o.id AND r.kind = 'key'
        JOIN object h ON h.id = r.source JOIN type t ON t.id = h.type WHERE o.content LIKE 'SECRET%' ORDER BY 2`,
    );
  expect(keys("full.bin")).toEqual([
    ["dict", "SECRET key"],
    ["dict", "SECRET value"],
    ["dict", "SECRET@example.org"],
    ["__main__.OwnDict", "SECRET_of_own_dict"],
  ]);
  expect(keys("keys.bin")).toEqual([]);
  expect(secrets("keys.bin")).toEqual(expect.arrayContaining(["SECRET text", "SECRET in a tuple"]));
  expect(workspace.run(["redact", "--types", "no.such", "full.bin", "x.bin"])).toMatchObject({
    status: 2,
    stderr: "heapdump: the dump has no type whose name begins with no.such\n",
  });
});

test("exports of it have nothing of it, and the file that is read stays", async ({ workspace }) => {
  const { pid } = await workspace.startTarget(newest.path, "secrets.py");
  await dump(workspace, pid, "full.bin");
  redact(workspace, "full.bin", "redacted.bin");
  for (const format of FORMATS.map(({ name }) => name)) {
    expect(workspace.run(["export", "redacted.bin", "--to", format, "-o", `export.${format}`])).toMatchObject(
      { status: 0 },
    );
    expect(bytesOf(workspace, `export.${format}`)).not.toMatch(SECRET_TEXT);
  }
  const before = readFileSync(workspace.path("full.bin"));
  expect(workspace.run(["redact", "full.bin", "full.bin"])).toMatchObject({ status: 2 });
  expect(readFileSync(workspace.path("full.bin")).equals(before)).toBe(true);
});

test("of a dump that is not complete it is not complete", async ({ workspace }) => {
  const { pid } = await workspace.startTarget(newest.path, "secrets.py");
  await dump(workspace, pid, "full.bin");
  const whole = readFileSync(workspace.path("full.bin"));
  workspace.write("cut.bin", whole.subarray(0, Math.floor(whole.length / 2)));
  const { status, stderr } = workspace.run(["redact", "cut.bin", "redacted.bin"]);
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: expect.stringContaining("is not complete"),
  });
  expect(workspace.run(["info", "redacted.bin"]).stdout).toMatch(/made of a dump that is not complete/);
  expect(bytesOf(workspace, "redacted.bin")).not.toMatch(SECRET_TEXT);
});
