// Where objects were allocated: the same as tracemalloc itself says of every object, in each mode.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect } from "vitest";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";
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
  { pid }: { pid: number },
  mode: string,
): Promise<Map<string, Stack | null>> {
  const { status, stderr } = await workspace.attach([pid, "--mode", mode, "--json", "-o", "heap.bin"]);
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

/**
 * Of objects that both know; how many of them have a stack. `loses`: those that are traced may have none, and what is not
 * may have been made anew.
 */
function compare(
  found: Map<string, Stack | null>,
  wanted: Map<string, Stack | null>,
  { loses = false } = {},
): number {
  const both = [...wanted].filter(([address, stack]) => found.has(address) && !(loses && stack === null));
  const wrong = both
    .map(([address, stack]) => ({ address, stack, found: found.get(address) }))
    .filter(
      (row) => JSON.stringify(row.found) !== JSON.stringify(row.stack) && !(loses && row.found === null),
    );
  expect(wrong.slice(0, 5)).toEqual([]);
  if (!loses) expect(both.length).toBeGreaterThan(wanted.size * 0.95);
  return both.filter(([address]) => found.get(address) !== null).length;
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

  test("a table that CPython has not made is not believed", { timeout: 300_000 }, async ({ workspace }) => {
    const target = await workspace.startTarget(path, "allocation_sites.py");
    await ask(target, "start 3", "make 60");
    const wanted = await told(workspace, target);
    const all = [...wanted.values()].filter((stack) => stack !== null).length;
    const known: Record<string, number> = {};
    for (const kind of ["hash", "key", "unmapped", "frames", "file", "next", "circle", "buckets"]) {
      const pid = Number(await target.ask(`spoil ${kind}`));
      known[kind] = compare(await dump(workspace, { pid }, "fork"), wanted, { loses: true });
      process.kill(pid, "SIGKILL");
      const told = sql(workspace, "heap.bin", "SELECT key FROM meta WHERE key LIKE 'tracemalloc_unread%'");
      expect({ kind, told }).toEqual({
        kind,
        told: [[kind === "buckets" ? "tracemalloc_unread" : "tracemalloc_unread_traces"]],
      });
    }
    expect(known.buckets).toBe(0);
    for (const [kind, count] of Object.entries(known))
      expect({ kind, lost: count < all }).toEqual({ kind, lost: true });
    for (const kind of ["hash", "key", "unmapped"])
      expect({ kind, most: Number(known[kind]) > all / 2 }).toEqual({ kind, most: true });
  });
});

test("python mode says that it cannot ask", async ({ workspace }) => {
  const target = await workspace.startTarget(newest.path, "allocation_sites.py");
  await ask(target, "start 1", "make 5", "replace");
  await dump(workspace, target, "python");
  const { stdout } = workspace.run(["info", "heap.bin"]);
  expect(stdout).toMatch(/sites +none: the program replaced _get_object_traceback/);
});

/** To 3.11 the tables have no address that a library exports, and a stripped one says nothing more. */
const withoutSymbols = interpreters.filter(
  ({ minor, library }) => library === "shared" && Number(minor.split(".")[1]) < 12,
);

test.for(withoutSymbols)("a stripped library: CPython $version", async ({ path, minor }, { workspace }) => {
  const name = `libpython${minor}.so.1.0`;
  const copy = join(workspace.folder, name);
  const { status } = spawnSync("strip", ["--strip-all", "-o", copy, join(dirname(path), "../lib", name)]);
  expect(status).toBe(0);
  const target = await workspace.startTarget(path, "allocation_sites.py", {
    env: { LD_LIBRARY_PATH: workspace.folder },
  });
  expect(readFileSync(`/proc/${target.pid}/maps`, "utf8")).toContain(copy);
  await ask(target, "start 2", "make 60");
  const wanted = await told(workspace, target);
  expect(compare(await dump(workspace, target, "fork"), wanted)).toBeGreaterThan(3000);
});
