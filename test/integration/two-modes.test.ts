// Dumps of one process, one of python mode and one a snapshot: what only one of them can know is not growth, and what
// leaks in between is found.
import { describe, expect } from "vitest";
import { test } from "../support/fixtures.js";
import { interpreters, oldestMiddleNewest } from "../support/interpreters.js";
import { suspectsOf } from "../support/leaks.js";

const NOT_COMPARED = /what only the latter knows is not compared/;

describe.each(interpreters)("CPython $version, $library", ({ path: python }) => {
  test("an idle process has no suspect, and what leaks afterwards is one", async ({ workspace }) => {
    const target = await workspace.startTarget(python, "leaks/program.py", {
      args: ["containers", "module_cache"],
    });
    const dump = async (mode: string, name: string): Promise<string> => {
      expect(await workspace.attach([target.pid, "--mode", mode, "-o", name])).toMatchObject({ status: 0 });
      return name;
    };
    // The first script makes objects that stay, as on 3.8 the types of the compiler.
    await dump("python", "0.bin");
    const script = await dump("python", "1.bin");
    const snapshot = await dump("fork", "2.bin");
    for (const files of [
      [script, snapshot],
      [snapshot, await dump("python", "3.bin")],
    ]) {
      const { status, suspects, stderr } = suspectsOf(workspace, files);
      expect({ status, suspects }).toEqual({ status: 0, suspects: [] });
      expect(stderr).toMatch(NOT_COMPARED);
    }
    const leaked = Number(await target.ask("grow"));
    for (const files of [
      [script, await dump("fork", "4.bin")],
      [snapshot, await dump("python", "5.bin")],
    ]) {
      const [suspect, ...others] = suspectsOf(workspace, files).suspects;
      expect({ suspect, others }).toMatchObject({
        suspect: { type: "records.Session", count: leaked, path: "sys.modules['containers'].CACHE[*]" },
        others: [],
      });
    }

    const reused = "SELECT count(*) FROM same_as('old') WHERE reused";
    const counted = workspace.run(["sql", "--json", snapshot, "--attach", `old=${script}`, reused]);
    expect(JSON.parse(counted.stdout).rows).toEqual([[0]]);
    const { stdout } = workspace.run(["diff", "--json", "-n", "1000", script, snapshot]);
    const { columns, rows } = JSON.parse(stdout) as { columns: string[]; rows: number[][] };
    const bytes = rows.map((row) => Math.abs(row[columns.indexOf("growth")] ?? 0));
    expect(bytes.reduce((sum, own) => sum + own, 0)).toBeLessThan(16 << 10);
    for (const args of [
      ["diff", "--by", "owner", script, snapshot],
      ["diff", "--by", "path", script, snapshot],
      ["top", "--exclude", script, snapshot],
    ]) {
      expect(workspace.run(args)).toMatchObject({
        status: 2,
        stdout: "",
        stderr: expect.stringMatching(
          /^heapdump: .* were taken in different modes.*: take both in the same mode, .*\n$/,
        ),
      });
    }
  });
});

test.for(oldestMiddleNewest)(
  "CPython $version: what nothing refers to is garbage in both modes",
  async ({ path: python }, { workspace }) => {
    const target = await workspace.startTarget(python, "leaks/program.py", {
      args: ["libraries", "not_collected"],
    });
    // They are the newest objects of all, among which the script's own are.
    const leaked = Number(await target.ask("grow"));
    const garbage = `SELECT t.name, count(*) FROM object AS o JOIN type AS t ON t.id = o.type
    WHERE o.garbage AND t.name IN ('libraries.Cyclic', 'list', 'dict') GROUP BY t.name`;
    for (const mode of ["python", "fork"]) {
      const attached = await workspace.attach([target.pid, "--mode", mode, "-o", `${mode}.bin`]);
      expect(attached).toMatchObject({ status: 0 });
      const found = new Map<string, number>(workspace.json("sql", `${mode}.bin`, garbage).rows);
      expect({ mode, objects: found.get("libraries.Cyclic") }).toEqual({ mode, objects: leaked });
      for (const type of ["list", "dict"])
        expect(found.get(type), `${mode}: ${type}`).toBeGreaterThanOrEqual(leaked);
    }
  },
);
