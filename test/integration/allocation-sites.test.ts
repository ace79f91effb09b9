// Where objects were allocated: the same as tracemalloc itself says of every object, in each mode.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import type { Target } from "../support/target.js";

type Stack = [file: string, line: number][];

async function ask(target: Target, ...commands: string[]): Promise<void> {
  for (const command of commands) expect(await target.ask(command)).toBe("done");
}

/** By address. */
async function told(workspace: CaptureWorkspace, target: Target): Promise<Map<string, Stack | null>> {
  await ask(target, `truth ${join(workspace.folder, "truth.json")}`);
  const rows: Record<string, [type: string, stack: Stack | null]> = JSON.parse(
    readFileSync(join(workspace.folder, "truth.json"), "utf8"),
  );
  return new Map(Object.entries(rows).map(([address, [, stack]]) => [address, stack]));
}

function sql<Row>(workspace: CaptureWorkspace, file: string, query: string): Row[] {
  const { status, stdout, stderr } = workspace.run(["sql", "--json", file, query]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout).rows;
}

async function dump(
  workspace: CaptureWorkspace,
  target: Target,
  mode: string,
): Promise<Map<string, Stack | null>> {
  const { status, stderr } = await workspace.attach([target.pid, "--mode", mode, "--json", "-o", "heap.bin"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const frames = new Map<number, Stack>();
  for (const [site, file, line] of sql<[number, string, number]>(
    workspace,
    "heap.bin",
    "SELECT site, file, line FROM site_frame ORDER BY site, depth",
  )) {
    frames.set(site, [...(frames.get(site) ?? []), [file, line]]);
  }
  const rows = sql<[string, number | null]>(
    workspace,
    "heap.bin",
    "SELECT cast(address + 0 AS text), site_id FROM object",
  );
  return new Map(rows.map(([address, site]) => [address, site === null ? null : (frames.get(site) ?? [])]));
}

/** Of objects that both know; how many of them have a stack. */
function compare(found: Map<string, Stack | null>, wanted: Map<string, Stack | null>): number {
  const both = [...wanted].filter(([address]) => found.has(address));
  const wrong = both.filter(
    ([address, stack]) => JSON.stringify(found.get(address)) !== JSON.stringify(stack),
  );
  expect(
    wrong.slice(0, 5).map(([address, stack]) => ({ address, stack, found: found.get(address) })),
  ).toEqual([]);
  expect(both.length).toBeGreaterThan(wanted.size * 0.95);
  return both.filter(([, stack]) => stack !== null).length;
}

describe.each(interpreters)("CPython $version ($library)", ({ path }) => {
  test("every object has the site that tracemalloc has", { timeout: 120_000 }, async ({ workspace }) => {
    const target = await workspace.startTarget(path, "allocation_sites.py");
    await ask(target, "make 20", "start 5", "make 60", "reuse 300", "domains");
    const wanted = await told(workspace, target);
    for (const mode of ["fork", "stop", "python"]) {
      expect(compare(await dump(workspace, target, mode), wanted)).toBeGreaterThan(3000);
    }
  });

  test("one frame of a stack", { timeout: 120_000 }, async ({ workspace }) => {
    const target = await workspace.startTarget(path, "allocation_sites.py");
    await ask(target, "start 1", "make 60", "churn", "churn");
    const wanted = await told(workspace, target);
    expect(compare(await dump(workspace, target, "fork"), wanted)).toBeGreaterThan(3000);
  });

  test("nothing is traced any more", { timeout: 120_000 }, async ({ workspace }) => {
    const target = await workspace.startTarget(path, "allocation_sites.py");
    await ask(target, "start 3", "make 60", "stop");
    const wanted = await told(workspace, target);
    expect(compare(await dump(workspace, target, "fork"), wanted)).toBe(0);
    expect(sql(workspace, "heap.bin", "SELECT value FROM meta WHERE key LIKE 'tracemalloc%'")).toEqual([
      ["off"],
    ]);
  });
});
