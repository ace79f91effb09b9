// payload/dump.py in every CPython of the machine. The targets are Python: each runs the launcher in itself as the
// trampoline would, reads what came with test/reader, and compares with what it knows of itself.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { interpreters, newest } from "../support/interpreters.js";

const run = promisify(execFile);
const targets = {
  planted: "a planted structure agrees object by object",
  counts: "holds exactly what the collector tracks",
  hostile: "runs no code of the program",
  interrupted: "gives up without a trace",
  large: "wide, deep and frozen heaps",
};

describe.each(interpreters)("payload on $version ($library)", ({ path }) => {
  test.each(Object.entries(targets))("%s: %s", { timeout: 180_000 }, async (name) => {
    const script = fileURLToPath(new URL(`targets/${name}.py`, import.meta.url));
    const result = await run(path, ["-I", script]).catch((error) => error);
    expect(`${result.stderr}${result.code ? result.stdout : ""}`).toBe("");
    expect(result.code ?? 0).toBe(0);
  });
});

test("each part says which others it needs", async () => {
  const script = fileURLToPath(new URL("needs.py", import.meta.url));
  expect(JSON.parse((await run(newest.path, [script])).stdout)).toEqual({});
});
