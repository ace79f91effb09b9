// C code that has lost references to objects: these are roots of kind `c`, and what Python holds is none.
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

const COUNT = 100;
const QUERY = `SELECT type.name AS type, root.name AS name, count(*) AS count FROM root
  JOIN object ON object.id = root.object JOIN type ON type.id = object.type
  WHERE root.kind = 'c' AND type.name LIKE '__main__.%' GROUP BY 1, 2`;

const cases = interpreters.flatMap(({ path, version, library }) =>
  (["fork", "stop", "python"] as const).map((mode) => [`${version} (${library})`, mode, path] as const),
);

test.for(cases)("CPython %s, %s", async ([_, mode, python], { workspace }) => {
  const target = await workspace.startTarget(python, "leaked_refs.py", { args: [String(COUNT)] });
  const file = workspace.path("heap.bin");
  const { status, stderr } = await workspace.attach([target.pid, "--mode", mode, "--json", "-o", file]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { stdout } = workspace.run(["sql", "--json", file, QUERY]);
  const found = mode === "python" ? [] : [["__main__.Lost", "1 of 1 references", COUNT]];
  expect(JSON.parse(stdout)).toMatchObject({ rows: found });
});
