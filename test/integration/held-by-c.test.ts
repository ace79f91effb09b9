// C code that has lost references to objects: these are roots of kind `c`, and what Python holds is none.
import { join } from "node:path";
import { expect, test } from "vitest";
import { attach } from "../support/attach.js";
import { TempWorkspace } from "../support/cli.js";
import { interpreters } from "../support/interpreters.js";
import { folder, startTarget, target } from "../support/scene.js";

const COUNT = 100;
const QUERY = `SELECT type.name AS type, root.name AS name, count(*) AS count FROM root
  JOIN object ON object.id = root.object JOIN type ON type.id = object.type
  WHERE root.kind = 'c' AND type.name LIKE '__main__.%' GROUP BY 1, 2`;

const cases = interpreters.flatMap(({ path, version, library }) =>
  (["fork", "stop", "python"] as const).map((mode) => [`${version} (${library})`, mode, path] as const),
);

test.each(cases)("CPython %s, %s", async (_, mode, python) => {
  await startTarget(python, "leaked_refs.py", { args: [String(COUNT)] });
  const file = join(folder, "heap.bin");
  const { status, stderr } = await attach([target.pid, "--mode", mode, "--json", "-o", file], {
    cwd: folder,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const workspace = new TempWorkspace();
  try {
    const { stdout } = workspace.run(["sql", "--json", file, QUERY]);
    const found = mode === "python" ? [] : [["__main__.Lost", "1 of 1 references", COUNT]];
    expect(JSON.parse(stdout)).toMatchObject({ rows: found });
  } finally {
    workspace.remove();
  }
});
