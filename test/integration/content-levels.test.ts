// What a dump keeps of contents: with `names`, paths are as good as with all of them, and nothing of the data is there.
import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";

const SECRET = /SECRET|1234567890123|0\.12345|3j/;
/** Of globals and classes, the target's own and those of others. */
const NAMES = ["name_of_global", "name_of_class_attribute", "name_in_module", "path", "maxsize"];
/** A script knows those of attributes without the str, if values lie in the object. */
const OF_ATTRIBUTES = ["name_of_attribute_39", "name_of_entry", "name_in_dict"];

async function dumpWith(
  workspace: CaptureWorkspace,
  pid: number,
  mode: string,
  level: string,
): Promise<string> {
  const file = `${mode}-${level}.bin`;
  const args = [pid, "--mode", mode, "--content", level, "--json", "-o", file];
  const { status, stderr } = await workspace.attach(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return file;
}

interface Rows {
  rows: (string | null)[][];
}

const rowsOf = (workspace: CaptureWorkspace, file: string, sql: string) =>
  (workspace.json("sql", file, sql) as Rows).rows;

describe.each(interpreters)("CPython $version ($library)", ({ path }) => {
  test.for(["fork", "stop", "python"])("%s", async (mode, { workspace }) => {
    const { pid } = await workspace.startTarget(path, "secrets.py");
    const [full, names, none] = [
      await dumpWith(workspace, pid, mode, "full"),
      await dumpWith(workspace, pid, mode, "names"),
      await dumpWith(workspace, pid, mode, "none"),
    ];
    const contents = (file: string) =>
      rowsOf(workspace, file, "SELECT DISTINCT content FROM object").map(([content]) => content ?? "");
    expect(contents(full).some((content) => SECRET.test(content))).toBe(true);
    expect(contents(names)).toEqual(
      expect.arrayContaining(mode === "python" ? NAMES : [...NAMES, ...OF_ATTRIBUTES]),
    );
    expect(contents(names).filter((content) => SECRET.test(content))).toEqual([]);
    expect(contents(none)).toEqual([""]);
    for (const file of [names, none])
      expect(readFileSync(workspace.path(file)).includes("SECRET")).toBe(false);

    const held =
      "SELECT o.path FROM object o JOIN type t ON t.id = o.type WHERE t.name = '__main__.Held' ORDER BY o.address";
    const paths = rowsOf(workspace, full, held);
    expect(paths.length).toBeGreaterThan(6);
    // The key of a dict that is no namespace is data.
    const asNamed = paths.map(([text]) => [text?.replace(/'SECRET[^']*'/, "<str>")]);
    expect(rowsOf(workspace, names, held)).toEqual(asNamed);
    expect(rowsOf(workspace, none, held)).not.toEqual(asNamed);
    if (mode !== "python") {
      const byC = held.replace("Held'", "HeldByC'");
      expect(rowsOf(workspace, full, byC).length).toBe(5);
      expect(rowsOf(workspace, names, byC)).toEqual(rowsOf(workspace, full, byC));
    }
    // What a script makes for itself is in the next dump.
    if (mode === "python") return;
    const counts = [full, names].map((file) => rowsOf(workspace, file, "SELECT count(*) FROM object"));
    expect(counts[1]).toEqual(counts[0]);
  });
});

test("what the levels are", async ({ workspace }) => {
  const { status, stderr } = await workspace.attach([1, "--content", "some"]);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining("choose from full, names, none"),
  });
});
