// The walker sends a number's bits, and the tool writes them: as the target's own Python does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { readObjects } from "../support/compare.js";
import { test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";

const CONTENT_CUT = 64;
const ends = [...new Set([interpreters[0] ?? newest, newest])];
const cases = ends.flatMap(({ version, path }) =>
  ([200, 7, 1] as const).map((limit) => [version, limit, path] as const),
);

describe.each(cases)("CPython %s, --content %d", (_, limit, python) => {
  test("numbers are written as Python writes them", async ({ workspace }) => {
    const { folder } = workspace;
    const file = join(folder, "heap.bin");
    const target = await workspace.startTarget(python, "number_texts.py", {
      args: [join(folder, "numbers.json")],
    });
    const expected = JSON.parse(readFileSync(join(folder, "numbers.json"), "utf8")) as [number, string][];
    const { status } = await workspace.attach([target.pid, "--content", limit, "-o", file]);
    expect(status).toBe(0);
    const objects = readObjects(file);
    const differs = expected.filter(([address, text]) => {
      const object = objects.get(address);
      const cut = ((object?.flags ?? 0) & CONTENT_CUT) !== 0;
      return object?.content !== text.slice(0, limit) || cut !== text.length > limit;
    });
    expect(expected.length).toBeGreaterThan(20_000);
    expect(differs.slice(0, 5)).toEqual([]);
  });
});
