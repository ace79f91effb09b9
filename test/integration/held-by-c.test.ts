// C code that has lost references to objects: these are roots of kind `c`, and what Python holds is none.
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

const COUNT = 100;
const QUERY = `SELECT type.name AS type, root.kind, root.name AS name, count(*) AS count FROM root
  JOIN object ON object.id = root.object JOIN type ON type.id = object.type
  WHERE root.kind IN ('c', 'data') AND type.name LIKE '__main__.%' GROUP BY 1, 2, 3`;

const cases = interpreters.flatMap(({ path, version, library }) =>
  (["fork", "stop", "python"] as const).map((mode) => [`${version} (${library})`, mode, path] as const),
);

test.for(cases)("CPython %s, %s", async ([_, mode, python], { workspace }) => {
  const target = await workspace.startTarget(python, "leaked_refs.py", { args: [String(COUNT)] });
  const file = workspace.path("heap.bin");
  const { status, stderr } = await workspace.attach([target.pid, "--mode", mode, "--json", "-o", file]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { stdout } = workspace.run(["sql", "--json", file, QUERY]);
  const found = [
    ["__main__.Both", "c", "1 of 3 references", 1],
    ["__main__.Both", "data", "libc.so.6", 1],
    ["__main__.Lost", "c", "1 of 1 references", COUNT],
    ["__main__.Static", "data", "libc.so.6", 1],
  ];
  expect(JSON.parse(stdout)).toMatchObject({ rows: mode === "python" ? [] : found });
});

const KINDS = `SELECT held.kind, type.name, count(*), sum(held.from_outside) FROM held_by_c AS held
  JOIN object ON object.id = held.object JOIN type ON type.id = object.type
  WHERE type.name LIKE '__main__.%' GROUP BY 1, 2 ORDER BY 2`;

// What is a global of the program, too, would stay if C let go of it.
test.for(interpreters)(
  "CPython $version, $library: what C alone holds is told apart",
  async (python, { workspace }) => {
    const target = await workspace.startTarget(python.path, "leaked_refs.py", { args: [String(COUNT)] });
    expect(await workspace.attach([target.pid, "-o", "heap.bin"])).toMatchObject({ status: 0 });
    expect(workspace.json("sql", "heap.bin", KINDS).rows).toEqual([
      ["shared", "__main__.Both", 1, 1],
      ["alone", "__main__.Lost", COUNT, COUNT],
    ]);
    const found = workspace.json("held-by-c", "heap.bin");
    expect(found.left_out.shared).toBeGreaterThan(0);
    const all = workspace.json("held-by-c", "--all", "heap.bin");
    expect(all.left_out).toEqual({ library: 0, shared: 0 });
    const { library, shared } = found.left_out;
    expect(all.total.count).toBe(found.total.count + library + shared);
  },
);

// What CPython itself holds has a name: caches, static variables, the state of its modules.
test.for(interpreters)(
  "CPython $version, $library: C holds little of an idle program",
  async (python, { workspace }) => {
    const target = await workspace.startTarget(python.path, "idle.py");
    expect(await workspace.attach([target.pid, "-o", "heap.bin"])).toMatchObject({ status: 0 });
    const [[count]] = workspace.json("sql", "heap.bin", "SELECT count(*) FROM root WHERE kind = 'c'").rows;
    expect(count).toBeLessThan(50);
    const { total } = workspace.json("held-by-c", "heap.bin");
    expect(total.count).toBeLessThan(25);
    const waste = workspace.json("waste", "heap.bin");
    expect(waste.total.wasted).toBeLessThan(20_000);
    const more = workspace.json("waste", "--all", "heap.bin");
    expect(more.total.wasted).toBeGreaterThan(waste.total.wasted);
  },
);

const LINES = `SELECT r.kind, count(*) FROM root JOIN reference AS r ON r.source = root.object
  WHERE root.name = 'interned_strings' AND r.kind != 'type' GROUP BY 1`;

test.for(interpreters)(
  "CPython $version, $library: interned strings are not held by their table",
  async (python, { workspace }) => {
    const target = await workspace.startTarget(python.path, "leaked_refs.py", { args: ["1"] });
    expect(await workspace.attach([target.pid, "-o", "heap.bin"])).toMatchObject({ status: 0 });
    const kinds = workspace.json("sql", "heap.bin", LINES).rows.map(([kind]: unknown[]) => kind);
    expect(kinds).toEqual(python.version.startsWith("3.14") ? ["weak"] : []);
  },
);
