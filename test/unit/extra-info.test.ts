// What a program tells of its objects in a file, as `graph --extra-info` and `gc --extra-info` read it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readExtraInfo } from "../../src/analysis/extra-info.js";

const folder = mkdtempSync(join(tmpdir(), "heapdump-extra-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("columns of several files are of one object, however its address is written", () => {
  const sizes = file("sizes.json", '{"0x7F00": {"bytes": 4096, "shape": [2, 3]}, "16": {"bytes": 1}}');
  const names = file(
    "names.json",
    '\ufeff{\n "32512": {"name": "a\\"1234567890123456789", "bytes": null}\n}\n',
  );
  const { columns, of } = readExtraInfo([sizes, names]);
  expect(columns).toEqual(["bytes", "shape", "name"]);
  expect([...of.keys()]).toEqual([16n, 0x7f00n]);
  expect([...(of.get(0x7f00n) ?? [])]).toEqual([
    ["bytes", "null"],
    ["shape", "[2,3]"],
    ["name", 'a"1234567890123456789'],
  ]);
});

test("an integer that a double does not hold is shown as it is written", () => {
  const path = file(
    "long.json",
    '{"0x10": {"a": 9007199254740993, "b": -12345678901234567890, "c": 1.5e300}}',
  );
  expect([...(readExtraInfo([path]).of.get(16n)?.values() ?? [])]).toEqual([
    "9007199254740993",
    "-12345678901234567890",
    "1.5e+300",
  ]);
});

test.each([
  ["", "it is not JSON: Unexpected end of JSON input"],
  ['{"0x10": {"a":\n 1', "it is not JSON: "],
  ["[1]", "the file has no {…}"],
  ['{"0x10": 5}', "0x10 has no {…}"],
  ['{"name": {}}', '"name" is not an address'],
  ['{"0xfffffffffffffffff": {}}', "0xfffffffffffffffff is not an address"],
])("%j is refused in one line", (text, why) => {
  const path = file("bad.json", text);
  const read = () => readExtraInfo([path]);
  expect(read).toThrowError(why);
  expect(read).toThrowError(new RegExp(`^cannot read the extra info of ${path}: [^\n]*$`));
});

test("so is a file that is not there", () => {
  expect(() => readExtraInfo([join(folder, "none.json")])).toThrowError(/: ENOENT$/);
});
