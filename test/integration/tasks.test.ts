// `heapdump tasks`, compared with what the program itself says of its tasks, and with what it is known to wait for.
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";

interface Told {
  name: string;
  id: number;
  chain: string[];
  line: number;
  outermost: number;
  waiter: number;
  source: [string, number] | null;
}

interface Row {
  address: string;
  name: string;
  state: string;
  chain: string[];
  function: string;
  line: number;
  waits_for: string;
  set_by: string | null;
  created: { file: string; line: number; function: string } | null;
}

async function dumpOf(workspace: CaptureWorkspace, python: string, mode: string, ...args: string[]) {
  const target = await workspace.startTarget(python, "async_tasks.py", { args });
  await workspace.attachQuietly(target.pid, mode, "tasks.bin");
  const each = recordsOf<Row>(workspace.json("tasks", "--each", "-n", "999", "tasks.bin"));
  return { told: (await target.ask("tasks")) as Told[], each, target };
}

/** Chains that go on through a future, where the program's own account ends. */
const goesOn = (chain: string[]) =>
  chain.some((link) => link.startsWith("gather of") || link === "shield" || link === "wait_for");

/** The innermost of the program's account; the generator in which a future of Python code waits says nothing. */
const chainOf = ({ chain }: Told) => chain.filter((link) => link !== "Future.__await__");

describe.each(interpreters)("CPython $version ($library)", ({ path: python, minor }) => {
  test.for(["fork", "stop", "python"])("%s: as the program says it", async (mode, { workspace }) => {
    const { told, each } = await dumpOf(workspace, python, mode);
    const found = new Map(each.map((task) => [Number(task.address), task]));
    const awaits = new Map(
      recordsOf<{ address: number; awaits: number | null }>(
        workspace.json(
          "sql",
          "tasks.bin",
          "SELECT o.address + 0 AS address, a.address + 0 AS awaits FROM task t JOIN object o ON o.id = t.object LEFT JOIN object a ON a.id = t.awaits",
        ),
      ).map(({ address, awaits }) => [address, awaits]),
    );
    const isScript = mode === "python" && !["3.8", "3.9", "3.10"].includes(minor);
    expect(told.length).toBeGreaterThan(25);
    for (const task of told) {
      const own = found.get(task.id);
      expect(own, task.name).toMatchObject({ name: task.name, state: "pending" });
      const chain = chainOf(task);
      expect(own?.chain.slice(0, chain.length)).toEqual(chain);
      if (goesOn(own?.chain ?? [])) continue;
      expect(own?.chain).toEqual(chain);
      expect(awaits.get(task.id) ?? 0).toBe(task.waiter);
      if (chain.length === task.chain.length) expect(own?.line).toBe(isScript ? null : task.line);
    }
    expect(each.filter(({ state }) => state === "pending")).toHaveLength(told.length);
  });

  test("what each waits for, and who could end that", async ({ workspace }) => {
    const { each } = await dumpOf(workspace, python, "fork");
    const of = (first: string) => each.filter(({ chain }) => chain[0] === first);
    const waits = (first: string) =>
      of(first).map(({ chain, waits_for, set_by }) => [chain.join(" › "), waits_for, set_by]);
    const event = expect.stringMatching(/^asyncio\.locks\.Event /);
    const pending = "Future, pending";
    expect(waits("over")).toEqual([["over › agen › Event.wait", pending, event]]);
    expect(waits("twice")).toEqual([["twice › outer_agen › agen › Event.wait", pending, event]]);
    expect(waits("gathers")).toEqual([["gathers › gather of 2 › leaf › Event.wait", pending, event]]);
    expect(waits("shields")).toEqual([["shields › shield › leaf › Event.wait", pending, event]]);
    expect(waits("limits")).toEqual([["limits › wait_for › leaf › Event.wait", pending, event]]);
    expect(waits("sleeps").filter(([, waits]) => waits)).toEqual(
      Array(2).fill(["sleeps › sleep", pending, "timer"]),
    );
    expect(waits("gets")).toEqual([
      ["gets › Queue.get", pending, expect.stringMatching(/^asyncio\.queues\.Queue /)],
    ]);
    expect(waits("locks")[0]?.[2]).toMatch(/^asyncio\.locks\.Lock /);
    expect(waits("notified")[0]?.[2]).toMatch(/^asyncio\.locks\.Condition /);
    expect(waits("reads")[0]?.[2]).toMatch(/^asyncio\.streams\.StreamReader /);
    expect(
      of("awaits_future")
        .map(({ waits_for }) => waits_for)
        .sort(),
    ).toEqual([pending, expect.stringMatching(/^Task '.*', pending$/)]);
    expect(of("gather_of_nothing").map(({ state }) => state)).toEqual(["failed"]);
    expect(of("sleep").map(({ state }) => state)).toEqual(["done"]);
    expect(
      of("sleeps")
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["cancelled", "pending", "pending"]);

    const groups = workspace.json("tasks", "tasks.bin");
    const like = recordsOf<Row & { count: number }>(groups).find(({ chain }) => chain[0] === "outer");
    expect(like).toMatchObject({ count: 3, waits_for: pending });
    expect(groups.total.tasks).toBe(each.length);
    const content = workspace.json(
      "sql",
      "tasks.bin",
      "SELECT DISTINCT o.content = t.name FROM task t JOIN object o ON o.id = t.object",
    );
    expect(content.rows).toEqual([[1]]);
  });

  test("where they were created, in debug mode", async ({ workspace }) => {
    const { told, each } = await dumpOf(workspace, python, "fork", "debug");
    const found = new Map(each.map((task) => [Number(task.address), task]));
    for (const { id, source } of told) {
      const created = found.get(id)?.created;
      expect([created?.file, created?.line]).toEqual(source);
    }
  });
});

test("of a running process, of which nothing is left", async ({ workspace }) => {
  const target = await workspace.startTarget(newest.path, "async_tasks.py");
  const before = readdirSync(tmpdir()).filter((name) => /^heapdump-[A-Za-z0-9]{6}$/.test(name));
  const { status, stdout } = workspace.run(["tasks", String(target.pid)]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/outer › middle › leaf › Event\.wait +Future, pending/);
  const after = readdirSync(tmpdir()).filter((name) => /^heapdump-[A-Za-z0-9]{6}$/.test(name));
  expect(after).toEqual(before);
  await target.ask("facts");
});
